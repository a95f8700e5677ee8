package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.cli.DoctorVerb.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaException;

/** What the doctor looks at in Kafka. The only class of the doctor's that loads Kafka's. */
final class KafkaChecks {
    /** Level of the feature metadata.version with Kafka 4.2. */
    private static final short METADATA_4_2 = 28;

    private static final int LIMIT_SECONDS = 8;

    private KafkaChecks() {}

    static List<Check> of(KafkaOptions.Kafka where) throws InfrastructureException, InterruptedException {
        List<Check> checks = new ArrayList<>();
        Properties settings = new KafkaSettings(where.bootstrap(), where.settings()).admin("gupfuzz-doctor");
        settings.put("default.api.timeout.ms", Integer.toString(LIMIT_SECONDS * 1000));
        settings.put("request.timeout.ms", Integer.toString(LIMIT_SECONDS * 500));
        try (Admin admin = Admin.create(settings)) {
            int nodes = admin.describeCluster()
                    .nodes()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .size();
            checks.add(new Check("Kafka", true, where.bootstrap() + " answers, " + nodes + " brokers"));
            Map<String, FinalizedVersionRange> features = admin.describeFeatures()
                    .featureMetadata()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .finalizedFeatures();
            checks.add(version(level(features, "metadata.version")));
            short share = level(features, "share.version");
            checks.add(shareGroups(share));
            if (share >= 1) {
                checks.addAll(topics(admin));
            }
        } catch (ExecutionException | TimeoutException | KafkaException unreachable) {
            checks.add(new Check(
                    "Kafka",
                    false,
                    where.bootstrap() + " does not answer (" + reason(unreachable)
                            + "): check that it runs, the address, and --kafka-config"));
        }
        return checks;
    }

    private static Check version(short metadata) {
        return metadata >= METADATA_4_2
                ? new Check("Kafka version", true, "4.2 or later (metadata.version " + metadata + ")")
                : new Check(
                        "Kafka version",
                        false,
                        "older than 4.2 (metadata.version " + metadata
                                + "): upgrade the brokers, then run kafka-features.sh upgrade --release-version 4.2");
    }

    private static Check shareGroups(short share) {
        return share >= 1
                ? new Check("share groups", true, "enabled (share.version " + share + ")")
                : new Check(
                        "share groups", false, "not enabled: run kafka-features.sh upgrade --feature share.version=1");
    }

    private static List<Check> topics(Admin admin) throws InfrastructureException, InterruptedException {
        List<String> problems = Topics.check(admin);
        if (problems.isEmpty()) {
            return List.of(new Check("topics", true, "all present and configured, and so is the share group"));
        }
        return problems.stream()
                .map(problem -> new Check("topics", false, problem))
                .toList();
    }

    private static short level(Map<String, FinalizedVersionRange> features, String name) {
        FinalizedVersionRange range = features.get(name);
        return range == null ? 0 : range.maxVersionLevel();
    }

    private static String reason(Exception failed) {
        Throwable cause =
                failed instanceof ExecutionException && failed.getCause() != null ? failed.getCause() : failed;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
