package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.coordinator.kafka.ClusterProbe.Holder;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells from who holds the ledger whether another coordinator has taken over, which one that has nothing to write would
 * not notice otherwise. Our own writes change the holder's epoch too, so two answers are compared only if no write of
 * ours lies between the two questions.
 *
 * <p>All but {@link #asking()} is for the thread that writes.
 */
final class TakeOverWatch {
    /**
     * Counts beginnings and ends of writes. A question asked in the middle of a write, whose answer may be from before or
     * after it, has a number that is past as soon as the write has ended.
     */
    private final AtomicLong ticks = new AtomicLong();

    private @Nullable Holder holder;
    private long holderTicks;

    /** A write begins. */
    void begun() {
        ticks.incrementAndGet();
    }

    /** A write has ended, well or not. */
    void ended() {
        ticks.incrementAndGet();
    }

    /** What {@link #takenOver} must be given with the answer to a question that is asked now; from any thread. */
    long asking() {
        return ticks.get();
    }

    /**
     * Learns who held the ledger.
     *
     * @param asked what {@link #asking()} said before the question
     * @param unsettled a write ended without an answer and may take effect at any time
     * @return whether somebody else has taken over
     */
    boolean takenOver(long asked, Holder found, boolean unsettled) {
        if (unsettled || asked != ticks.get()) {
            return false;
        }
        if (holder != null && holderTicks == asked && !holder.equals(found)) {
            return true;
        }
        holder = found;
        holderTicks = asked;
        return false;
    }
}
