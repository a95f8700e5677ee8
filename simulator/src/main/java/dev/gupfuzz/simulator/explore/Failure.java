package dev.gupfuzz.simulator.explore;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A failure: the state before it, and the transition that led into it. */
record Failure(int preemptions, int level, long before, int thread, int choice) {

    /** Instead of a thread: it is broken from the start. */
    static final int NOBODY = -1;

    /** The one with fewer preemptions, then transitions, then the smaller in an order that is as good as any. */
    static Failure first(Failure a, Failure b) {
        return b.isBefore(a) ? b : a;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(preemptions);
        out.writeInt(level);
        out.writeLong(before);
        out.writeInt(thread);
        out.writeInt(choice);
    }

    static Failure restored(DataInput in) throws IOException {
        return new Failure(in.readInt(), in.readInt(), in.readLong(), in.readInt(), in.readInt());
    }

    private boolean isBefore(Failure other) {
        if (preemptions != other.preemptions) {
            return preemptions < other.preemptions;
        }
        if (level != other.level) {
            return level < other.level;
        }
        if (before != other.before) {
            return before < other.before;
        }
        return thread != other.thread ? thread < other.thread : choice < other.choice;
    }
}
