package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Dirty;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * Fork's copy of one present PTE, under both page-table locks: share the page, or copy it early because it may be pinned.
 *
 * <p>Source: mm/memory.c, copy_present_pte() and copy_present_page() of v5.9 to v6.12 (copy_present_ptes() there, for one small
 * page); copy_one_pte() of v4.8 to v5.8, which write-protects before it takes its reference and looks at no pin; of v5.9-rc7 the
 * patch 70e806e4e645, which write-protects, looks for pins, and stores the old PTE back before it copies. include/linux/rmap.h,
 * page_try_dup_anon_rmap(), v5.19 to v6.12; v6.12 looks for pins before it looks whether the page is exclusive, which makes no
 * difference: the mark does not change under the page-table lock of a process that maps the page. v4.8 to v4.14 write-protect what is
 * read-only already, and v5.9-rc7 does so twice: both without effect, and left out. Not modelled: huge pages, pages without a struct
 * page but the zeropage, machine checks while copying.
 */
final class CopyPresent {

    private static final int ANON_EXCLUSIVE = Rule.ANON_EXCLUSIVE.ordinal();
    private static final int EAGAIN_DROPS_PTL = Rule.EAGAIN_DROPS_PTL.ordinal();
    private static final int EARLY_COPY = Rule.EARLY_COPY.ordinal();
    private static final int EARLY_COPY_ANON = Rule.EARLY_COPY_ANON.ordinal();
    private static final int FORK_CLEARS_UFFD_WP = Rule.FORK_CLEARS_UFFD_WP.ordinal();
    private static final int FORK_RESTORES_PTE = Rule.FORK_RESTORES_PTE.ordinal();
    private static final int FORK_WRPROTECT = Rule.FORK_WRPROTECT.ordinal();
    private static final int FORK_WRPROTECT_FIRST = Rule.FORK_WRPROTECT_FIRST.ordinal();
    private static final int HAS_PINNED = Rule.HAS_PINNED.ordinal();
    private static final int PINNED_AFTER_GET = Rule.PINNED_AFTER_GET.ordinal();

    private static final String PAGE = "copy_present_page";
    private static final String PTE = "copy_present_pte";
    private static final String RMAP = "page_try_dup_anon_rmap";

    static final int READ_HAS_PINNED = Pc.COPY_PTE | 3;
    static final int MAYBE_DMA_PINNED = Pc.COPY_PTE | 4;
    static final int COPY_PAGE = Pc.COPY_PTE | 5;
    static final int SET_COPY = Pc.COPY_PTE | 6;
    static final int GET_PAGE = Pc.COPY_PTE | 7;
    static final int DUP_RMAP = Pc.COPY_PTE | 8;
    static final int WRPROTECT = Pc.COPY_PTE | 9;
    static final int SET_PTE = Pc.COPY_PTE | 10;
    static final int RESTORE_PTE = Pc.COPY_PTE | 15;
    static final int READ_EXCLUSIVE = Pc.COPY_PTE | 16;
    static final int CLEAR_EXCLUSIVE = Pc.COPY_PTE | 17;
    static final int PUT_PAGE = Pc.COPY_PTE | 18;

    private CopyPresent() {}

