package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.PageMapping;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Swap;

/**
 * The first half of a fault on a swap entry: the page comes from the swap cache or from the device, and is locked. {@link SwapMap}
 * maps it.
 *
 * <p>Source: mm/memory.c, do_swap_page(); mm/swap_state.c, __read_swap_cache_async(); mm/page_io.c, swap_readpage(),
 * end_swap_bio_read(); v4.8 to v6.12. A lookup of the swap cache takes its reference in one step, and who found nothing there looks again
 * only after a wait. Where the kernel sleeps a tick because somebody else brings the page in, the thread waits until that is over. A
 * synchronous device forgets a slot before the page is unlocked, as at the end of a bio; bdev_read_page() unlocks first, and the slot
 * is kept when the lock cannot be had again. Not modelled: readahead of other slots, allocation failure, memory cgroups, KSM, migration
 * and device entries, swapoff, large folios, FAULT_FLAG_RETRY_NOWAIT.
 */
final class SwapIn {

    private static final int SWAPIN_PREPARE = Rule.SWAPIN_PREPARE.ordinal();
    private static final int SWAP_NOTIFY_LAST = Rule.SWAP_NOTIFY_LAST.ordinal();
    private static final int SWAP_SKIPS_CACHE = Rule.SWAP_SKIPS_CACHE.ordinal();
    private static final int SWAP_SLOT_FREE_NOTIFY = Rule.SWAP_SLOT_FREE_NOTIFY.ordinal();
    private static final int VMA_LOCK_EVERY = Rule.VMA_LOCK_EVERY.ordinal();

    static final String SWAP_PAGE = "do_swap_page";
    private static final String READ = "__read_swap_cache_async";

    private static final int LOOKUP = Pc.SWAP_IN;
    private static final int COUNT = Pc.SWAP_IN | 1;
    private static final int ALLOC_FRESH = Pc.SWAP_IN | 2;
    private static final int PREPARE_FRESH = Pc.SWAP_IN | 3;
    private static final int READ_FRESH = Pc.SWAP_IN | 4;
    private static final int FORGET = Pc.SWAP_IN | 5;
    private static final int ALLOC = Pc.SWAP_IN | 6;
    private static final int PREPARE = Pc.SWAP_IN | 7;
    private static final int PUT_UNUSED = Pc.SWAP_IN | 8;
    private static final int WAIT = Pc.SWAP_IN | 9 | Pc.ON_SLOT;
    private static final int ADD = Pc.SWAP_IN | 10;
    private static final int READ_PAGE = Pc.SWAP_IN | 11;
    private static final int READ_DONE = Pc.SWAP_IN | 12;
    private static final int LOCK_PAGE = Pc.SWAP_IN | 13 | Pc.ON_PAGE;
    private static final int STILL_CACHED = Pc.SWAP_IN | 14;
    static final int UNLOCK_OUT = Pc.SWAP_IN | 15;
    static final int PUT_OUT = Pc.SWAP_IN | 16;
    static final int CLEAR_CACHE = Pc.SWAP_IN | 17;

    private static final int GONE_PTL = Pc.SWAP_IN | 18 | Pc.ON_PTL;
    private static final int GONE_PTE_SAME = Pc.SWAP_IN | 19;
    /** The lookup of who decided for the swap cache, and does not decide again. */
    private static final int FIND_AGAIN = Pc.SWAP_IN | 32;

    private SwapIn() {}

