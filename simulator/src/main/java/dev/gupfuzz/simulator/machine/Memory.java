package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;

/**
 * Physical pages: the allocator, the reference counts, the map counts and flags.
 *
 * <p>Source: mm/page_alloc.c and include/linux/mm.h (put_page()), reduced to one free list that hands out the most recently
 * freed frame, or a never-used one.
 */
public final class Memory {

    private static final int ANON_EXCLUSIVE = Rule.ANON_EXCLUSIVE.ordinal();
    private static final int PINNED_SIGNED = Rule.PINNED_SIGNED.ordinal();

    private Memory() {}

    /** alloc_page(): a frame with one reference, for virtual page {@code page}. A data choice takes a never-used one. */
    public static int alloc(Machine m, int t, int pc, int page) {
        int[] s = m.s;
        int al = m.layout.allocBase;
        m.rmw(al);
        int free = s[al];
        int used = s[al + 1];
        boolean fresh = free == 0;
        if (free > 0 && used < m.layout.frames) {
            fresh = m.choices.choose(t, pc, 2) == 1;
        }
        int pfn;
        if (fresh) {
            if (used == m.layout.frames) {
                return leaked(m, t, page);
            }
            pfn = used;
            s[al + 1] = used + 1;
        } else {
            pfn = s[al + 1 + free];
            s[al] = free - 1;
        }
        int frame = m.pageAt(pfn);
        m.mark(frame + Layout.REFCOUNT);
        m.mark(frame + Layout.MAPCOUNT);
        m.mark(frame + Layout.FLAGS);
        m.mark(frame + Layout.CONTENT); // whoever asked for it fills it
        m.mark(frame + Layout.SINCE);
        m.mark(m.layout.tenancy(pfn));
        s[frame + Layout.REFCOUNT] = 1;
        s[frame + Layout.MAPCOUNT] = 0;
        s[frame + Layout.FLAGS] = Layout.FLAG_ALLOCATED;
        s[frame + Layout.SINCE] = 0;
        s[frame + Layout.VPAGE] = page;
        s[frame + Layout.BIRTH]++;
        m.touched(pfn);
        return pfn;
    }

    /** A frame that nobody else can see yet is used for another virtual page than it was allocated for. */
    public static void usedFor(Machine m, int pfn, int page) {
        m.mark(m.layout.tenancy(pfn));
        m.s[m.pageAt(pfn) + Layout.VPAGE] = page;
    }

    /**
     * There are as many frames as a kernel that loses none can use at once, so one was lost, and I5 is broken. Where it was lost the
     * comparison after every call tells; a run with it does not come here.
     */
    private static int leaked(Machine m, int t, int page) {
        if (m.precise) {
            throw new IllegalStateException("[simulator bug] out of frames: frames=" + m.layout.frames);
        }
        m.violate(Invariant.I5, t, page, 0);
        return 0;
    }

    /** put_page() of {@code refs} references at once: frees the frame when none is left. */
    public static void put(Machine m, int t, int pfn, int refs) {
        int frame = m.pageAt(pfn);
        m.touched(pfn);
        int left = m.add(frame + Layout.REFCOUNT, -refs);
        if (left == 0 || (left < 0 && !m.layout.manyReferences)) { // many references look like a negative count
            free(m, t, pfn, left);
        }
    }

    private static void free(Machine m, int t, int pfn, int left) {
        int[] s = m.s;
        int frame = m.pageAt(pfn);
        m.mark(frame + Layout.FLAGS);
        m.mark(m.layout.tenancy(pfn));
        m.see(frame + Layout.MAPCOUNT);
        m.mark(m.layout.allocBase);
        boolean wrong = left < 0 || (s[frame + Layout.FLAGS] & Layout.FLAG_ALLOCATED) == 0;
        if (wrong || s[frame + Layout.MAPCOUNT] != 0 || Accounts.mappings(m, pfn) != 0) {
            m.violate(Invariant.I5, t, s[frame + Layout.VPAGE], 0);
            return;
        }
        s[frame + Layout.FLAGS] = 0;
        int al = m.layout.allocBase;
        int free = s[al] + 1;
        s[al] = free;
        s[al + 1 + free] = pfn;
    }

    /** page_ref_freeze(): whether the count was {@code refs}; then it is 0, and nobody gets a reference any more. */
    public static boolean freeze(Machine m, int pfn, int refs) {
        int at = m.pageAt(pfn) + Layout.REFCOUNT;
        m.rmw(at);
        if (m.s[at] != refs) {
            return false;
        }
        m.s[at] = 0;
        m.touched(pfn);
        return true;
    }