    static void declare() {
        Labels.define(
                READ_HAS_PINNED,
                PAGE,
                "READ_HAS_PINNED",
                Target.HAS_PINNED,
                "atomic_read(&src_mm->has_pinned)",
                new ReadHasPinned());
        Labels.define(
                MAYBE_DMA_PINNED,
                PAGE,
                "MAYBE_DMA_PINNED",
                Target.REFCOUNT,
                "page_maybe_dma_pinned(page)",
                new MaybeDmaPinned());
        Labels.define(
                RESTORE_PTE,
                PAGE,
                "RESTORE_PTE",
                Target.PTE,
                "set_pte_at(src_mm, addr, src_pte, pte)",
                new RestorePte());
        Labels.define(
                COPY_PAGE, PAGE, "COPY_PAGE", Target.CONTENT, "copy_user_highpage(new_page, page)", new CopyPage());
        Labels.define(
                SET_COPY, PAGE, "SET_COPY", Target.PTE, "set_pte_at(dst_mm, addr, dst_pte, pte) (copy)", new SetCopy());
        Labels.define(GET_PAGE, PTE, "GET_PAGE", Target.REFCOUNT, "get_page(page)", new GetPage());
        Labels.define(PUT_PAGE, PTE, "PUT_PAGE", Target.REFCOUNT, "put_page(page)", new PutPage());
        Labels.define(
                READ_EXCLUSIVE, RMAP, "READ_EXCLUSIVE", Target.PAGE_FLAGS, "PageAnonExclusive(page)", new Exclusive());
        Labels.define(
                CLEAR_EXCLUSIVE,
                RMAP,
                "CLEAR_EXCLUSIVE",
                Target.PAGE_FLAGS,
                "ClearPageAnonExclusive(page)",
                new ClearExclusive());
        Labels.define(DUP_RMAP, PTE, "DUP_RMAP", Target.MAPCOUNT, "page_dup_rmap(page, false)", new DupRmap());
        Labels.define(
                WRPROTECT, PTE, "WRPROTECT", Target.PTE, "ptep_set_wrprotect(src_mm, addr, src_pte)", new Wrprotect());
        Labels.define(SET_PTE, PTE, "SET_PTE", Target.PTE, "set_pte_at(dst_mm, addr, dst_pte, pte)", new SetPte());
        Labels.pending(PendingAccess.read(Places.mm(Layout.HAS_PINNED)), READ_HAS_PINNED);
        Labels.pending(PendingAccess.read(Places.page(Layout.REFCOUNT)), MAYBE_DMA_PINNED);
        Labels.pending(PendingAccess.read(Places.page(Layout.FLAGS)), READ_EXCLUSIVE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.FLAGS)), CLEAR_EXCLUSIVE);
        Labels.pending(PendingAccess.read(Places.page(Layout.CONTENT)), COPY_PAGE);
        Labels.pending(PendingAccess.write(Places.CHILD_PTE), SET_COPY, SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), GET_PAGE, PUT_PAGE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.MAPCOUNT)), DUP_RMAP);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.WALK)), WRPROTECT);
        Labels.pending(PendingAccess.write(Places.pte(Frame.WALK)), RESTORE_PTE);
    }

    /** The first step for the PTE that was read. */
    static int begin(Machine m, int f) {
        if (m.has(FORK_WRPROTECT_FIRST) && protects(m, f)) {
            return WRPROTECT;
        } else {
            return page(m, f);
        }
    }

    /** Whether the parent's PTE is to be write-protected: {@code is_cow_mapping(vm_flags) && pte_write(pte)}. */
    private static boolean protects(Machine m, int f) {
        return Pte.write(m.s[f + Frame.PTE]) && isCow(m, f) && m.has(FORK_WRPROTECT);
    }

    private static boolean isCow(Machine m, int f) {
        return Region.isCow(m.s[f + Frame.VM_FLAGS]);
    }

    /** What becomes of the page: the zeropage has no struct page. */
    private static int page(Machine m, int f) {
        if (Pte.special(m.s[f + Frame.PTE])) {
            return SET_PTE;
        } else {
            return !getsFirst(m) && looksForPins(m, f) ? lookForPins(m) : GET_PAGE;
        }
    }

    /** Whether the page may have to be copied early. */
    private static boolean looksForPins(Machine m, int f) {
        return m.has(EARLY_COPY) && isCow(m, f) && (!m.has(EARLY_COPY_ANON) || isAnon(m, f));
    }

    /** Whether fork takes its reference before it looks for pins. */
    private static boolean getsFirst(Machine m) {
        return m.has(ANON_EXCLUSIVE) || m.has(PINNED_AFTER_GET);
    }

    private static int lookForPins(Machine m) {
        return m.has(HAS_PINNED) ? READ_HAS_PINNED : MAYBE_DMA_PINNED;
    }

    /** {@code PageAnon(page)}, which does not change while the page is mapped. */
    private static boolean isAnon(Machine m, int f) {
        int pfn = Pte.pfn(m.s[f + Frame.PTE]);
        m.see(m.layout.tenancy(pfn));
        return (m.s[m.pageAt(pfn) + Layout.FLAGS] & Layout.FLAG_ANON) != 0;
    }

    private static final class ReadHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.mmOf(f) + Layout.HAS_PINNED) == 0 ? unpinned(m, f) : MAYBE_DMA_PINNED;
        }
    }

    private static final class MaybeDmaPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int count = m.read(m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.REFCOUNT);
            if (!Memory.maybePinned(m, count)) {
                return unpinned(m, f);
            } else if (m.has(FORK_RESTORES_PTE) && protects(m, f)) {
                return RESTORE_PTE;
            } else {
                return pinned(m, f);
            }
        }
    }

    private static int unpinned(Machine m, int f) {
        if (!getsFirst(m)) {
            return GET_PAGE;
        } else {
            return m.has(ANON_EXCLUSIVE) && isAnon(m, f) ? CLEAR_EXCLUSIVE : DUP_RMAP;
        }
    }

    private static int pinned(Machine m, int f) {
        return getsFirst(m) ? PUT_PAGE : copy(m, f);
    }

    private static int copy(Machine m, int f) {
        if (m.s[f + Frame.PREALLOC] != 0) {
            return COPY_PAGE;
        } else if (m.has(EAGAIN_DROPS_PTL)) {
            m.reach(GoalPoint.EAGAIN);
            return CopyPte.unlock(m, f);
        } else {
            return CopyPte.PREALLOC; // -EAGAIN with the locks still held
        }
    }

    private static final class RestorePte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int page = s[f + Frame.WALK];
            int old = s[s[f + Frame.PTES] + page];
            m.setOwnPte(t, f, page, s[f + Frame.PTE]);
            Dirty.overwritten(m, t, page, old, s[f + Frame.PTE]);
            return pinned(m, f);
        }
    }

    private static final class PutPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.ref(m, Pte.pfn(m.s[f + Frame.PTE]), -1); // the parent's mapping holds another
            return copy(m, f);
        }
    }

    private static final class CopyPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            m.mark(m.pageAt(s[f + Frame.PREALLOC]) + Layout.CONTENT);
            s[m.pageAt(s[f + Frame.PREALLOC]) + Layout.CONTENT] = m.read(m.pageAt(Pte.pfn(pte)) + Layout.CONTENT);
            return SET_COPY;
        }
    }

    private static final class SetCopy extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int copy = s[f + Frame.PREALLOC];
            s[f + Frame.PREALLOC] = 0;
            Memory.usedFor(m, copy, s[f + Frame.WALK]);
            Memory.newAnon(m, s[f + Frame.CHILD_MM], s[f + Frame.WALK], copy);
            Memory.lruCacheAdd(m, t, pc, copy);
            m.reach(GoalPoint.EARLY_COPY);
            // vm_page_prot is young on x86
            int write = (s[f + Frame.VM_FLAGS] & Region.WRITE) != 0 ? Pte.WRITE : 0;
            int bits = Pte.PRESENT | Fault.dirty(m) | Pte.ACCESSED | write;
            m.setPte(t, s[f + Frame.CHILD_MM], s[f + Frame.WALK], Pte.of(copy, bits));
            findable(m, t, f);
            return CopyPte.copiedWithoutPut(m, f);
        }
    }

    private static final class GetPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.ref(m, Pte.pfn(m.s[f + Frame.PTE]), 1);
            if (m.has(ANON_EXCLUSIVE) && isAnon(m, f)) {
                return READ_EXCLUSIVE;
            } else {
                return getsFirst(m) && looksForPins(m, f) ? lookForPins(m) : DUP_RMAP;
            }
        }
    }

    private static final class Exclusive extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int flags = m.read(m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.FLAGS);
            if ((flags & Layout.FLAG_EXCLUSIVE) == 0) {
                return DUP_RMAP;
            } else {
                return looksForPins(m, f) ? lookForPins(m) : CLEAR_EXCLUSIVE;
            }
        }
    }

    private static final class ClearExclusive extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.clearExclusive(m, Pte.pfn(m.s[f + Frame.PTE]));
            return DUP_RMAP;
        }
    }

    private static final class DupRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.rmap(m, t, Pte.pfn(m.s[f + Frame.PTE]), 1);
            return protects(m, f) && !m.has(FORK_WRPROTECT_FIRST) ? WRPROTECT : SET_PTE;
        }
    }

    private static final class Wrprotect extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int at = s[f + Frame.PTES] + s[f + Frame.WALK];
            m.rmw(at);
            s[at] = Pte.wrprotect(s[at]);
            m.pteChanged(t, m.threadMm[t], s[f + Frame.WALK], s[at]);
            return m.has(FORK_WRPROTECT_FIRST) ? page(m, f) : SET_PTE;
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = Pte.mkold(s[f + Frame.PTE]);
            if (protects(m, f)) {
                pte = Pte.wrprotect(pte);
            }
            if ((s[f + Frame.VM_FLAGS] & Region.SHARED) != 0) {
                pte &= ~Pte.DIRTY;
            }
            // before that rule by the flags of the parent's VMA, behind it by those of the child's
            if (m.has(FORK_CLEARS_UFFD_WP) || (s[f + Frame.VM_FLAGS] & Region.UFFD_WP) == 0) {
                pte &= ~Pte.UFFD_WP;
            }
            m.setPte(t, s[f + Frame.CHILD_MM], s[f + Frame.WALK], pte);
            if (s[f + Frame.CHILD_ANON] == 0 && !Pte.special(pte) && isAnon(m, f)) {
                findable(m, t, f);
            }
            return CopyPte.copied(m, f);
        }
    }

    /** rmap finds an anonymous page through the anon_vma of its VMA; __page_set_anon_rmap() has a BUG_ON for it. */
    private static void findable(Machine m, int t, int f) {
        if (m.s[f + Frame.CHILD_ANON] == 0) {
            m.violate(Invariant.I5, t, m.s[f + Frame.WALK], 0);
        }
    }
}
