package dev.gupfuzz.coordinator.kafka;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of campaigns, orders, jobs and ledger: every write is a transaction under one transactional id, so a
 * second coordinator that opens its writer ends this one. Belongs to one thread.
 *
 * <p>A write either is applied (its effect runs) or certainly did not happen, or its commit is unanswered. An unanswered
 * commit is asked again by {@link #settle}, which every later write does first, and its effect runs when it is confirmed.
 */
public final class LedgerWriter implements AutoCloseable {
    public static final String TRANSACTIONAL_ID = "gupfuzz-coordinator";

    /** Longest wait for the broker in one call: what keeps a stop within its few seconds. */
    private static final String BLOCK_MS = "3000";

    private final String bootstrapServers;
    private final KafkaProducer<String, byte[]> producer;

    /** Effect of the transaction whose commit is unanswered. */
    private @Nullable Runnable unanswered;

    /** A transaction failed and its abort is unanswered. */
    private boolean abortPending;

    /** The broker did not do it in time; the write may be tried again later. */
    public static final class UnwrittenException extends Exception {
        private static final long serialVersionUID = 1L;

        UnwrittenException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Another coordinator has taken over, or the broker refuses this writer for good. */
    public static final class FencedException extends Exception {
        private static final long serialVersionUID = 1L;

        FencedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    public LedgerWriter(KafkaSettings settings) {
        Properties properties = settings.producer(TRANSACTIONAL_ID);
        properties.put("transactional.id", TRANSACTIONAL_ID);
        properties.put("max.block.ms", BLOCK_MS);
        // While the broker completes the transaction before, it refuses the first batch of the next one, and a second
        // one on its way would arrive out of sequence: both would be sent again, and the broker would log an error.
        properties.put("max.in.flight.requests.per.connection", "1");
        properties.put("request.timeout.ms", "5000");
        properties.put("delivery.timeout.ms", "15000");
        // A broker that is away for a while must not mistake an open transaction for that of a dead coordinator.
        properties.put("transaction.timeout.ms", "600000");
        this.bootstrapServers = settings.bootstrapServers();
        this.producer = new KafkaProducer<>(properties);
    }

    /**
     * Takes over: every older writer is fenced from here on.
     *
     * @throws InfrastructureException if the broker does not answer within {@code limit}
     */
    public void open(Duration limit) throws InfrastructureException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                producer.initTransactions();
                return;
            } catch (TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    throw new InfrastructureException(
                            "Kafka at " + bootstrapServers + " does not accept a transactional writer: "
                                    + e.getMessage()
                                    + "; check that transaction.state.log.replication.factor fits the number of brokers",
                            e);
                }
            } catch (KafkaException e) {
                throw new InfrastructureException(
                        "Kafka at " + bootstrapServers + " refuses a transactional writer: " + e.getMessage()
                                + "; check the broker's log and this client's rights",
                        e);
            }
        }
    }

    /**
     * Writes all records or none, then runs {@code effect}.
     *
     * @throws UnwrittenException if nothing is known to be written; if the commit is unanswered, {@code effect} still
     *     runs once a later call confirms it
     * @throws FencedException if this writer can never write again
     */
    public void write(List<ProducerRecord<String, byte[]>> records, Runnable effect)
            throws UnwrittenException, FencedException {
        settle();
        try {
            producer.beginTransaction();
            for (ProducerRecord<String, byte[]> toSend : records) {
                // A failed send makes the commit fail, with the same cause.
                var unused = producer.send(toSend);
            }
        } catch (KafkaException e) {
            refuseIfFenced(e);
            abort();
            throw new UnwrittenException("could not send: " + e.getMessage(), e);
        }
        unanswered = effect;
        settle();
    }

    /** Whether it is unknown what became of the last transaction. */
    public boolean isUnsettled() {
        return abortPending || unanswered != null;
    }

    /** Finds out what became of a transaction whose end is unanswered; does nothing when there is none. */
    public void settle() throws UnwrittenException, FencedException {
        if (abortPending) {
            abort();
        }
        Runnable effect = unanswered;
        if (effect == null) {
            return;
        }
        try {
            producer.commitTransaction();
        } catch (TimeoutException | InterruptException e) {
            throw new UnwrittenException("the commit is unanswered: " + e.getMessage(), e);
        } catch (KafkaException e) {
            refuseIfFenced(e);
            unanswered = null;
            abort();
            throw new UnwrittenException("the transaction was aborted: " + e.getMessage(), e);
        }
        unanswered = null;
        effect.run();
    }

    private void abort() throws UnwrittenException, FencedException {
        abortPending = true;
        try {
            producer.abortTransaction();
        } catch (TimeoutException | InterruptException e) {
            throw new UnwrittenException("the abort is unanswered: " + e.getMessage(), e);
        } catch (KafkaException e) {
            refuseIfFenced(e);
            throw new FencedException(
                    "Kafka at " + bootstrapServers + " refuses the ledger's writer: " + e.getMessage(), e);
        }
        abortPending = false;
    }

    private static void refuseIfFenced(KafkaException e) throws FencedException {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException) {
                throw takenOver(e);
            }
        }
    }

    /** What to say when another coordinator holds the ledger. */
    public static FencedException takenOver(@Nullable Throwable cause) {
        return new FencedException(
                "another coordinator has taken over the ledger, so this one stops: run one coordinator per Kafka cluster",
                cause);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
    }
}