    /** get_page_unless_zero(): whether it has a reference now. */
    public static boolean getUnlessZero(Machine m, int pfn) {
        int at = m.pageAt(pfn) + Layout.REFCOUNT;
        m.rmw(at);
        if (m.s[at] == 0) {
            return false;
        }
        m.s[at]++;
        m.touched(pfn);
        return true;
    }

    /** lru_add_drain_all(): every page leaves its CPU's LRU batch, and the batch's references go. One step, whose access stands for the batches. */
    public static void drainBatches(Machine m, int t) {
        m.rmw(m.pageAt(0) + Layout.REFCOUNT);
        for (int pfn = 1; pfn < m.s[m.layout.allocBase + 1]; pfn++) {
            int frame = m.pageAt(pfn);
            m.see(frame + Layout.FLAGS);
            if ((m.s[frame + Layout.FLAGS] & Layout.FLAG_LRU_BATCH) != 0) {
                m.mark(frame + Layout.FLAGS);
                m.mark(frame + Layout.REFCOUNT);
                m.touched(pfn);
                m.s[frame + Layout.FLAGS] &= ~Layout.FLAG_LRU_BATCH;
                if (--m.s[frame + Layout.REFCOUNT] <= 0) {
                    free(m, t, pfn, m.s[frame + Layout.REFCOUNT]);
                }
            }
        }
    }

    /** An unordered or ordered add to the reference count that cannot reach 0. */
    public static void ref(Machine m, int pfn, int refs) {
        m.touched(pfn);
        m.bump(m.pageAt(pfn) + Layout.REFCOUNT, refs);
    }

    /**
     * page_cache_get_speculative() in the step that found the page in its cache, which holds a reference, beside the access of the
     * step: whether it has one now. Not while reclaim has frozen the count at 0: the lookup begins anew then.
     */
    public static boolean getFound(Machine m, int pfn) {
        int at = m.pageAt(pfn) + Layout.REFCOUNT;
        m.mark(at);
        if (m.s[at] == 0) {
            return false;
        }
        m.touched(pfn);
        m.s[at]++;
        return true;
    }

    /** page_maybe_dma_pinned() of a page with this reference count: one that has overflown looks pinned. */
    public static boolean maybePinned(Machine m, int refcount) {
        return refcount >= Accounts.BIAS || (refcount < 0 && !m.has(PINNED_SIGNED));
    }

    /** page_add_rmap, page_dup_rmap, page_remove_rmap: one atomic on the map count. */
    public static void rmap(Machine m, int t, int pfn, int delta) {
        m.touched(pfn);
        if (delta > 0) {
            m.bump(m.pageAt(pfn) + Layout.MAPCOUNT, delta);
            if (m.has(ANON_EXCLUSIVE)) {
                m.see(m.pageAt(pfn) + Layout.FLAGS);
                m.see(m.pageAt(pfn) + Layout.MAPCOUNT);
                boolean exclusive = (m.s[m.pageAt(pfn) + Layout.FLAGS] & Layout.FLAG_EXCLUSIVE) != 0;
                if (exclusive && m.s[m.pageAt(pfn) + Layout.MAPCOUNT] > 1) {
                    m.violate(Invariant.I2, t, m.s[m.pageAt(pfn) + Layout.VPAGE], 0);
                }
            }
        } else if (m.add(m.pageAt(pfn) + Layout.MAPCOUNT, delta) < 0) {
            m.violate(Invariant.I5, t, m.s[m.pageAt(pfn) + Layout.VPAGE], 0);
        }
    }

    /**
     * page_add_anon_rmap() of a page from the swap cache, or from the device: one atomic on its map count. The first mapping makes
     * it anonymous.
     */
    public static void addAnonRmap(Machine m, int t, int page, int pfn, boolean exclusive) {
        int frame = m.pageAt(pfn);
        m.mark(frame + Layout.FLAGS);
        m.mark(m.layout.tenancy(pfn));
        if ((m.s[frame + Layout.FLAGS] & Layout.FLAG_ANON) == 0) {
            m.s[frame + Layout.FLAGS] |= Layout.FLAG_ANON;
            setAnonRmap(m, m.threadMm[t], page, pfn, exclusive);
        }
        if (exclusive && m.has(ANON_EXCLUSIVE)) {
            m.s[frame + Layout.FLAGS] |= Layout.FLAG_EXCLUSIVE;
        }
        rmap(m, t, pfn, 1);
    }

