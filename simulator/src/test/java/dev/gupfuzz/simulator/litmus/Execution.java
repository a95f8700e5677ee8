package dev.gupfuzz.simulator.litmus;

/**
 * A candidate execution: what each read reads from, and in which order the writes to each location come.
 *
 * @param rf from a write to the reads that read it
 * @param co from a write to those behind it in coherence order
 */
record Execution(Events events, Relation rf, Relation co) {

    /** From a read to the writes that overwrite what it read. */
    Relation fr() {
        return rf.inverse().then(co);
    }

    Relation external(Relation relation) {
        return relation.minus(events.internal);
    }

    Relation internal(Relation relation) {
        return relation.and(events.internal);
    }

    /** Each location for itself is sequentially consistent. */
    boolean isCoherent() {
        return events.poLoc.or(rf, co, fr()).isAcyclic();
    }

    /** No write of another thread comes between the read and the write of an atomic operation. */
    boolean isAtomic() {
        return events.rmw.and(external(fr()).then(external(co))).isEmpty();
    }

    /** From what stands before an unlock to what stands behind a lock that the same thread takes later, or another one next. */
    Relation poUnlockLockPo() {
        Events e = events;
        return e.po.between(-1, e.unlocks)
                .then(e.po.or(rf).between(e.unlocks, e.lockReads))
                .then(e.po);
    }
}
