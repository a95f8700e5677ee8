package dev.gupfuzz.simulator.machine;

/** Locations that mremap() moves: from the move of its PTE to the end of the call a location has two addresses. Ghost changes. */
public final class Moves {

    private Moves() {}

    /** What is at {@code page} is at {@code to} from now on. */
    public static void moved(Machine m, int mm, int page, int to) {
        m.see(m.refAt(mm, page));
        Contents.setRef(m, mm, to, m.s[m.refAt(mm, page)]);
        if (m.hasAlso) {
            m.see(m.layout.also(mm, page));
            m.s[m.layout.also(mm, to)] = m.s[m.layout.also(mm, page)];
        }
        m.mark(m.layout.movedTo(mm, page));
        m.s[m.layout.movedTo(mm, page)] = to + 1;
    }

    /** A store through the old address, which only a stale TLB entry allows, is one to the new. */
    static void stored(Machine m, int mm, int page, int token) {
        m.see(m.layout.movedTo(mm, page));
        int to = m.s[m.layout.movedTo(mm, page)];
        if (to != 0) {
            Contents.stored(m, mm, to - 1, token);
        }
    }

    /** The call returns: nothing is at the old addresses {@code [start, end)} any more. */
    public static void ended(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            m.mark(m.layout.movedTo(mm, page));
            m.s[m.layout.movedTo(mm, page)] = 0;
        }
        Claims.unmapEnds(m, mm, start, end);
    }
}
