package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.PendingAccess.Place;
import dev.gupfuzz.simulator.machine.Pte;

/** Where pending steps of several routines go, by the registers that lead there. */
final class Places {

    static final Place ALLOCATOR = (m, t, f) -> m.layout.allocBase;

    /** The PTE of the page that a pin call is at. */
    static final Place PINNED_PTE = (m, t, f) -> m.s[f + Frame.PTES] + m.s[f + Frame.START] + m.s[f + Frame.NR];

    /** The lock that the thread is about to take, or holds. */
    static final Place LOCK = (m, t, f) -> m.s[f + Frame.LOCK];

    /** The page-table lock in the child of the page that copy_pte_range is at, or has just done. */
    static final Place CHILD_PTL = (m, t, f) -> childPtl(m, f);

    /** The PTE in the child that copy_pte_range fills. */
    static final Place CHILD_PTE = (m, t, f) -> m.pteAt(m.s[f + Frame.CHILD_MM], m.s[f + Frame.WALK]);

    /** The CPU that a flush waits for. */
    static final Place ACKNOWLEDGING = (m, t, f) -> m.frame(m.s[f + Frame.ACK_CPU]) + Frame.HOLD;

    /** The reference count of the page at {@link Frame#CURSOR} of the pin set. */
    static final Place PIN_REFCOUNT =
            (m, t, f) -> pinned(m, m.s[f + Frame.PIN], m.s[f + Frame.CURSOR]) + Layout.REFCOUNT;

    /** The PMD entry that leads to the page-table page of the page that a walk of the thread's own process is at. */
    static final Place WALKED_PMD = (m, t, f) -> pmd(m, m.threadMm[t], m.s[f + Frame.WALK]);

    private Places() {}

    /** The PMD entry that leads to the page-table page of (mm, page). */
    static int pmd(Machine m, int mm, int page) {
        return m.layout.table(mm, m.layout.tableOf[page]) + Layout.PMD;
    }

    /** The child's page-table page serves one VMA, which the walk does not leave. */
    static int childPtl(Machine m, int f) {
        return m.layout.ptl(m.s[f + Frame.CHILD_MM], m.s[f + Frame.WALK_END] - 1);
    }

    /** A word of the thread's own mm. */
    static Place mm(int word) {
        return (m, t, f) -> m.mmOf(f) + word;
    }

    /** A word of the child's mm. */
    static Place child(int word) {
        return (m, t, f) -> m.mmAt(m.s[f + Frame.CHILD_MM]) + word;
    }

    /** The thread's own PTE of the page whose index a register holds. */
    static Place pte(int register) {
        return (m, t, f) -> m.s[f + Frame.PTES] + m.s[f + register];
    }

    /** A word of the page behind the PTE that the routine read. */
    static Place page(int word) {
        return (m, t, f) -> m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + word;
    }

    /** A word of the page whose frame number a register holds. */
    static Place frame(int register, int word) {
        return (m, t, f) -> m.pageAt(m.s[f + register]) + word;
    }

    /** A word of the swap slot that the routine is about. */
    static Place swap(int word) {
        return (m, t, f) -> m.layout.swap(m.s[f + Frame.SLOT]) + word;
    }

    /** A word of the page of a file that the routine is about. */
    static Place file(int word) {
        return (m, t, f) -> m.layout.file(m.s[f + Frame.FILE_PAGE]) + word;
    }

    static Place register(int register) {
        return (m, t, f) -> f + register;
    }

    /** First word of the page in entry {@code i} of a pin set. */
    static int pinned(Machine m, int set, int i) {
        return m.pageAt(m.s[m.pinAt(set) + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN);
    }
}
