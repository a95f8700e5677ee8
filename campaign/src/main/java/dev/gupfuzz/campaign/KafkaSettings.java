package dev.gupfuzz.campaign;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Settings of the Kafka clients that every process shares: where Kafka is, how to log in, and which guarantees we need.
 * What a user may add is an allow list, because client settings can name classes and files to load.
 */
public final class KafkaSettings {
    private static final List<String> ALLOWED = List.of(
            "security.protocol",
            "sasl.mechanism",
            "sasl.jaas.config",
            "ssl.keystore.type",
            "ssl.keystore.location",
            "ssl.keystore.password",
            "ssl.key.password",
            "ssl.truststore.type",
            "ssl.truststore.location",
            "ssl.truststore.password",
            "ssl.enabled.protocols",
            "request.timeout.ms",
            "default.api.timeout.ms");

    private final String bootstrapServers;
    private final Map<String, String> extra;

    /**
     * @param bootstrapServers comma-separated {@code host:port}
     * @param extra client settings from the user's file; only those of the allow list
     * @throws InfrastructureException naming every setting that is not allowed
     */
    public KafkaSettings(String bootstrapServers, Map<String, String> extra) throws InfrastructureException {
        List<String> refused = new ArrayList<>();
        for (String key : new TreeMap<>(extra).keySet()) {
            if (!ALLOWED.contains(key)) {
                refused.add(key);
            }
        }
        if (!refused.isEmpty()) {
            throw new InfrastructureException("Kafka settings that are not allowed: " + String.join(", ", refused)
                    + "; allowed: " + String.join(", ", ALLOWED));
        }
        this.bootstrapServers = bootstrapServers;
        this.extra = new HashMap<>(extra);
    }

    /** Comma-separated {@code host:port}, for messages. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Settings of an Admin client. */
    public Properties admin(String clientId) {
        return common(clientId);
    }

    /** Settings of an idempotent producer whose sends are acknowledged by every in-sync replica. */
    public Properties producer(String clientId) {
        Properties settings = common(clientId);
        settings.put("acks", "all");
        settings.put("enable.idempotence", "true");
        // Results are few and awaited one by one: waiting to fill a batch would only delay them.
        settings.put("linger.ms", "0");
        settings.put("max.block.ms", "10000");
        settings.put("delivery.timeout.ms", "30000");
        settings.putIfAbsent("request.timeout.ms", "10000");
        settings.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        settings.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        return settings;
    }

    /** Settings of a consumer without a group, for reading topics by assignment from a given offset. */
    public Properties consumer(String clientId) {
        Properties settings = common(clientId);
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        settings.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return settings;
    }

    /**
     * Settings of a consumer without a group that follows topics for long. A fetch is answered as soon as there is a
     * record, and waits for one for up to 2 s: close such a consumer with a short limit, since the close is answered only
     * after the fetch.
     */
    public Properties follower(String clientId) {
        Properties settings = consumer(clientId);
        settings.put("fetch.max.wait.ms", "2000");
        return settings;
    }

    /** Settings of a member of the share group that holds at most one job at a time. */
    public Properties shareConsumer(String clientId) {
        Properties settings = common(clientId);
        settings.put("group.id", Topics.WORKERS_GROUP);
        settings.put("max.poll.records", "1");
        settings.put("share.acquire.mode", "record_limit");
        settings.put("share.acknowledgement.mode", "explicit");
        settings.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        settings.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return settings;
    }

    private Properties common(String clientId) {
        Properties settings = new Properties();
        settings.putAll(extra);
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("client.id", clientId);
        // A broker that restarts must be found again quickly, without hammering it meanwhile.
        settings.put("reconnect.backoff.ms", "100");
        settings.put("reconnect.backoff.max.ms", "1000");
        settings.put("retry.backoff.ms", "100");
        // Our processes report about themselves through Prometheus; pushing to the broker as well would only cost.
        settings.put("enable.metrics.push", "false");
        return settings;
    }
}
