package dev.gupfuzz.coordinator.kafka;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.Topics;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.jspecify.annotations.Nullable;

/** Questions to the cluster, each answered within a few seconds or not at all. Safe for several threads. */
public final class ClusterProbe implements AutoCloseable {
    private static final int TIMEOUT_MS = 4_000;

    /** Only then is the epoch what it stays until the next transaction or take-over. */
    private static final Set<TransactionState> SETTLED =
            EnumSet.of(TransactionState.EMPTY, TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT);

    private static final int SETTLE_LOOKS = 15;
    private static final long SETTLE_MS = 200;

    private final String bootstrapServers;
    private final Admin admin;

    public ClusterProbe(KafkaSettings settings) throws InfrastructureException {
        this.bootstrapServers = settings.bootstrapServers();
        try {
            this.admin = Admin.create(settings.admin("gupfuzz-coordinator-admin"));
        } catch (KafkaException e) {
            throw new InfrastructureException(
                    "cannot use Kafka at " + bootstrapServers + ": " + rootMessage(e)
                            + "; give --bootstrap as host:port of a running broker",
                    e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /**
     * Waits for the cluster to answer.
     *
     * @throws InfrastructureException naming the address and what to do
     */
    public void awaitReachable(Duration limit) throws InfrastructureException, InterruptedException {
        try {
            admin.describeCluster(new DescribeClusterOptions().timeoutMs((int) limit.toMillis()))
                    .nodes()
                    .get(limit.toMillis() + 1000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new InfrastructureException(
                    "Kafka at " + bootstrapServers + " did not answer within " + limit.toSeconds()
                            + " s: start it (gupfuzz broker) or give the right address with --bootstrap",
                    e);
        }
    }

    /** Creates missing topics, sets the share group's configuration, and gives one sentence for each deviation left. */
    public List<String> prepareTopics() throws InfrastructureException, InterruptedException {
        Topics.create(admin, (short) -1);
        List<String> problems = Topics.check(admin);
        // What was created a moment ago becomes visible broker by broker.
        for (int look = 0; look < SETTLE_LOOKS && !problems.isEmpty(); look++) {
            Thread.sleep(SETTLE_MS);
            problems = Topics.check(admin);
        }
        return problems;
    }

    /**
     * First offset of the jobs topic that the share group may still deliver; 0 before it has delivered anything. The
     * broker stores it along with the acknowledgement after the one that moved it, so it may lag behind by one; after
     * the last job that is the acknowledgement of the transaction's marker, which consumers do by themselves.
     */
    public long shareStartOffset() throws UnreachableException, InterruptedException {
        TopicPartition jobs = new TopicPartition(Topics.JOBS, 0);
        Map<TopicPartition, SharePartitionOffsetInfo> offsets = await(
                admin.listShareGroupOffsets(Map.of(
                                Topics.WORKERS_GROUP, new ListShareGroupOffsetsSpec().topicPartitions(List.of(jobs))))
                        .partitionsToOffsetInfo(Topics.WORKERS_GROUP),
                Map.of());
        SharePartitionOffsetInfo offset = offsets.get(jobs);
        return offset == null ? 0 : Math.max(0, offset.startOffset());
    }

    /** Where a reader of committed records would find the end of the topic now. */
    public long endOffset(String topic) throws UnreachableException, InterruptedException {
        TopicPartition partition = new TopicPartition(topic, 0);
        return await(
                        admin.listOffsets(
                                        Map.of(partition, OffsetSpec.latest()),
                                        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED).timeoutMs(TIMEOUT_MS))
                                .partitionResult(partition),
                        null)
                .offset();
    }

    /** Members of the workers' share group; each worker process has two. */
    public int members() throws UnreachableException, InterruptedException {
        return await(
                admin.describeShareGroups(List.of(Topics.WORKERS_GROUP))
                        .describedGroups()
                        .get(Topics.WORKERS_GROUP)
                        .thenApply(description -> description.members().size()),
                0);
    }

    /**
     * Who holds the ledger's transactional id; it changes with every take-over, and with writes of the holder as well.
     * Empty while a transaction is on its way to its end, and when the cluster has forgotten the id.
     */
    public Optional<Holder> holder() throws UnreachableException, InterruptedException {
        Optional<TransactionDescription> found = await(
                admin.describeTransactions(List.of(LedgerWriter.TRANSACTIONAL_ID))
                        .description(LedgerWriter.TRANSACTIONAL_ID)
                        .thenApply(Optional::of),
                Optional.empty());
        return found.filter(description -> SETTLED.contains(description.state()))
                .map(description -> new Holder(description.producerId(), description.producerEpoch()));
    }

    /** The producer that may write under the ledger's transactional id. */
    public record Holder(long producerId, int epoch) {}

    /** The cluster did not answer in time. */
    public static final class UnreachableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreachableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The answer, or {@code absent} when there is no such group or transactional id. */
    private <T> T await(KafkaFuture<T> future, @Nullable T absent) throws UnreachableException, InterruptedException {
        try {
            return future.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (absent != null
                    && (e.getCause() instanceof GroupIdNotFoundException
                            || e.getCause() instanceof TransactionalIdNotFoundException)) {
                return absent;
            }
            throw new UnreachableException(
                    "Kafka at " + bootstrapServers + " refused: " + e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new UnreachableException(
                    "Kafka at " + bootstrapServers + " did not answer within " + TIMEOUT_MS + " ms", e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
