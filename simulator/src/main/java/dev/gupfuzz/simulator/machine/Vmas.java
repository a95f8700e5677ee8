package dev.gupfuzz.simulator.machine;

import java.util.Arrays;

/**
 * The VMA tree of an mm, as a few slots in address order; one access of the tree is one shared access of its first word. An
 * mm is given by its first word in the state.
 */
public final class Vmas {

    /** In the flags of a VMA, beside those of {@code Region}: it maps a file. */
    public static final int FILE = 1 << 20;

    private Vmas() {}

    /** find_vma() for an address inside a VMA: its slot, or -1. */
    public static int find(Machine m, int mm, int page) {
        m.read(mm + Layout.VMA_COUNT);
        return lookup(m, mm, page);
    }

    /** The VMA that covers the page, or -1; a ghost look, not an access. */
    public static int lookup(Machine m, int mm, int page) {
        m.see(mm + Layout.VMA_COUNT);
        for (int slot = 0; slot < m.s[mm + Layout.VMA_COUNT]; slot++) {
            int at = at(mm, slot);
            if (page >= m.s[at] && page < m.s[at + Layout.VMA_END]) {
                return slot;
            }
        }
        return -1;
    }

    /** First word of a slot. */
    public static int at(int mm, int slot) {
        return mm + Layout.VMAS + slot * Layout.VMA_WORDS;
    }

    /** The slot of the first VMA that ends after {@code page}, or -1: the order in which fork and exit walk. */
    public static int next(Machine m, int mm, int page) {
        m.see(mm + Layout.VMA_COUNT);
        for (int slot = 0; slot < m.s[mm + Layout.VMA_COUNT]; slot++) {
            if (m.s[at(mm, slot) + Layout.VMA_END] > page) {
                return slot;
            }
        }
        return -1;
    }

    /** The lock of the VMA that covers the page; of a VMA that is gone, a lock word that nobody looks at. */
    public static int lockWord(Machine m, int mm, int page) {
        return at(mm, Math.max(lookup(m, mm, page), 0)) + Layout.VMA_LOCK;
    }

    /** The VMA's flags; a ghost look. 0 where there is none. */
    public static int flags(Machine m, int mm, int page) {
        int slot = lookup(m, mm, page);
        return slot < 0 ? 0 : m.s[at(mm, slot) + Layout.VMA_FLAGS];
    }

    /** The page of a file that the VMA has at {@code page}, among all files' pages. */
    public static int filePage(Machine m, int vma, int page) {
        return page + m.s[vma + Layout.VMA_PGOFF];
    }

    /** {@code page->index} of an anonymous page that is new at {@code page} of the VMA. */
    public static int index(Machine m, int vma, int page) {
        return page + m.s[vma + Layout.VMA_PGOFF];
    }

    /** anon_vma_prepare(): the one access reads the tree. */
    public static void prepareAnon(Machine m, int mm, int page) {
        int slot = find(m, mm, page);
        if (slot >= 0 && m.s[at(mm, slot) + Layout.VMA_ANON] == 0) {
            m.mark(mm + Layout.VMA_COUNT);
            int anonVma = m.layout.mmIndex(mm) + 1;
            m.s[at(mm, slot) + Layout.VMA_ANON] = anonVma;
            m.s[at(mm, slot) + Layout.VMA_CHAIN] |= 1 << anonVma;
        }
    }

    /** detach_vmas_to_be_unmapped() after split_vma(): nothing of {@code [start, end)} remains in the tree. */
    public static void detach(Machine m, int mm, int start, int end) {
        int[] s = m.s;
        m.write(mm + Layout.VMA_COUNT, s[mm + Layout.VMA_COUNT]);
        split(m, mm, start);
        split(m, mm, end);
        for (int slot = s[mm + Layout.VMA_COUNT] - 1; slot >= 0; slot--) {
            if (s[at(mm, slot)] >= start && s[at(mm, slot) + Layout.VMA_END] <= end) {
                remove(m, mm, slot);
            }
        }
    }

    /** split_vma(): no VMA has {@code page} inside; a ghost change, beside the access of the step. */
    public static void split(Machine m, int mm, int page) {
        int slot = lookup(m, mm, page);
        if (slot < 0 || m.s[at(mm, slot)] == page) {
            return;
        }
        m.mark(mm + Layout.VMA_COUNT);
        open(m, mm, slot);
        System.arraycopy(m.s, at(mm, slot + 1), m.s, at(mm, slot), Layout.VMA_WORDS);
        m.s[at(mm, slot) + Layout.VMA_END] = page;
        m.s[at(mm, slot + 1) + Layout.VMA_START] = page;
    }

    /** Puts a new VMA into the tree, its words but the range 0, and returns its first word; beside the access of the step. */
    public static int insert(Machine m, int mm, int start, int end) {
        m.mark(mm + Layout.VMA_COUNT);
        int slot = 0;
        while (slot < m.s[mm + Layout.VMA_COUNT] && m.s[at(mm, slot)] < start) {
            slot++;
        }
        open(m, mm, slot);
        int at = at(mm, slot);
        for (int word = 0; word < Layout.VMA_WORDS; word++) {
            m.s[at + word] = 0;
        }
        m.s[at + Layout.VMA_START] = start;
        m.s[at + Layout.VMA_END] = end;
        return at;
    }

    /** vm_area_dup() of the VMA at {@code vma} into a tree that it comes last in; the lock is nobody's. Returns its first word. */
    public static int append(Machine m, int mm, int vma) {
        m.mark(mm + Layout.VMA_COUNT);
        int slot = m.s[mm + Layout.VMA_COUNT];
        open(m, mm, slot);
        int at = at(mm, slot);
        int[] s = m.s; // word by word: a loop, or arraycopy(), costs more than the few words
        s[at + Layout.VMA_START] = s[vma + Layout.VMA_START];
        s[at + Layout.VMA_END] = s[vma + Layout.VMA_END];
        s[at + Layout.VMA_ANON] = s[vma + Layout.VMA_ANON];
        s[at + Layout.VMA_CHAIN] = s[vma + Layout.VMA_CHAIN];
        s[at + Layout.VMA_FLAGS] = s[vma + Layout.VMA_FLAGS];
        s[at + Layout.VMA_PGOFF] = s[vma + Layout.VMA_PGOFF];
        s[at + Layout.VMA_LOCK] = 0;
        return at;
    }

    /** Makes room at a slot. */
    private static void open(Machine m, int mm, int slot) {
        int count = m.s[mm + Layout.VMA_COUNT];
        if (count == m.layout.vmaSlots) {
            throw new IllegalStateException("[simulator bug] out of VMA slots: mm at " + mm);
        }
        if (slot < count) {
            int at = at(mm, slot);
            System.arraycopy(m.s, at, m.s, at + Layout.VMA_WORDS, (count - slot) * Layout.VMA_WORDS);
        }
        m.s[mm + Layout.VMA_COUNT] = count + 1;
    }

    /** Takes a VMA out of the tree. */
    public static void remove(Machine m, int mm, int slot) {
        m.mark(mm + Layout.VMA_COUNT);
        int count = m.s[mm + Layout.VMA_COUNT] - 1;
        int at = at(mm, slot);
        System.arraycopy(m.s, at + Layout.VMA_WORDS, m.s, at, (count - slot) * Layout.VMA_WORDS);
        Arrays.fill(m.s, at(mm, count), at(mm, count) + Layout.VMA_WORDS, 0);
        m.s[mm + Layout.VMA_COUNT] = count;
    }
}