    static void declare() {
        Labels.define(
                LOOKUP,
                SWAP_PAGE,
                "LOOKUP",
                Target.SWAP,
                "page = lookup_swap_cache(entry, vma, address)",
                new Lookup());
        Labels.define(
                FIND_AGAIN,
                READ,
                "FIND_AGAIN",
                Target.SWAP,
                "page = find_get_page(swap_address_space(entry), swp_offset(entry))",
                new FindAgain());
        Labels.define(COUNT, SWAP_PAGE, "COUNT", Target.SWAP, "__swap_count(entry) == 1", new Count());
        Labels.define(
                ALLOC_FRESH,
                SWAP_PAGE,
                "ALLOC_FRESH",
                Target.ALLOCATOR,
                "page = alloc_page_vma(GFP_HIGHUSER_MOVABLE, vma, address)",
                new AllocFresh());
        Labels.define(
                PREPARE_FRESH, SWAP_PAGE, "PREPARE_FRESH", Target.SWAP, "swapcache_prepare(entry)", new PrepareFresh());
        Labels.define(READ_FRESH, SWAP_PAGE, "READ_FRESH", Target.SWAP, "swap_readpage(page, true)", new ReadFresh());
        Labels.define(
                FORGET,
                "swap_slot_free_notify",
                "FORGET",
                Target.SWAP,
                "swap_slot_free_notify(bdev, offset)",
                new Forget());
        Labels.define(
                ALLOC, READ, "ALLOC", Target.ALLOCATOR, "page = alloc_page_vma(gfp_mask, vma, addr)", new Alloc());
        Labels.define(PREPARE, READ, "PREPARE", Target.SWAP, "swapcache_prepare(entry)", new Prepare());
        Labels.define(PUT_UNUSED, READ, "PUT_UNUSED", Target.REFCOUNT, "put_page(page)", new PutUnused());
        Labels.define(WAIT, READ, "WAIT", Target.SWAP, "schedule_timeout_uninterruptible(1)", new Wait());
        Labels.define(ADD, READ, "ADD", Target.SWAP, "add_to_swap_cache(page, entry)", new Add());
        Labels.define(READ_PAGE, READ, "READ_PAGE", Target.SWAP, "swap_readpage(page)", new ReadPage());
        Labels.define(
                READ_DONE, "end_swap_bio_read", "READ_DONE", Target.PAGE_LOCK, "unlock_page(page)", new ReadDone());
        Labels.define(
                LOCK_PAGE, SWAP_PAGE, "LOCK_PAGE", Target.PAGE_LOCK, "lock_page_or_retry(page, ...)", new LockPage());
        Labels.define(
                STILL_CACHED,
                SWAP_PAGE,
                "STILL_CACHED",
                Target.PAGE_LOCK,
                "!PageSwapCache(page) || page_private(page) != entry.val",
                new StillCached());
        Labels.define(
                UNLOCK_OUT, SWAP_PAGE, "UNLOCK_OUT", Target.PAGE_LOCK, "out_page: unlock_page(page)", new UnlockOut());
        Labels.define(PUT_OUT, SWAP_PAGE, "PUT_OUT", Target.REFCOUNT, "out_release: put_page(page)", new PutOut());
        Labels.define(
                CLEAR_CACHE, SWAP_PAGE, "CLEAR_CACHE", Target.SWAP, "swapcache_clear(si, entry)", new ClearCache());
        Labels.define(
                GONE_PTL,
                SWAP_PAGE,
                "GONE_PTL",
                Target.PTL,
                "pte_offset_map_lock(..., &vmf->ptl) (no page)",
                new GonePtl());
        Labels.define(
                GONE_PTE_SAME,
                SWAP_PAGE,
                "GONE_PTE_SAME",
                Target.PTE,
                "pte_same(*vmf->pte, vmf->orig_pte) (no page)",
                new GonePteSame());
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), GONE_PTE_SAME);
        Labels.pending(PendingAccess.read(Places.swap(Layout.SWAP_CACHE)), LOOKUP, FIND_AGAIN);
        Labels.pending(PendingAccess.read(Places.swap(Layout.SWAP_MAP)), COUNT);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), ALLOC_FRESH, ALLOC);
        Labels.pending(PendingAccess.rmw(Places.swap(Layout.SWAP_HAS_CACHE)), PREPARE_FRESH, PREPARE);
        Labels.pending(PendingAccess.read(Places.swap(Layout.SWAP_DATA)), READ_FRESH, READ_PAGE);
        Labels.pending(PendingAccess.write(Places.swap(Layout.SWAP_DATA)), FORGET);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PUT_UNUSED, PUT_OUT);
        Labels.pending(PendingAccess.read(Places.swap(Layout.SWAP_HAS_CACHE)), WAIT);
        Labels.pending(PendingAccess.write(Places.swap(Layout.SWAP_CACHE)), ADD);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), READ_DONE, UNLOCK_OUT);
        Labels.pending(PendingAccess.rmw(Places.LOCK), LOCK_PAGE, GONE_PTL);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), STILL_CACHED);
        Labels.pending(PendingAccess.write(Places.swap(Layout.SWAP_HAS_CACHE)), CLEAR_CACHE);
    }

    /** The PTE is a swap entry; nothing is locked but the VMA. */
    static int begin(Machine m, int t, int f) {
        if (m.s[f + Frame.VMA_LOCKED] != 0 && !m.has(VMA_LOCK_EVERY)) {
            m.s[f + Frame.FAULT_RESULT] = Frame.FAULT_RETRY;
            return m.s[f + Frame.FAULT_RET];
        }
        m.s[f + Frame.SLOT] = Pte.slot(m.s[f + Frame.PTE]);
        m.s[f + Frame.FRESH] = 0;
        return LOOKUP;
    }

    private static int lockPage(Machine m, int f) {
        Locks.aimPage(m, f, m.s[f + Frame.TARGET_PFN]);
        return LOCK_PAGE;
    }

    /** A page that nobody else knows, locked. */
    private static void alloc(Machine m, int t, int f, int pc) {
        int pfn = Memory.alloc(m, t, pc, m.s[f + Frame.PAGE]);
        m.s[m.pageAt(pfn) + Layout.CONTENT] = Swap.NOT_READ;
        m.s[m.pageAt(pfn) + Layout.MAPPING] = 0;
        m.s[m.pageAt(pfn) + Layout.FLAGS] |= Layout.FLAG_LOCKED;
        m.s[f + Frame.TARGET_PFN] = pfn;
    }

    private static final class Lookup extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = Swap.lookup(m, m.s[f + Frame.SLOT]);
            if (pfn == Swap.FROZEN) {
                return LOOKUP;
            }
            m.s[f + Frame.TARGET_PFN] = pfn;
            if (pfn != 0) {
                return lockPage(m, f);
            }
            return m.layout.world.synchronousSwap && m.has(SWAP_SKIPS_CACHE) ? COUNT : ALLOC;
        }
    }

    private static final class FindAgain extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = Swap.lookup(m, m.s[f + Frame.SLOT]);
            if (pfn == Swap.FROZEN) {
                return FIND_AGAIN;
            }
            m.s[f + Frame.TARGET_PFN] = pfn;
            return pfn == 0 ? ALLOC : lockPage(m, f);
        }
    }

    private static final class Count extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Swap.count(m, m.s[f + Frame.SLOT]) == 1 ? ALLOC_FRESH : ALLOC;
        }
    }

    private static final class AllocFresh extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            alloc(m, t, f, pc);
            m.s[f + Frame.FRESH] = 1;
            return m.has(SWAPIN_PREPARE) ? PREPARE_FRESH : READ_FRESH;
        }
    }

    private static final class PrepareFresh extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Swap.prepareCache(m, m.s[f + Frame.SLOT]) ? READ_FRESH : PUT_UNUSED;
        }
    }

    private static final class ReadFresh extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.readPage(m, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN]);
            Memory.lruCacheAdd(m, t, pc, m.s[f + Frame.TARGET_PFN]);
            return SwapMap.begin(m, t, f);
        }
    }

    private static final class Forget extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.forget(m, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN], m.has(SWAP_NOTIFY_LAST));
            return READ_DONE;
        }
    }

    private static final class Alloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            alloc(m, t, f, pc);
            return PREPARE;
        }
    }

    private static final class Prepare extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return Swap.prepareCache(m, m.s[f + Frame.SLOT]) ? ADD : PUT_UNUSED;
        }
    }

    private static final class PutUnused extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            m.s[f + Frame.LOCK] = m.layout.swap(m.s[f + Frame.SLOT]);
            return WAIT;
        }
    }

    private static final class Wait extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            int slot = m.layout.swap(m.s[f + Frame.SLOT]);
            m.read(slot + Layout.SWAP_HAS_CACHE);
            m.see(slot + Layout.SWAP_CACHE);
            m.see(slot + Layout.SWAP_MAP);
            if (m.s[f + Frame.FRESH] != 0) {
                return m.s[f + Frame.FAULT_RET];
            } else if (m.s[slot + Layout.SWAP_MAP] != 0) {
                return FIND_AGAIN;
            }
            Locks.aim(
                    m,
                    f,
                    m.threadMm[t],
                    m.s[f + Frame.PAGE]); // no entry refers to the slot: the PTE must be about to change
            return GONE_PTL;
        }
    }

    private static final class GonePtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return GONE_PTE_SAME;
        }
    }

    private static final class GonePteSame extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(m.s[f + Frame.PTES] + m.s[f + Frame.PAGE]) == m.s[f + Frame.PTE]) {
                m.s[f + Frame.FAULT_RESULT] = Frame.FAULT_ERROR; // VM_FAULT_OOM
            }
            return Fault.PTL_UNLOCK;
        }
    }

    private static final class Add extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.addToCache(m, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN]);
            Memory.lruCacheAdd(m, t, pc, m.s[f + Frame.TARGET_PFN]);
            return READ_PAGE;
        }
    }

    private static final class ReadPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.readPage(m, m.s[f + Frame.SLOT], m.s[f + Frame.TARGET_PFN]);
            return m.layout.world.synchronousSwap && m.has(SWAP_SLOT_FREE_NOTIFY) ? FORGET : READ_DONE;
        }
    }

    private static final class ReadDone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return lockPage(m, f);
        }
    }

    private static final class LockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            return STILL_CACHED;
        }
    }

    private static final class StillCached extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int frame = m.pageAt(m.s[f + Frame.TARGET_PFN]);
            m.see(frame + Layout.MAPPING);
            boolean cached = (m.read(frame + Layout.FLAGS) & Layout.FLAG_SWAPCACHE) != 0
                    && PageMapping.slot(m.s[frame + Layout.MAPPING]) == m.s[f + Frame.SLOT];
            return cached ? SwapMap.begin(m, t, f) : UNLOCK_OUT;
        }
    }

    private static final class UnlockOut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return PUT_OUT;
        }
    }

    private static final class PutOut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return out(m, f);
        }
    }

    /** The end of the fault: a slot that was read around the swap cache is given free. */
    static int out(Machine m, int f) {
        return m.s[f + Frame.FRESH] != 0 && m.has(SWAPIN_PREPARE) ? CLEAR_CACHE : m.s[f + Frame.FAULT_RET];
    }

    private static final class ClearCache extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Swap.clearCache(m, m.s[f + Frame.SLOT]);
            return m.s[f + Frame.FAULT_RET];
        }
    }
}
