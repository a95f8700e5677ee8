package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;

/**
 * fork's walk over the PTEs of one VMA.
 *
 * <p>Source: mm/memory.c, copy_pte_range(), copy_present_pte(), copy_present_page(), page_copy_prealloc(), v5.9 and v5.11;
 * copy_one_pte() in v5.9-rc4, which write-protects before it takes its reference and looks at no pin. The reads of
 * {@code *src_pte} by pte_none(), pte_present() and copy_present_pte() are one step: under the page-table lock only the
 * hardware's A and D bits could change between them. need_resched() and lock contention, asked for after every fourth
 * present PTE, are one data choice. Not modelled: swap entries, huge pages, uffd-wp, shared mappings, accounting.
 */
final class CopyPte {

    private static final int EAGAIN_DROPS_PTL = Rule.EAGAIN_DROPS_PTL.ordinal();
    private static final int EARLY_COPY = Rule.EARLY_COPY.ordinal();
    private static final int FORK_WRPROTECT = Rule.FORK_WRPROTECT.ordinal();
    private static final int FORK_WRPROTECT_FIRST = Rule.FORK_WRPROTECT_FIRST.ordinal();

    private static final String RANGE = "copy_pte_range";
    private static final String PAGE = "copy_present_page";
    private static final String PTE = "copy_present_pte";

    /** Units of progress after which the walk looks whether to break: 8 for a present PTE, 1 for none. */
    private static final int PROGRESS_MAX = 32;

    static final int DST_LOCK = Pc.COPY_PTE | Pc.INVISIBLE;
    static final int SRC_LOCK = Pc.COPY_PTE | 1 | Pc.ON_PTL;
    static final int READ_PTE = Pc.COPY_PTE | 2;
    static final int READ_HAS_PINNED = Pc.COPY_PTE | 3;
    static final int MAYBE_DMA_PINNED = Pc.COPY_PTE | 4;
    static final int COPY_PAGE = Pc.COPY_PTE | 5;
    static final int SET_COPY = Pc.COPY_PTE | 6;
    static final int GET_PAGE = Pc.COPY_PTE | 7;
    static final int DUP_RMAP = Pc.COPY_PTE | 8;
    static final int WRPROTECT = Pc.COPY_PTE | 9;
    static final int SET_PTE = Pc.COPY_PTE | 10;
    static final int PUT_PREALLOC = Pc.COPY_PTE | 11;
    static final int SRC_UNLOCK = Pc.COPY_PTE | 12;
    static final int DST_UNLOCK = Pc.COPY_PTE | 13 | Pc.INVISIBLE;
    static final int PREALLOC = Pc.COPY_PTE | 14;

    private CopyPte() {}