    /** lru_cache_add() of a page that its caller has just allocated: a data choice leaves it in the CPU's batch. */
    public static void lruCacheAdd(Machine m, int t, int pc, int pfn) {
        if (m.layout.world.lruBatch && inBatches(m) < m.layout.batched && m.choices.choose(t, pc, 2) == 1) {
            int frame = m.pageAt(pfn);
            m.mark(frame + Layout.REFCOUNT);
            m.mark(frame + Layout.FLAGS);
            m.s[frame + Layout.REFCOUNT]++;
            m.s[frame + Layout.FLAGS] |= Layout.FLAG_LRU_BATCH;
            m.touched(pfn);
        }
    }

    private static int inBatches(Machine m) {
        int in = 0;
        for (int pfn = 1; pfn < m.s[m.layout.allocBase + 1]; pfn++) {
            m.see(m.pageAt(pfn) + Layout.FLAGS);
            in += (m.s[m.pageAt(pfn) + Layout.FLAGS] & Layout.FLAG_LRU_BATCH) != 0 ? 1 : 0;
        }
        return in;
    }

    /** A page leaves its LRU batch, which puts its reference: the access of the step. */
    public static void lruDrain(Machine m, int t, int pfn) {
        m.mark(m.pageAt(pfn) + Layout.FLAGS);
        m.s[m.pageAt(pfn) + Layout.FLAGS] &= ~Layout.FLAG_LRU_BATCH;
        put(m, t, pfn, 1);
    }

    /** SetPageAnonExclusive() of a page that nobody else can be marking: one atomic on its flags. */
    public static void setExclusive(Machine m, int pfn) {
        m.touched(pfn);
        m.rmw(m.pageAt(pfn) + Layout.FLAGS);
        m.s[m.pageAt(pfn) + Layout.FLAGS] |= Layout.FLAG_EXCLUSIVE;
    }

    /** ClearPageAnonExclusive(): one atomic on its flags. */
    public static void clearExclusive(Machine m, int pfn) {
        m.touched(pfn);
        m.rmw(m.pageAt(pfn) + Layout.FLAGS);
        m.s[m.pageAt(pfn) + Layout.FLAGS] &= ~Layout.FLAG_EXCLUSIVE;
    }

    /**
     * page_add_new_anon_rmap() at (mm, page) of a frame that nobody else can see yet: no shared access. The page is exclusive
     * where the kernel knows that mark.
     */
    public static void newAnon(Machine m, int mm, int page, int pfn) {
        int frame = m.pageAt(pfn);
        m.touched(pfn);
        m.mark(frame + Layout.MAPCOUNT);
        m.mark(m.layout.tenancy(pfn));
        m.s[frame + Layout.MAPCOUNT] = 1;
        m.s[frame + Layout.FLAGS] |=
                m.has(ANON_EXCLUSIVE) ? Layout.FLAG_ANON | Layout.FLAG_EXCLUSIVE : Layout.FLAG_ANON;
        moveAnonRmap(m, mm, page, pfn);
    }

    /** page_move_anon_rmap(): rmap finds the page through the VMA's own anon_vma. It rides on an access of the page's flags. */
    public static void moveAnonRmap(Machine m, int mm, int page, int pfn) {
        setAnonRmap(m, mm, page, pfn, true);
    }

    /** __page_set_anon_rmap(): of a page that may be shared, rmap looks through the anon_vma of the oldest ancestor. */
    private static void setAnonRmap(Machine m, int mm, int page, int pfn, boolean exclusive) {
        if (m.layout.hasRmap) {
            int at = m.mmAt(mm);
            int slot = Vmas.lookup(m, at, page);
            int vma = Vmas.at(at, Math.max(slot, 0));
            int own = slot < 0 ? 0 : m.s[vma + Layout.VMA_ANON];
            int anonVma = exclusive || own == 0 ? own : Integer.numberOfTrailingZeros(m.s[vma + Layout.VMA_CHAIN]);
            m.mark(m.pageAt(pfn) + Layout.MAPPING);
            int old = m.s[m.pageAt(pfn) + Layout.MAPPING];
            int mapping = PageMapping.anon(anonVma, slot < 0 ? page : Vmas.index(m, vma, page));
            m.s[m.pageAt(pfn) + Layout.MAPPING] = PageMapping.withSlot(mapping, PageMapping.slot(old));
        }
    }
}
