package dev.gupfuzz.simulator.machine;

/** The VMA tree of an mm, as a few slots; one access of the tree is one shared access of its first word. */
public final class Vmas {

    private Vmas() {}

    /** find_vma() for an address inside a VMA: its slot, or -1. */
    public static int find(Machine m, int mm, int page) {
        int base = m.layout.mm(mm) + Layout.VMAS;
        m.read(base);
        return lookup(m, base, page);
    }

    /** Whether a VMA covers the page; a ghost look, not an access. */
    static boolean covers(Machine m, int mm, int page) {
        return lookup(m, m.layout.mm(mm) + Layout.VMAS, page) >= 0;
    }

    private static int lookup(Machine m, int base, int page) {
        for (int slot = 0; slot < Layout.VMA_SLOTS; slot++) {
            int at = base + slot * Layout.VMA_WORDS;
            if (m.s[at + 1] != 0 && page >= m.s[at] && page < m.s[at + 1]) {
                return slot;
            }
        }
        return -1;
    }

    /** First word of a slot: {start, end, anon_vma}. */
    public static int at(Machine m, int mm, int slot) {
        return m.layout.mm(mm) + Layout.VMAS + slot * Layout.VMA_WORDS;
    }

    /** The slot of the first VMA that ends after {@code page}, or -1: the order in which fork and exit walk. */
    public static int next(Machine m, int mm, int page) {
        int best = -1;
        for (int slot = 0; slot < Layout.VMA_SLOTS; slot++) {
            int at = at(m, mm, slot);
            if (m.s[at + 1] > page && (best < 0 || m.s[at] < m.s[at(m, mm, best)])) {
                best = slot;
            }
        }
        return best;
    }

    /** detach_vmas_to_be_unmapped() after split_vma(): nothing of {@code [start, end)} remains in the tree. */
    public static void detach(Machine m, int mm, int start, int end) {
        int[] s = m.s;
        m.write(m.layout.mm(mm) + Layout.VMAS, s[m.layout.mm(mm) + Layout.VMAS]);
        for (int slot = 0; slot < Layout.VMA_SLOTS; slot++) {
            int at = at(m, mm, slot);
            int from = s[at];
            int to = s[at + 1];
            if (to == 0 || to <= start || from >= end) {
                continue;
            }
            if (from < start && to > end) {
                s[at + 1] = start;
                insert(m, mm, end, to, s[at + 2]);
            } else if (from < start) {
                s[at + 1] = start;
            } else if (to > end) {
                s[at] = end;
            } else {
                s[at] = 0;
                s[at + 1] = 0;
                s[at + 2] = 0;
            }
        }
    }

    /** Puts a VMA into a free slot. */
    public static void insert(Machine m, int mm, int start, int end, int anonVma) {
        for (int slot = 0; slot < Layout.VMA_SLOTS; slot++) {
            int at = at(m, mm, slot);
            if (m.s[at + 1] == 0) {
                m.s[at] = start;
                m.s[at + 1] = end;
                m.s[at + 2] = anonVma;
                return;
            }
        }
        throw new IllegalStateException("[simulator bug] out of VMA slots: mm=" + mm);
    }
}