    static void declare() {
        Labels.define(
                DST_LOCK, RANGE, "DST_LOCK", Target.PTL, "dst_pte = pte_alloc_map_lock(..., &dst_ptl)", new DstLock());
        Labels.define(SRC_LOCK, RANGE, "SRC_LOCK", Target.PTL, "spin_lock_nested(src_ptl)", new SrcLock());
        Labels.define(READ_PTE, PTE, "READ_PTE", Target.PTE, "pte = *src_pte", new ReadPte());
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
                COPY_PAGE, PAGE, "COPY_PAGE", Target.CONTENT, "copy_user_highpage(new_page, page)", new CopyPage());
        Labels.define(
                SET_COPY, PAGE, "SET_COPY", Target.PTE, "set_pte_at(dst_mm, addr, dst_pte, pte) (copy)", new SetCopy());
        Labels.define(GET_PAGE, PTE, "GET_PAGE", Target.REFCOUNT, "get_page(page)", new GetPage());
        Labels.define(DUP_RMAP, PTE, "DUP_RMAP", Target.MAPCOUNT, "page_dup_rmap(page, false)", new DupRmap());
        Labels.define(
                WRPROTECT, PTE, "WRPROTECT", Target.PTE, "ptep_set_wrprotect(src_mm, addr, src_pte)", new Wrprotect());
        Labels.define(SET_PTE, PTE, "SET_PTE", Target.PTE, "set_pte_at(dst_mm, addr, dst_pte, pte)", new SetPte());
        Labels.define(PUT_PREALLOC, RANGE, "PUT_PREALLOC", Target.REFCOUNT, "put_page(prealloc)", new PutPrealloc());
        Labels.define(SRC_UNLOCK, RANGE, "SRC_UNLOCK", Target.PTL, "spin_unlock(src_ptl)", new SrcUnlock());
        Labels.define(
                DST_UNLOCK,
                RANGE,
                "DST_UNLOCK",
                Target.PTL,
                "pte_unmap_unlock(orig_dst_pte, dst_ptl)",
                new DstUnlock());
        Labels.define(PREALLOC, RANGE, "PREALLOC", Target.ALLOCATOR, "prealloc = page_copy_prealloc()", new Prealloc());
        Labels.pending(PendingAccess.write(Places.CHILD_PTL), DST_LOCK, DST_UNLOCK);
        Labels.pending(PendingAccess.rmw(Places.LOCK), SRC_LOCK, SRC_UNLOCK);
        Labels.pending(PendingAccess.read(Places.pte(Frame.WALK)), READ_PTE);
        Labels.pending(PendingAccess.read(Places.mm(Layout.HAS_PINNED)), READ_HAS_PINNED);
        Labels.pending(PendingAccess.read(Places.page(Layout.REFCOUNT)), MAYBE_DMA_PINNED);
        Labels.pending(PendingAccess.read(Places.page(Layout.CONTENT)), COPY_PAGE);
        Labels.pending(PendingAccess.write(Places.CHILD_PTE), SET_COPY, SET_PTE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.REFCOUNT)), GET_PAGE);
        Labels.pending(PendingAccess.rmw(Places.page(Layout.MAPCOUNT)), DUP_RMAP);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.WALK)), WRPROTECT);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.PREALLOC, Layout.REFCOUNT)), PUT_PREALLOC);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), PREALLOC);
    }

    private static final class DstLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.write(Places.childPtl(m, f), t + 1);
            s[f + Frame.PROGRESS] = 0;
            return SRC_LOCK;
        }
    }

    private static final class SrcLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return READ_PTE;
        }
    }

    private static final class ReadPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            if (s[f + Frame.PROGRESS] >= PROGRESS_MAX) {
                s[f + Frame.PROGRESS] = 0;
                if (m.choices.choose(t, pc, 2) == 1) {
                    m.s[Sched.STEPPING] = SRC_UNLOCK;
                    return srcUnlock(m, t);
                }
            }
            int pte = m.read(s[f + Frame.PTES] + s[f + Frame.WALK]);
            s[f + Frame.PTE] = pte;
            if (pte == Pte.NONE) {
                s[f + Frame.PROGRESS]++;
                return nextPte(m, f);
            } else if (Pte.special(pte)) {
                return SET_PTE; // no struct page behind it
            } else if (m.has(FORK_WRPROTECT_FIRST) && Pte.write(pte) && m.has(FORK_WRPROTECT) && !m.has(EARLY_COPY)) {
                return WRPROTECT;
            } else {
                return m.has(EARLY_COPY) ? READ_HAS_PINNED : GET_PAGE;
            }
        }
    }

    private static final class ReadHasPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.mmOf(f) + Layout.HAS_PINNED) == 0 ? GET_PAGE : MAYBE_DMA_PINNED;
        }
    }

    private static final class MaybeDmaPinned extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            if (m.read(m.pageAt(Pte.pfn(pte)) + Layout.REFCOUNT) < GupFast.BIAS) {
                return GET_PAGE;
            } else if (s[f + Frame.PREALLOC] != 0) {
                return COPY_PAGE;
            } else if (m.has(EAGAIN_DROPS_PTL)) {
                m.reach(GoalPoint.EAGAIN);
                return SRC_UNLOCK;
            } else {
                return PREALLOC; // -EAGAIN with the locks still held
            }
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
            Memory.newAnon(m, s[f + Frame.CHILD_MM], s[f + Frame.WALK], copy);
            m.reach(GoalPoint.EARLY_COPY);
            // vm_page_prot is young on x86
            int bits = Pte.PRESENT | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;
            m.setPte(t, s[f + Frame.CHILD_MM], s[f + Frame.WALK], Pte.of(copy, bits));
            s[f + Frame.PROGRESS] += 8;
            return nextPte(m, f);
        }
    }

    private static final class GetPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Memory.ref(m, Pte.pfn(pte), 1);
            return DUP_RMAP;
        }
    }

    private static final class DupRmap extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            Memory.rmap(m, t, Pte.pfn(pte), 1);
            return Pte.write(pte) && m.has(FORK_WRPROTECT) && !(m.has(FORK_WRPROTECT_FIRST) && !m.has(EARLY_COPY))
                    ? WRPROTECT
                    : SET_PTE;
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
            return m.has(FORK_WRPROTECT_FIRST) && !m.has(EARLY_COPY) ? GET_PAGE : SET_PTE;
        }
    }

    private static final class SetPte extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int pte = s[f + Frame.PTE];
            m.setPte(
                    t,
                    s[f + Frame.CHILD_MM],
                    s[f + Frame.WALK],
                    Pte.mkold(m.has(FORK_WRPROTECT) ? Pte.wrprotect(pte) : pte));
            s[f + Frame.PROGRESS] += 8;
            if (s[f + Frame.PREALLOC] != 0) {
                return PUT_PREALLOC;
            } else {
                return nextPte(m, f);
            }
        }
    }

    private static final class PutPrealloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Memory.put(m, t, s[f + Frame.PREALLOC], 1);
            s[f + Frame.PREALLOC] = 0;
            if (s[f + Frame.WALK] == s[f + Frame.WALK_END]) {
                return Fork.walked(m, t); // out: the walk ended with a page it did not need
            } else {
                return nextPte(m, f);
            }
        }
    }

    private static final class SrcUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return srcUnlock(m, t);
        }
    }

    private static final class DstUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.write(Places.childPtl(m, f), 0);
            if (s[f + Frame.WALK] == s[f + Frame.WALK_END]) {
                if (s[f + Frame.PREALLOC] != 0) {
                    return PUT_PREALLOC;
                } else {
                    return Fork.walked(m, t);
                }
            } else if (s[f + Frame.PREALLOC] == 0 && wantsPrealloc(m, f)) {
                return PREALLOC;
            } else {
                return DST_LOCK;
            }
        }
    }

    private static final class Prealloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            s[f + Frame.PREALLOC] = Memory.alloc(m, t, pc, s[f + Frame.WALK]);
            s[f + Frame.PTE] = Pte.NONE;
            if (!m.has(EAGAIN_DROPS_PTL)) {
                m.violate(Invariant.I11, t, s[f + Frame.WALK], 0); // a sleeping allocation under a spinlock
            }
            return m.has(EAGAIN_DROPS_PTL) ? DST_LOCK : READ_PTE;
        }
    }

    /** The walk stopped with -EAGAIN at this PTE: it was read and not dealt with. */
    private static boolean wantsPrealloc(Machine m, int f) {
        return m.s[f + Frame.PTE] != Pte.NONE;
    }

    private static int srcUnlock(Machine m, int t) {
        Locks.ptlUnlock(m, t);
        return DST_UNLOCK;
    }

    private static int nextPte(Machine m, int f) {
        int[] s = m.s;
        s[f + Frame.PTE] = Pte.NONE;
        int page = ++s[f + Frame.WALK];
        return page == s[f + Frame.WALK_END] ? SRC_UNLOCK : READ_PTE;
    }
}
