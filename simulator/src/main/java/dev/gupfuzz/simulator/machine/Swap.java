package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/**
 * The swap device: how many swap entries refer to each slot, what is in the swap cache, and what is on the device. Each method
 * but the ghost looks is the one access of its step.
 *
 * <p>Source: mm/swapfile.c, swap_duplicate(), swap_free(), get_swap_page(); mm/swap_state.c, add_to_swap_cache(),
 * delete_from_swap_cache(); v5.11 to v6.12. Not modelled: clusters, per-CPU slot caches, count continuations, priorities,
 * readahead, zswap; a slot that neither an entry nor the cache refers to is free at once.
 */
public final class Swap {

    /** The contents of a page that is not up to date: what is to come is on the device. */
    public static final int NOT_READ = -1;

    private Swap() {}

    /** get_swap_page(): a slot with the cache's reference, or -1 when none is free. */
    public static int alloc(Machine m) {
        int slot = firstFree(m);
        int at = m.layout.swap(Math.max(slot, 0));
        m.rmw(at + Layout.SWAP_HAS_CACHE);
        if (slot >= 0) {
            m.s[at + Layout.SWAP_HAS_CACHE] = 1;
            m.mark(at + Layout.SWAP_DATA);
            m.s[at + Layout.SWAP_DATA] = -1;
            m.recheck();
        }
        return slot;
    }

    /** The slot that {@link #alloc} would take, or -1; a ghost look. */
    public static int firstFree(Machine m) {
        for (int slot = 0; slot < m.layout.world.swapSlots; slot++) {
            int at = m.layout.swap(slot);
            m.see(at + Layout.SWAP_MAP);
            m.see(at + Layout.SWAP_HAS_CACHE);
            if (m.s[at + Layout.SWAP_MAP] == 0 && m.s[at + Layout.SWAP_HAS_CACHE] == 0) {
                return slot;
            }
        }
        return -1;
    }

    /** swap_duplicate(): one swap entry more. */
    public static void duplicate(Machine m, int slot) {
        m.bump(m.layout.swap(slot) + Layout.SWAP_MAP, 1);
    }

    /** swap_free(): one swap entry less. */
    public static void free(Machine m, int t, int slot, int page) {
        if (m.add(m.layout.swap(slot) + Layout.SWAP_MAP, -1) < 0) {
            m.violate(Invariant.I5, t, page, 0);
        }
    }

    /**
     * Ghost: whether the slot of the entry at (mm, page) was given up, and may be another's, though the page table keeps the entry
     * for some steps more, under its lock.
     */
    public static void release(Machine m, int mm, int page, int released) {
        m.mark(m.layout.released(mm, page));
        m.s[m.layout.released(mm, page)] = released;
    }

    /** Whether a page table's entry {@code pte} of (mm, page) refers to the slot, and has not given it up. */
    static boolean refers(Machine m, int mm, int page, int pte, int slot) {
        if (!Pte.swap(pte) || Pte.slot(pte) != slot) {
            return false;
        } else if (!m.layout.hasReleased()) {
            return true;
        }
        m.see(m.layout.released(mm, page));
        return m.s[m.layout.released(mm, page)] == 0;
    }

    /** swp_swapcount(), __swap_count(): swap entries that refer to the slot. */
    public static int count(Machine m, int slot) {
        return m.read(m.layout.swap(slot) + Layout.SWAP_MAP);
    }

    /** swapcache_prepare(): whether it has the slot's cache now; not of a slot that no entry refers to any more. */
    public static boolean prepareCache(Machine m, int slot) {
        int at = m.layout.swap(slot);
        m.rmw(at + Layout.SWAP_HAS_CACHE);
        m.see(at + Layout.SWAP_MAP);
        if (m.s[at + Layout.SWAP_HAS_CACHE] != 0 || m.s[at + Layout.SWAP_MAP] == 0) {
            return false;
        }
        m.s[at + Layout.SWAP_HAS_CACHE] = 1;
        m.recheck();
        return true;
    }

    /** swapcache_clear(): gives up the slot's cache without a page in it. */
    public static void clearCache(Machine m, int slot) {
        m.write(m.layout.swap(slot) + Layout.SWAP_HAS_CACHE, 0);
        m.recheck();
    }

    /** From {@link #lookup}: the page is in the cache, and reclaim has frozen its reference count at 0. */
    public static final int FROZEN = -1;

