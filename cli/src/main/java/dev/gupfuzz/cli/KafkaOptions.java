package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where Kafka is and how to log in. */
final class KafkaOptions {
    static final String ENVIRONMENT = "GUPFUZZ_BOOTSTRAP";

    private static final String DEFAULT = "127.0.0.1:9092";

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT,...",
            description = "Kafka's brokers. Default: $" + ENVIRONMENT + ", else " + DEFAULT + ".")
    @Nullable
    String bootstrap;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "Client settings as properties: security.protocol, sasl.*, ssl.* and timeouts. Others are"
                    + " refused, because client settings can load classes and files.")
    @Nullable
    String config;

    /**
     * Where Kafka is, with the settings from the user's file.
     *
     * @param bootstrap comma-separated {@code host:port}
     */
    record Kafka(String bootstrap, Map<String, String> settings) {}

    Kafka read(Session session) {
        String servers =
                bootstrap != null ? bootstrap : session.terminal().environment().getOrDefault(ENVIRONMENT, DEFAULT);
        for (String server : servers.split(",", -1)) {
            if (!server.matches("[A-Za-z0-9._-]+:[0-9]{1,5}|\\[[0-9a-fA-F:]+\\]:[0-9]{1,5}")) {
                session.problems().add("--bootstrap '" + Problems.printable(server) + "' is not of the form HOST:PORT");
            }
        }
        Map<String, String> settings = config == null ? Map.of() : file(Path.of(config), session.problems());
        try {
            new KafkaSettings(servers, settings);
        } catch (InfrastructureException refused) {
            session.problems().add("--kafka-config " + config + ": " + refused.getMessage());
        }
        return new Kafka(servers, settings);
    }

    private static Map<String, String> file(Path path, Problems problems) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            problems.add("--kafka-config '" + path + "' cannot be read: " + Problems.reason(unreadable));
        }
        Map<String, String> settings = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
        return settings;
    }
}
