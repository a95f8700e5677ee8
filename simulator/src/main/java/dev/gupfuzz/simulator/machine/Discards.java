package dev.gupfuzz.simulator.machine;

/** What the program may find where it told the kernel that it no longer needs what is there: ghost changes. */
public final class Discards {

    private Discards() {}

    /** MADV_DONTNEED of pages {@code [start, end)} returned: zeroes, or the file's pages, or what was stored meanwhile. */
    public static void discarded(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            int slot = Vmas.lookup(m, m.mmAt(mm), page);
            m.see(m.refAt(mm, page));
            if (slot < 0 || Contents.isShared(m.s[m.refAt(mm, page)])) {
                continue;
            }
            int vma = Vmas.at(m.mmAt(mm), slot);
            boolean file = (m.s[vma + Layout.VMA_FLAGS] & Vmas.FILE) != 0;
            m.see(m.layout.also(mm, page));
            int also = m.s[m.layout.also(mm, page)];
            Contents.setRef(m, mm, page, file ? Contents.privateFile(Vmas.filePage(m, vma, page)) : 0);
            m.s[m.layout.also(mm, page)] = also;
        }
    }

    /** MADV_FREE clears a swap entry: there are zeroes at once, and a reference to the page that was there is of no use any more. */
    public static void freedEntry(Machine m, int mm, int page) {
        Claims.giveUp(m, mm, page, page + 1);
        Contents.setRef(m, mm, page, 0);
    }

    /** MADV_FREE of pages {@code [start, end)} takes its first step: what is stored from now on, until it returns, may be lost. */
    public static void freeBegins(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            m.tick(m.layout.freeing(mm, page));
            m.s[m.layout.freeing(mm, page)]++;
        }
    }

    /** It returns. */
    public static void freeEnds(Machine m, int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            m.tick(m.layout.freeing(mm, page));
            m.s[m.layout.freeing(mm, page)]--;
        }
    }
}
