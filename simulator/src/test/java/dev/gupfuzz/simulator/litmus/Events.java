package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.litmus.Relation.Pairs;
import dev.gupfuzz.simulator.litmus.Statement.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The events of a {@link StraightLine} program of which some conditional statements are left out, and some writes of cmpxchg(), and
 * the relations between them
 * that do not depend on what is read: those of the program, named as {@code linux-kernel.cat} names them.
 */
final class Events {

    /**
     * A read or a write. An atomic operation is one of each.
     *
     * @param thread -1 for what a location holds at first
     * @param at the place of its statement in the thread
     */
    record Event(int thread, int at, int location, boolean isWrite, Statement statement) {}

    final StraightLine program;
    final List<Event> all = new ArrayList<>();

    final int reads;
    final int writes;
    /** Both parts of atomic operations. */
    final int atomics;
    /** The read of an atomic operation that returns nothing. */
    final int noreturn;
    /** The read of a cmpxchg() that fails: an atomic operation without a write, which orders nothing. */
    final int failed;
    /** The read of a lock operation: LKR. */
    final int lockReads;

    final Relation po;
    final Relation poLoc;
    /** Pairs of one thread. */
    final Relation internal;

    final Relation rmw;
    final Relation addr;
    final Relation data;
    final Relation ctrl;

    final Relation rmb;
    final Relation wmb;
    final Relation mb;
    final Relation acqPo;
    final Relation poRel;
    /** From an unlock: UL. */
    final int unlocks;

    /** @param leftOut statements that are not executed, or are a cmpxchg() that fails, as a mask of their numbers over all threads */
    Events(StraightLine program, int leftOut) {
        this.program = program;
        for (int x = 0; x < program.locations(); x++) {
            all.add(new Event(-1, 0, x, true, Statement.write(x, 0)));
        }
        int number = 0;
        int failing = 0;
        for (int t = 0; t < program.threads().size(); t++) {
            List<Statement> thread = program.threads().get(t);
            for (int i = 0; i < thread.size(); i++, number++) {
                Statement s = thread.get(i);
                boolean isLeftOut = (leftOut >> number & 1) != 0;
                boolean fails = isLeftOut && s.kind().isCompare();
                if (s.kind().isAccess() && (fails || !isLeftOut)) {
                    if (s.kind().reads()) {
                        failing |= fails ? 1 << all.size() : 0;
                        all.add(new Event(t, i, s.location(), false, s));
                    }
                    if (s.kind().writes() && !fails) {
                        all.add(new Event(t, i, s.location(), true, s));
                    }
                }
            }
        }
        failed = failing;
        reads = those(e -> !e.isWrite);
        writes = those(e -> e.isWrite);
        atomics = those(e -> e.statement.kind().isAtomic());
        noreturn = those(e -> !e.isWrite && e.statement.kind() == Kind.INC);
        lockReads = those(e -> !e.isWrite && e.statement.kind() == Kind.LOCK);
        unlocks = those(e -> e.statement.kind() == Kind.UNLOCK);

        internal = related((a, b) -> event(a).thread >= 0 && event(a).thread == event(b).thread);
        po = related((a, b) -> a < b && internal.has(a, b)); // events stand in program order
        poLoc = related((a, b) -> po.has(a, b) && event(a).location == event(b).location);
        rmw = related((a, b) -> po.has(a, b) && event(a).at == event(b).at);
        addr = related((a, b) -> po.has(a, b) && sets(a, event(b).statement.address()));
        data = related((a, b) -> po.has(a, b)
                        && event(b).isWrite
                        && sets(a, event(b).statement.data()))
                .or(related((a, b) -> rmw.has(a, b) && event(a).statement.kind().adds()));
        ctrl = related((a, b) -> po.has(a, b) && sets(a, event(b).statement.onlyIf()));

        int readsForRmb = reads & ~noreturn;
        rmb = fence(Kind.RMB).between(readsForRmb, readsForRmb);
        wmb = fence(Kind.WMB).between(writes, writes);
        int full = ~failed & those(e -> e.statement.kind() == Kind.XCHG || e.statement.kind() == Kind.CMPXCHG);
        mb = fence(Kind.MB)
                .or(
                        po.between(-1, full & reads),
                        po.between(full & writes, -1),
                        fence(Kind.BEFORE_ATOMIC).between(-1, atomics).then(po.optional()),
                        po.optional().then(fence(Kind.AFTER_ATOMIC).between(atomics, -1)));
        acqPo = po.between(
                ~failed
                        & those(e -> !e.isWrite
                                && (e.statement.kind() == Kind.READ_ACQUIRE
                                        || e.statement.kind() == Kind.XCHG_ACQUIRE
                                        || e.statement.kind() == Kind.CMPXCHG_ACQUIRE
                                        || e.statement.kind() == Kind.LOCK)),
                -1);
        poRel = po.between(
                -1,
                those(e -> e.isWrite
                        && (e.statement.kind() == Kind.WRITE_RELEASE
                                || e.statement.kind() == Kind.XCHG_RELEASE
                                || e.statement.kind() == Kind.CMPXCHG_RELEASE
                                || e.statement.kind() == Kind.UNLOCK)));
    }

    Event event(int event) {
        return all.get(event);
    }

    int those(Predicate<Event> which) {
        int mask = 0;
        for (int e = 0; e < all.size(); e++) {
            mask |= which.test(all.get(e)) ? 1 << e : 0;
        }
        return mask;
    }

    Relation related(Pairs pairs) {
        return Relation.of(all.size(), pairs);
    }

    /** Whether the event is the read whose value the register of its thread holds. */
    private boolean sets(int event, int register) {
        return register >= 0 && !event(event).isWrite && event(event).statement.register() == register;
    }

    /** Pairs of a thread with such a barrier between them: fencerel. */
    Relation fence(Kind kind) {
        return related((a, b) -> {
            if (!po.has(a, b)) {
                return false;
            }
            List<Statement> thread = program.threads().get(event(a).thread);
            for (int i = event(a).at; i < event(b).at; i++) {
                if (thread.get(i).kind() == kind) {
                    return true;
                }
            }
            return false;
        });
    }
}
