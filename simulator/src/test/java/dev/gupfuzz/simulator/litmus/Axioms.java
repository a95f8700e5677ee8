package dev.gupfuzz.simulator.litmus;

/**
 * Memory models as constraints on whole executions, to judge the machine, which takes one step after another, by. Coherence and the
 * atomicity of atomic operations are asked for by {@link Candidates} already.
 */
enum Axioms {
    /** Sequential consistency. */
    SC {
        @Override
        boolean allows(Execution x) {
            return x.events().po.or(x.rf(), x.co(), x.fr()).isAcyclic();
        }
    },

    /**
     * x86-TSO (Owens, Sarkar, Sewell, TPHOLs 2009): program order but from a write to a later read, unless a fence or a LOCKed operation
     * stands between them or is one of them. Every atomic operation is LOCKed; all other accesses are plain moves.
     */
    TSO {
        @Override
        boolean allows(Execution x) {
            Events e = x.events();
            Relation kept = e.po.minus(e.po.between(e.writes, e.reads));
            Relation implied =
                    e.po.between(e.writes, e.reads & e.atomics).or(e.po.between(e.writes & e.atomics, e.reads));
            Relation fenced = e.fence(Statement.Kind.MB);
            return kept.or(implied, fenced, x.external(x.rf()), x.co(), x.fr()).isAcyclic();
        }
    },

    /**
     * The kernel's memory model as of v6.17: tools/memory-model/linux-kernel.cat, .bell, .def and lock.cat, without RCU, SRCU and plain
     * accesses, so that all accesses are marked. A condition orders only what it guards.
     */
    LKMM {
        @Override
        boolean allows(Execution x) {
            Events e = x.events();
            Relation rfe = x.external(x.rf());
            Relation unlockLock = x.poUnlockLockPo();
            Relation strongFence = e.mb;
            Relation fence = strongFence.or(e.poRel, e.acqPo, e.wmb, e.rmb);

            Relation dep = e.addr.or(e.data);
            Relation overwrite = x.co().or(x.fr());
            Relation toW = dep.or(e.ctrl).between(-1, e.writes).or(x.internal(overwrite));
            Relation toR = e.addr.between(-1, e.reads).or(dep.then(x.internal(x.rf())));
            Relation ppo = toR.or(toW, fence, x.internal(unlockLock));

            Relation rmwSequence = x.rf().then(e.rmw).star();
            Relation cumulFence = rfe.optional()
                    .then(strongFence.or(e.poRel))
                    .or(e.wmb, unlockLock)
                    .then(rmwSequence);
            Relation prop =
                    x.external(overwrite).optional().then(cumulFence.star()).then(rfe.optional());
            Relation identity = e.related((a, b) -> a == b);
            Relation hb = ppo.or(rfe, x.internal(prop.minus(identity)));
            return hb.isAcyclic() && prop.then(strongFence).then(hb.star()).isAcyclic();
        }
    },

    /**
     * What the machine says of itself under {@code weak}: of {@link #LKMM} the executions with one order in which everything reaches
     * memory, the same for all threads, that
     *
     * <ul>
     *   <li>has each read before the later writes of its thread;
     *   <li>has the write of an atomic operation that returns a value before the later writes of its thread;
     *   <li>has no atomic operation that reads early from its own thread's buffer or is read early from there;
     *   <li>has the reads of one location that other threads' writes fulfil in program order, even if both read the same write;
     *   <li>has a cmpxchg() that fails wait for what one that succeeds would wait for, and fail for the present value.
     * </ul>
     */
    WEAK {
        @Override
        boolean allows(Execution x) {
            Events e = x.events();
            int returning = e.reads & ~e.noreturn;
            int atOnce = e.those(event -> event.isWrite()
                    && event.statement().kind().isAtomic()
                    && event.statement().kind() != Statement.Kind.INC);
            Relation rfi = x.internal(x.rf());
            Relation forwarded = rfi.between(~e.atomics, ~e.atomics);
            Relation unlockLock = e.po.between(-1, e.unlocks)
                    .then(e.po.between(e.unlocks, e.lockReads))
                    .then(e.po.minus(e.rmw));
            Relation fails = waits(e, returning | atOnce, unlockLock)
                    .then(x.fr().or(e.po).between(e.failed, e.writes));
            return x.rf().minus(forwarded)
                    .or(
                            fails,
                            x.co(),
                            x.fr(),
                            e.po.between(returning | atOnce, e.writes),
                            e.poLoc.between(e.reads, e.reads & ~forwarded.range()),
                            e.mb,
                            e.rmb,
                            e.wmb,
                            e.acqPo,
                            e.poRel,
                            e.addr.between(-1, e.reads),
                            e.addr.or(e.data).then(rfi),
                            unlockLock.minus(unlockLock.between(e.writes, e.reads)))
                    .isAcyclic();
        }

        /** What comes before the moment at which a cmpxchg() finds that it fails; what it read may have been read earlier. */
        private static Relation waits(Events e, int before, Relation unlockLock) {
            int full = e.failed
                    & e.those(event -> event.statement().kind() == Statement.Kind.CMPXCHG
                            || event.statement().kind() == Statement.Kind.CMPXCHG_RELEASE);
            return e.po.between(before, e.failed)
                    .or(
                            e.po.between(-1, full),
                            e.poLoc.between(e.writes, e.failed),
                            e.fence(Statement.Kind.WMB).or(unlockLock).between(e.writes, e.failed))
                    .then(e.po.between(e.failed, e.failed).optional());
        }
    };

    /** Whether a coherent execution with atomic operations is one of the model's. */
    abstract boolean allows(Execution execution);
}
