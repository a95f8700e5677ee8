package dev.gupfuzz.campaign;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topics and the share group: their names, their configuration as data, and what creates and checks them.
 *
 * <p>Every topic has one partition. For the jobs that is what keeps a worker's member to one record at a time: a member
 * fetches from the leader of every partition at once, and with two leaders the second record would lose its lock while
 * the first is being run.
 */
public final class Topics {
    /** Accepted campaigns, one value per campaign and generation. */
    public static final String CAMPAIGNS = "gupfuzz.campaigns";

    /** The last order (run, pause, cancel) for each campaign and generation. */
    public static final String CONTROL = "gupfuzz.control";

    /** Work for the share group; whatever its kind or lane. */
    public static final String JOBS = "gupfuzz.jobs";

    /** Best-effort notes that a job has begun. */
    public static final String STARTED = "gupfuzz.started";

    /** How each delivery ended. */
    public static final String RESULTS = "gupfuzz.results";

    /** Witnesses of violations. */
    public static final String FINDINGS = "gupfuzz.findings";

    /** Closed segments of the ledger. */
    public static final String LEDGER = "gupfuzz.ledger";

    /** The share group that hands out jobs. */
    public static final String WORKERS_GROUP = "gupfuzz.workers";

    /**
     * How long a worker may hold a job before the broker gives it to another, in ms. Ranges must take less than half of
     * it, because each worker holds one job that computes and one that waits for the cores.
     */
    public static final int LOCK_MS = 60_000;

    /** Deliveries after which the broker drops a job; the coordinator then notices the loss and issues it again. */
    public static final int DELIVERIES_MAX = 10;

    private static final Map<String, Map<String, String>> CONFIGS = configs();

    private Topics() {}

    /** The names of all topics. */
    public static Set<String> names() {
        return CONFIGS.keySet();
    }

    /** The configuration that a topic must have. */
    public static Map<String, String> config(String topic) {
        Map<String, String> config = CONFIGS.get(topic);
        if (config == null) {
            throw new IllegalArgumentException("[gupfuzz bug] no such topic: topic=" + topic);
        }
        return config;
    }

    /** The configuration that the share group must have: jobs issued before the first worker must be seen. */
    public static Map<String, String> groupConfig() {
        Map<String, String> config = new TreeMap<>();
        config.put("share.auto.offset.reset", "earliest");
        config.put("share.isolation.level", "read_committed");
        config.put("share.record.lock.duration.ms", Integer.toString(LOCK_MS));
        config.put("share.delivery.count.limit", Integer.toString(DELIVERIES_MAX));
        return config;
    }

    /**
     * Creates the topics that are missing and sets the share group's configuration; may be called by several processes
     * at once and any number of times.
     *
     * @param replicas replication factor of the topics, or -1 for the broker's default
     */
    public static void create(Admin admin, short replicas) throws InfrastructureException, InterruptedException {
        // The group comes first: a worker that waits for the topics must not begin with the group's defaults.
        List<AlterConfigOp> sets = new ArrayList<>();
        groupConfig()
                .forEach((key, value) ->
                        sets.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        await(
                "configure the share group " + WORKERS_GROUP,
                admin.incrementalAlterConfigs(Map.of(groupResource(), sets)).all());
        Set<String> existing = await("list the topics", admin.listTopics().names());
        List<NewTopic> missing = new ArrayList<>();
        for (String name : names()) {
            if (!existing.contains(name)) {
                missing.add(new NewTopic(name, 1, replicas).configs(config(name)));
            }
        }
        for (Map.Entry<String, KafkaFuture<Void>> created :
                admin.createTopics(missing).values().entrySet()) {
            try {
                await("create the topic " + created.getKey(), created.getValue());
            } catch (InfrastructureException e) {
                // Another process was faster; its topic is as good as ours, and check() tells if it is not.
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }

    /** Whether every topic exists; a worker waits for it. */
    public static boolean exist(Admin admin) throws InfrastructureException, InterruptedException {
        return await("list the topics", admin.listTopics().names()).containsAll(names());
    }

    /** One sentence for each topic or setting that is missing or differs from what it must be; empty: all is well. */
    public static List<String> check(Admin admin) throws InfrastructureException, InterruptedException {
        List<String> problems = new ArrayList<>();
        Set<String> existing = await("list the topics", admin.listTopics().names());
        List<String> present = new ArrayList<>();
        for (String name : names()) {
            if (existing.contains(name)) {
                present.add(name);
            } else {
                problems.add("topic " + name + " is missing: start a coordinator, which creates it");
            }
        }
        for (TopicDescription topic : await(
                        "describe the topics", admin.describeTopics(present).allTopicNames())
                .values()) {
            if (topic.partitions().size() != 1) {
                problems.add("topic " + topic.name() + " must have 1 partition: partitions="
                        + topic.partitions().size());
            }
        }
        List<ConfigResource> resources = new ArrayList<>();
        present.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
        resources.add(groupResource());
        Map<ConfigResource, Config> found = await(
                "describe the configurations", admin.describeConfigs(resources).all());
        for (String name : present) {
            compare(
                    "topic " + name,
                    config(name),
                    found.get(new ConfigResource(ConfigResource.Type.TOPIC, name))
                            .entries(),
                    problems);
        }
        compare(
                "share group " + WORKERS_GROUP,
                groupConfig(),
                found.get(groupResource()).entries(),
                problems);
        return problems;
    }

    private static void compare(
            String what, Map<String, String> wanted, Collection<ConfigEntry> entries, List<String> problems) {
        Map<String, String> actual = new TreeMap<>();
        entries.forEach(entry -> actual.put(entry.name(), String.valueOf(entry.value())));
        wanted.forEach((key, value) -> {
            if (!value.equals(actual.get(key))) {
                problems.add(what + " must have " + key + "=" + value + ": it has " + actual.get(key));
            }
        });
    }

    private static ConfigResource groupResource() {
        return new ConfigResource(ConfigResource.Type.GROUP, WORKERS_GROUP);
    }

    private static <T> T await(String what, KafkaFuture<T> future)
            throws InfrastructureException, InterruptedException {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new InfrastructureException(
                    "cannot " + what + ": " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new InfrastructureException(
                    "cannot " + what + ": Kafka did not answer within 30 s; check that it runs and is reachable", e);
        }
    }

    private static Map<String, Map<String, String>> configs() {
        Map<String, String> latest = Map.of(
                "cleanup.policy", "compact", "max.message.bytes", Integer.toString(Wire.RECORD_BYTES_MAX + 1024));
        // Kept for ever: the accounts can be taken again from the first record on, by anybody.
        Map<String, String> log = Map.of(
                "cleanup.policy", "delete",
                "retention.ms", "-1",
                "retention.bytes", "-1",
                "max.message.bytes", Integer.toString(Wire.RECORD_BYTES_MAX + 1024));
        Map<String, String> note = Map.of(
                "cleanup.policy", "delete",
                "retention.ms", Long.toString(TimeUnit.HOURS.toMillis(24)),
                "max.message.bytes", Integer.toString(Wire.RECORD_BYTES_MAX + 1024));
        Map<String, String> ledger = Map.of(
                "cleanup.policy", "compact", "max.message.bytes", Integer.toString(Wire.SEGMENT_BYTES_MAX + 8 * 1024));
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        all.put(CAMPAIGNS, latest);
        all.put(CONTROL, latest);
        all.put(JOBS, log);
        all.put(STARTED, note);
        all.put(RESULTS, log);
        all.put(FINDINGS, log);
        all.put(LEDGER, ledger);
        return all;
    }
}