    /**
     * find_get_page(): the frame in the swap cache, with a reference to it, or 0; see {@code docs/fidelity.md} on the one step. The
     * kernel looks again while the page is {@link #FROZEN}.
     */
    public static int lookup(Machine m, int slot) {
        int pfn = m.read(m.layout.swap(slot) + Layout.SWAP_CACHE);
        if (pfn == 0) {
            return 0;
        }
        int refcount = m.pageAt(pfn) + Layout.REFCOUNT;
        m.mark(refcount);
        if (m.s[refcount] == 0) {
            return FROZEN;
        }
        m.s[refcount]++;
        m.touched(pfn);
        return pfn;
    }

    /** swap_readpage(): what the device has goes into a page that nobody else looks at; nothing there, and it reads zeroes. */
    public static void readPage(Machine m, int slot, int pfn) {
        int data = m.read(m.layout.swap(slot) + Layout.SWAP_DATA);
        m.mark(m.pageAt(pfn) + Layout.CONTENT);
        m.s[m.pageAt(pfn) + Layout.CONTENT] = Math.max(data, 0);
    }

    /**
     * swap_slot_free_notify(): the device forgets a slot whose page is in the swap cache, and dirty from now on.
     *
     * @param last only a slot that one entry refers to
     */
    public static void forget(Machine m, int slot, int pfn, boolean last) {
        int at = m.layout.swap(slot);
        m.see(at + Layout.SWAP_MAP);
        boolean forgets = !last || m.s[at + Layout.SWAP_MAP] == 1;
        m.write(at + Layout.SWAP_DATA, forgets ? -1 : m.s[at + Layout.SWAP_DATA]);
        m.mark(m.pageAt(pfn) + Layout.FLAGS);
        m.s[m.pageAt(pfn) + Layout.FLAGS] |= forgets ? Layout.FLAG_DIRTY : 0;
    }

    /** add_to_swap_cache(): the page, which the caller has locked, is in the cache, and the cache has a reference to it. */
    public static void addToCache(Machine m, int slot, int pfn) {
        int frame = m.pageAt(pfn);
        m.write(m.layout.swap(slot) + Layout.SWAP_CACHE, pfn);
        m.mark(frame + Layout.REFCOUNT);
        m.mark(frame + Layout.FLAGS);
        m.mark(frame + Layout.MAPPING);
        m.s[frame + Layout.REFCOUNT]++;
        m.s[frame + Layout.FLAGS] |= Layout.FLAG_SWAPCACHE;
        m.s[frame + Layout.MAPPING] = PageMapping.withSlot(m.s[frame + Layout.MAPPING], slot);
        m.touched(pfn);
        m.recheck();
    }

    /**
     * delete_from_swap_cache() of a page that the caller has locked: the slot's cache is given up. The cache's reference is the
     * caller's to put.
     */
    public static void deleteFromCache(Machine m, int slot, int pfn) {
        m.write(m.layout.swap(slot) + Layout.SWAP_CACHE, 0);
        removed(m, slot, pfn);
    }

    /** As {@link #deleteFromCache}, beside the access of the step. */
    public static void removed(Machine m, int slot, int pfn) {
        int frame = m.pageAt(pfn);
        m.mark(m.layout.swap(slot) + Layout.SWAP_CACHE);
        m.mark(m.layout.swap(slot) + Layout.SWAP_HAS_CACHE);
        m.mark(frame + Layout.FLAGS);
        m.mark(frame + Layout.MAPPING);
        m.s[m.layout.swap(slot) + Layout.SWAP_CACHE] = 0;
        m.s[m.layout.swap(slot) + Layout.SWAP_HAS_CACHE] = 0;
        m.s[frame + Layout.FLAGS] &= ~Layout.FLAG_SWAPCACHE;
        m.s[frame + Layout.MAPPING] = PageMapping.withSlot(m.s[frame + Layout.MAPPING], -1);
        m.touched(pfn);
        m.recheck();
    }

    /** swap_writepage(): the slot holds what is in the page now; the one access reads the page. */
    public static void write(Machine m, int slot, int pfn) {
        int token = m.read(m.pageAt(pfn) + Layout.CONTENT);
        m.mark(m.layout.swap(slot) + Layout.SWAP_DATA);
        m.s[m.layout.swap(slot) + Layout.SWAP_DATA] = token;
    }
}
