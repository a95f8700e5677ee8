package dev.gupfuzz.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.Topics;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker in this JVM, on real directories and ports. */
class EmbeddedBrokerTest {
    private static final PrintStream SILENT =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    @TempDir
    Path dir;

    @Test
    void shouldKeepItsRecordsAndItsPortOverARestart() throws Exception {
        String first;
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir, 0, SILENT)) {
            first = broker.bootstrapServers();
            KafkaSettings settings = new KafkaSettings(first, Map.of());
            try (Admin admin = Admin.create(settings.admin("test"))) {
                Topics.create(admin, (short) 1);
                Topics.create(admin, (short) 1);
                awaitCheck(admin);
            }
            try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer("test"))) {
                for (byte i = 0; i < 10; i++) {
                    producer.send(new ProducerRecord<>(Topics.RESULTS, "key" + i, new byte[] {i}))
                            .get(10, TimeUnit.SECONDS);
                }
            }
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir, 0, SILENT)) {
            assertThat(broker.bootstrapServers()).isEqualTo(first);
            assertThat(read(new KafkaSettings(first, Map.of()), 10)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        }
    }

    @Test
    void shouldReportWhatDiffersFromTheTopicsThatAreNeeded() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir, 0, SILENT);
                Admin admin = Admin.create(new KafkaSettings(broker.bootstrapServers(), Map.of()).admin("test"))) {
            assertThat(Topics.check(admin))
                    .hasSizeGreaterThanOrEqualTo(Topics.names().size())
                    .anyMatch(problem -> problem.startsWith("topic gupfuzz.jobs is missing"));
            Topics.create(admin, (short) 1);
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, Topics.RESULTS),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get(10, TimeUnit.SECONDS);
            awaitCheck(admin, "topic gupfuzz.results must have retention.ms=-1: it has 1000");
        }
    }

    @Test
    void shouldRefuseADirectoryThatAnotherBrokerHolds() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir, 0, SILENT)) {
            assertThat(broker.bootstrapServers()).startsWith("127.0.0.1:");
            assertThatThrownBy(() -> EmbeddedBroker.start(dir, 0, SILENT))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("is in use by another gupfuzz process")
                    .hasMessageContaining("--data DIR");
        }
    }

    @Test
    void shouldRefuseAPortThatIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedBroker.start(dir, taken.getLocalPort(), SILENT))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageStartingWith("port " + taken.getLocalPort() + " on 127.0.0.1 is in use");
        }
    }

    @Test
    void shouldRefuseADirectoryThatCannotBeCreated() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "not a directory");
        assertThatThrownBy(() -> EmbeddedBroker.start(file.resolve("data"), 0, SILENT))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("is not writable");
    }

    @Test
    void shouldRefuseADirectoryOfANewerFormat() throws Exception {
        Files.writeString(dir.resolve("broker.properties"), "format=2\n");
        assertThatThrownBy(() -> EmbeddedBroker.start(dir, 0, SILENT))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("has format 2; this gupfuzz reads format 1");
    }

    /** The broker applies a change some time after it has confirmed it. */
    private static void awaitCheck(Admin admin, String... problems) throws Exception {
        Instant deadline = Instant.now().plusSeconds(20);
        List<String> found = Topics.check(admin);
        while (!found.equals(List.of(problems)) && Instant.now().isBefore(deadline)) {
            found = Topics.check(admin);
        }
        assertThat(found).containsExactly(problems);
    }

    private static List<Integer> read(KafkaSettings settings, int count) {
        List<Integer> values = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.consumer("test"))) {
            TopicPartition results = new TopicPartition(Topics.RESULTS, 0);
            consumer.assign(List.of(results));
            consumer.seekToBeginning(List.of(results));
            Instant deadline = Instant.now().plusSeconds(20);
            while (values.size() < count && Instant.now().isBefore(deadline)) {
                consumer.poll(Duration.ofMillis(100)).forEach(polled -> values.add((int) polled.value()[0]));
            }
        }
        return values;
    }
}
