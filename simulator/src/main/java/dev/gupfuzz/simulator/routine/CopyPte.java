package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Sched;

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
                DST_LOCK,
                RANGE,
                "DST_LOCK",
                Target.PTL,
                "dst_pte = pte_alloc_map_lock(..., &dst_ptl)",
                CopyPte::onDstLock);
        Labels.define(SRC_LOCK, RANGE, "SRC_LOCK", Target.PTL, "spin_lock_nested(src_ptl)", CopyPte::onSrcLock);
        Labels.define(READ_PTE, PTE, "READ_PTE", Target.PTE, "pte = *src_pte", CopyPte::onReadPte);
        Labels.define(
                READ_HAS_PINNED,
                PAGE,
                "READ_HAS_PINNED",
                Target.HAS_PINNED,
                "atomic_read(&src_mm->has_pinned)",
                CopyPte::onReadHasPinned);
        Labels.define(
                MAYBE_DMA_PINNED,
                PAGE,
                "MAYBE_DMA_PINNED",
                Target.REFCOUNT,
                "page_maybe_dma_pinned(page)",
                CopyPte::onMaybeDmaPinned);
        Labels.define(
                COPY_PAGE,
                PAGE,
                "COPY_PAGE",
                Target.CONTENT,
                "copy_user_highpage(new_page, page)",
                CopyPte::onCopyPage);
        Labels.define(
                SET_COPY,
                PAGE,
                "SET_COPY",
                Target.PTE,
                "set_pte_at(dst_mm, addr, dst_pte, pte) (copy)",
                CopyPte::onSetCopy);
        Labels.define(GET_PAGE, PTE, "GET_PAGE", Target.REFCOUNT, "get_page(page)", CopyPte::onGetPage);
        Labels.define(DUP_RMAP, PTE, "DUP_RMAP", Target.MAPCOUNT, "page_dup_rmap(page, false)", CopyPte::onDupRmap);
        Labels.define(
                WRPROTECT,
                PTE,
                "WRPROTECT",
                Target.PTE,
                "ptep_set_wrprotect(src_mm, addr, src_pte)",
                CopyPte::onWrprotect);
        Labels.define(SET_PTE, PTE, "SET_PTE", Target.PTE, "set_pte_at(dst_mm, addr, dst_pte, pte)", CopyPte::onSetPte);
        Labels.define(
                PUT_PREALLOC, RANGE, "PUT_PREALLOC", Target.REFCOUNT, "put_page(prealloc)", CopyPte::onPutPrealloc);
        Labels.define(SRC_UNLOCK, RANGE, "SRC_UNLOCK", Target.PTL, "spin_unlock(src_ptl)", CopyPte::onSrcUnlock);
        Labels.define(
                DST_UNLOCK,
                RANGE,
                "DST_UNLOCK",
                Target.PTL,
                "pte_unmap_unlock(orig_dst_pte, dst_ptl)",
                CopyPte::onDstUnlock);
        Labels.define(
                PREALLOC, RANGE, "PREALLOC", Target.ALLOCATOR, "prealloc = page_copy_prealloc()", CopyPte::onPrealloc);
    }

    static void onDstLock(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        m.write(m.layout.mm(s[f + Frame.CHILD_MM]) + Layout.PTL, t + 1);
        s[f + Frame.PROGRESS] = 0;
        m.go(t, SRC_LOCK);
    }

    static void onSrcLock(Machine m, int t, int f, int pc) {
        m.ptlLock(t);
        m.go(t, READ_PTE);
    }

    static void onReadPte(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        if (s[f + Frame.PROGRESS] >= PROGRESS_MAX) {
            s[f + Frame.PROGRESS] = 0;
            if (m.choices.choose(t, pc, 2) == 1) {
                m.s[Sched.STEPPING] = SRC_UNLOCK;
                srcUnlock(m, t);
                return;
            }
        }
        int pte = m.read(s[f + Frame.PTES] + s[f + Frame.WALK]);
        s[f + Frame.PTE] = pte;
        if (pte == Pte.NONE) {
            s[f + Frame.PROGRESS]++;
            nextPte(m, t, f);
        } else if (Pte.special(pte)) {
            m.go(t, SET_PTE); // no struct page behind it
        } else if (m.wrprotectFirst() && Pte.write(pte) && m.forkWrprotect() && !m.earlyCopy()) {
            m.go(t, WRPROTECT);
        } else {
            m.go(t, m.earlyCopy() ? READ_HAS_PINNED : GET_PAGE);
        }
    }

    static void onReadHasPinned(Machine m, int t, int f, int pc) {
        m.go(t, m.read(m.mmOf(f) + Layout.HAS_PINNED) == 0 ? GET_PAGE : MAYBE_DMA_PINNED);
    }

    static void onMaybeDmaPinned(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pte = s[f + Frame.PTE];
        if (m.read(m.pageAt(Pte.pfn(pte)) + Layout.REFCOUNT) < GupFast.BIAS) {
            m.go(t, GET_PAGE);
        } else if (s[f + Frame.PREALLOC] != 0) {
            m.go(t, COPY_PAGE);
        } else if (m.eagainDropsPtl()) {
            m.reach(GoalPoint.EAGAIN);
            m.go(t, SRC_UNLOCK);
        } else {
            m.go(t, PREALLOC); // -EAGAIN with the locks still held
        }
    }

    static void onCopyPage(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pte = s[f + Frame.PTE];
        s[m.pageAt(s[f + Frame.PREALLOC]) + Layout.CONTENT] = m.read(m.pageAt(Pte.pfn(pte)) + Layout.CONTENT);
        m.go(t, SET_COPY);
    }

    static void onSetCopy(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int copy = s[f + Frame.PREALLOC];
        s[f + Frame.PREALLOC] = 0;
        Memory.newAnon(m, copy);
        m.reach(GoalPoint.EARLY_COPY);
        // vm_page_prot is young on x86
        int bits = Pte.PRESENT | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;
        m.setPte(t, s[f + Frame.CHILD_MM], s[f + Frame.WALK], Pte.of(copy, bits));
        s[f + Frame.PROGRESS] += 8;
        nextPte(m, t, f);
    }

    static void onGetPage(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pte = s[f + Frame.PTE];
        Memory.ref(m, Pte.pfn(pte), 1);
        m.go(t, DUP_RMAP);
    }

    static void onDupRmap(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pte = s[f + Frame.PTE];
        Memory.rmap(m, t, Pte.pfn(pte), 1);
        m.go(t, Pte.write(pte) && m.forkWrprotect() && !(m.wrprotectFirst() && !m.earlyCopy()) ? WRPROTECT : SET_PTE);
    }

    static void onWrprotect(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = s[f + Frame.PTES] + s[f + Frame.WALK];
        m.rmw(at);
        s[at] = Pte.wrprotect(s[at]);
        m.pteChanged(t, m.threadMm[t], s[f + Frame.WALK], s[at]);
        m.go(t, m.wrprotectFirst() && !m.earlyCopy() ? GET_PAGE : SET_PTE);
    }

    static void onSetPte(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int pte = s[f + Frame.PTE];
        m.setPte(t, s[f + Frame.CHILD_MM], s[f + Frame.WALK], Pte.mkold(m.forkWrprotect() ? Pte.wrprotect(pte) : pte));
        s[f + Frame.PROGRESS] += 8;
        if (s[f + Frame.PREALLOC] != 0) {
            m.go(t, PUT_PREALLOC);
        } else {
            nextPte(m, t, f);
        }
    }

    static void onPutPrealloc(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        Memory.put(m, t, s[f + Frame.PREALLOC], 1);
        s[f + Frame.PREALLOC] = 0;
        if (s[f + Frame.WALK] == s[f + Frame.WALK_END]) {
            Fork.walked(m, t); // out: the walk ended with a page it did not need
        } else {
            nextPte(m, t, f);
        }
    }

    static void onSrcUnlock(Machine m, int t, int f, int pc) {
        srcUnlock(m, t);
    }

    static void onDstUnlock(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        m.write(m.layout.mm(s[f + Frame.CHILD_MM]) + Layout.PTL, 0);
        if (s[f + Frame.WALK] == s[f + Frame.WALK_END]) {
            if (s[f + Frame.PREALLOC] != 0) {
                m.go(t, PUT_PREALLOC);
            } else {
                Fork.walked(m, t);
            }
        } else if (s[f + Frame.PREALLOC] == 0 && wantsPrealloc(m, f)) {
            m.go(t, PREALLOC);
        } else {
            m.go(t, DST_LOCK);
        }
    }

    static void onPrealloc(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        s[f + Frame.PREALLOC] = Memory.alloc(m, t, pc, s[f + Frame.WALK]);
        s[f + Frame.PTE] = Pte.NONE;
        if (!m.eagainDropsPtl()) {
            m.violate(Invariant.I11, t, s[f + Frame.WALK], 0); // a sleeping allocation under a spinlock
        }
        m.go(t, m.eagainDropsPtl() ? DST_LOCK : READ_PTE);
    }

    /** The walk stopped with -EAGAIN at this PTE: it was read and not dealt with. */
    private static boolean wantsPrealloc(Machine m, int f) {
        return m.s[f + Frame.PTE] != Pte.NONE;
    }

    private static void srcUnlock(Machine m, int t) {
        m.ptlUnlock(t);
        m.go(t, DST_UNLOCK);
    }

    private static void nextPte(Machine m, int t, int f) {
        int[] s = m.s;
        s[f + Frame.PTE] = Pte.NONE;
        int page = ++s[f + Frame.WALK];
        m.go(t, page == s[f + Frame.WALK_END] ? SRC_UNLOCK : READ_PTE);
    }
}
