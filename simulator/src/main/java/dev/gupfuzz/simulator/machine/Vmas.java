package dev.gupfuzz.simulator.machine;

/**
 * The VMA tree of an mm, as a few slots in address order; one access of the tree is one shared access of its first word. An
 * mm is given by its first word in the state.
 */
public final class Vmas {

    private Vmas() {}

    /** find_vma() for an address inside a VMA: its slot, or -1. */
    public static int find(Machine m, int mm, int page) {
        m.read(mm + Layout.VMAS);
        return lookup(m, mm, page);
    }

    /** The VMA that covers the page, or -1; a ghost look, not an access. */
    static int lookup(Machine m, int mm, int page) {
        m.see(mm + Layout.VMAS);
        for (int slot = 0; slot < m.s[mm + Layout.VMA_COUNT]; slot++) {
            int at = at(mm, slot);
            if (page >= m.s[at] && page < m.s[at + 1]) {
                return slot;
            }
        }
        return -1;
    }

    /** First word of a slot: {start, end, anon_vma}. */
    public static int at(int mm, int slot) {
        return mm + Layout.VMAS + slot * Layout.VMA_WORDS;
    }

    /** The slot of the first VMA that ends after {@code page}, or -1: the order in which fork and exit walk. */
    public static int next(Machine m, int mm, int page) {
        m.see(mm + Layout.VMAS);
        for (int slot = 0; slot < m.s[mm + Layout.VMA_COUNT]; slot++) {
            if (m.s[at(mm, slot) + 1] > page) {
                return slot;
            }
        }
        return -1;
    }

    /** anon_vma_prepare(). */
    public static void prepareAnon(Machine m, int mm, int page) {
        int slot = find(m, mm, page);
        if (slot >= 0) {
            m.mark(mm + Layout.VMAS);
            m.s[at(mm, slot) + 2] = 1;
        }
    }

    /** detach_vmas_to_be_unmapped() after split_vma(): nothing of {@code [start, end)} remains in the tree. */
    public static void detach(Machine m, int mm, int start, int end) {
        int[] s = m.s;
        m.write(mm + Layout.VMAS, s[mm + Layout.VMAS]);
        for (int slot = s[mm + Layout.VMA_COUNT] - 1; slot >= 0; slot--) {
            int at = at(mm, slot);
            int from = s[at];
            int to = s[at + 1];
            int anonVma = s[at + 2];
            if (to <= start || from >= end) {
                continue;
            }
            remove(m, mm, slot);
            if (to > end) {
                insert(m, mm, slot, end, to, anonVma);
            }
            if (from < start) {
                insert(m, mm, slot, from, start, anonVma);
            }
        }
    }

    /** Puts a VMA behind all others. */
    public static void append(Machine m, int mm, int start, int end, int anonVma) {
        m.mark(mm + Layout.VMAS);
        insert(m, mm, m.s[mm + Layout.VMA_COUNT], start, end, anonVma);
    }

    private static void insert(Machine m, int mm, int slot, int start, int end, int anonVma) {
        int count = m.s[mm + Layout.VMA_COUNT];
        if (count == Layout.VMA_SLOTS) {
            throw new IllegalStateException("[simulator bug] out of VMA slots: mm at " + mm);
        }
        int at = at(mm, slot);
        System.arraycopy(m.s, at, m.s, at + Layout.VMA_WORDS, (count - slot) * Layout.VMA_WORDS);
        m.s[at] = start;
        m.s[at + 1] = end;
        m.s[at + 2] = anonVma;
        m.s[mm + Layout.VMA_COUNT] = count + 1;
    }

    private static void remove(Machine m, int mm, int slot) {
        int count = m.s[mm + Layout.VMA_COUNT] - 1;
        int at = at(mm, slot);
        System.arraycopy(m.s, at + Layout.VMA_WORDS, m.s, at, (count - slot) * Layout.VMA_WORDS);
        for (int i = 0; i < Layout.VMA_WORDS; i++) {
            m.s[at(mm, count) + i] = 0;
        }
        m.s[mm + Layout.VMA_COUNT] = count;
    }
}
