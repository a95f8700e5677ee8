package dev.gupfuzz.broker;

import java.nio.file.Path;
import java.util.Properties;

/** Kafka's settings for a single node that must start quickly, restart quickly, and stay small. */
final class BrokerSettings {
    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private BrokerSettings() {}

    static Properties of(Path kafkaDirectory, DataDirectory.Ports ports) {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("log.dirs", kafkaDirectory.toString());
        settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + ports.controller());
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put("inter.broker.listener.name", "CLIENTS");
        settings.put(
                "listeners",
                "CLIENTS://127.0.0.1:" + ports.client() + "," + CONTROLLER_LISTENER + "://127.0.0.1:"
                        + ports.controller());
        settings.put("advertised.listeners", "CLIENTS://127.0.0.1:" + ports.client());
        settings.put("listener.security.protocol.map", "CLIENTS:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");

        // After a kill, the new process must wait until the registration of the old one has expired; but a broker that
        // shares its cores with workers must not be taken for dead because it had to wait for one.
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "1000");
        // There is no other node that could wait for the metadata log to grow.
        settings.put("metadata.max.idle.interval.ms", "0");
        settings.put("controller.quorum.election.timeout.ms", "500");
        settings.put("controller.quorum.fetch.timeout.ms", "1000");
        settings.put("controlled.shutdown.enable", "false");

        settings.put("auto.create.topics.enable", "false");
        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "1");

        // Members join and leave within a second instead of five.
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("group.share.heartbeat.interval.ms", "1000");
        settings.put("group.share.min.heartbeat.interval.ms", "200");
        settings.put("group.share.session.timeout.ms", "10000");
        settings.put("group.share.min.session.timeout.ms", "5000");
        settings.put("group.share.assignment.interval.ms", "100");
        settings.put("group.share.initialize.retry.interval.ms", "1000");
        settings.put("group.share.min.record.lock.duration.ms", "1000");
        settings.put("group.share.max.record.lock.duration.ms", "3600000");
        settings.put("group.share.max.delivery.count.limit", "25");
        settings.put("group.share.max.size", "400");

        settings.put("num.network.threads", "1");
        settings.put("num.io.threads", "2");
        settings.put("num.replica.fetchers", "1");
        settings.put("background.threads", "2");
        settings.put("num.recovery.threads.per.data.dir", "2");
        settings.put("log.cleaner.threads", "1");
        settings.put("log.cleaner.dedupe.buffer.size", "4194304");
        // Small segments, so that the compacted topics really are compacted and a restart recovers little.
        settings.put("log.segment.bytes", "67108864");
        return settings;
    }
}
