package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;

/**
 * The TLB of each CPU: entries of the PTE's form, filled only by an access and dropped only by a flush, a fault or a walk
 * that a data choice asks for. A thread has a CPU of its own, unless it is placed ({@link SharedCpus}).
 *
 * <p>Source: arch/x86/mm/tlb.c, flush_tlb_mm_range() and flush_tlb_others(), v5.11: the local CPU first, then an interrupt
 * to every other CPU that runs the mm, and a wait for all of them. Here the waits are one step a CPU, in the order of their
 * numbers; an entry that in truth goes earlier is the access's choice to walk again. Not modelled: lazy TLB mode, PCIDs,
 * tlb_gen catch-up, the ceiling above which a range becomes a full flush.
 */
public final class Tlb {

    private Tlb() {}

    /** Fills the CPU's entry for a page with a PTE that the walk read. */
    public static void fill(Machine m, int t, int page, int pte) {
        m.mark(m.tlbAt(t, page));
        m.see(m.layout.tenancy(Pte.pfn(pte)));
        m.s[m.tlbAt(t, page)] = pte;
        m.s[m.tlbBirthAt(t, page)] = m.s[m.pageAt(Pte.pfn(pte)) + Layout.BIRTH];
    }

    /** Drops the entry of one CPU for pages {@code [start, end)}. */
    public static void invalidate(Machine m, int cpu, int start, int end) {
        for (int page = start; page < end; page++) {
            m.mark(m.tlbAt(cpu, page));
            m.s[m.tlbAt(cpu, page)] = 0;
        }
    }

    /** The part of a flush of {@code mm} that the CPU of thread {@code t} does on its own, if it runs the process. */
    public static void invalidateOwn(Machine m, int t, int mm, int start, int end) {
        boolean runs = (m.cpus != null && m.cpus.isPlaced(t)) ? m.cpus.isLoaded(t, mm) : m.threadMm[t] == mm;
        if (runs) {
            invalidate(m, t, start, end);
        }
    }

    /**
     * The next CPU after {@code cpu} that a flush by thread {@code t} must wait for, or -1. A CPU whose thread has not begun
     * or has ended does not run the mm.
     */
    public static int nextCpu(Machine m, int t, int cpu) {
        return nextCpu(m, t, m.threadMm[t], cpu);
    }

    /** As {@link #nextCpu(Machine, int, int)}, for the flush of another process's entries. */
    public static int nextCpu(Machine m, int t, int mm, int cpu) {
        return next(m, m.mmThreads[mm] & ~ownCpu(m, t), cpu);
    }

    /** As {@link #nextCpu(Machine, int, int)}, for a flush of the entries of several processes, as a mask. */
    public static int nextCpuOfAny(Machine m, int t, int processes, int cpu) {
        int others = 0;
        for (int rest = processes; rest != 0; rest &= rest - 1) {
            others |= m.mmThreads[Integer.numberOfTrailingZeros(rest)];
        }
        return next(m, others & ~ownCpu(m, t), cpu);
    }

    private static int ownCpu(Machine m, int t) {
        return m.cpus == null ? 1 << t : m.cpus.together(t);
    }

    private static int next(Machine m, int cpus, int cpu) {
        int others = cpus & -(1 << (cpu + 1));
        for (int rest = m.log == null ? 0 : others; rest != 0; rest &= rest - 1) {
            m.see(m.frame(Integer.numberOfTrailingZeros(rest)) + Frame.PC);
            m.see(m.layout.ended(Integer.numberOfTrailingZeros(rest)));
        }
        others &= ~m.s[Sched.ENDED];
        for (; others != 0; others &= others - 1) {
            int next = Integer.numberOfTrailingZeros(others);
            if (m.s[m.frame(next) + Frame.PC] != Pc.NOT_STARTED && (m.cpus == null || m.cpus.standsForCpu(next))) {
                return next;
            }
        }
        return -1;
    }

    /** The step in which a CPU acknowledges the flush of {@code [start, end)}. */
    public static void acknowledge(Machine m, int t, int cpu, int start, int end) {
        m.passed(t);
        m.rmw(m.frame(cpu) + Frame.HOLD);
        invalidate(m, cpu, start, end);
    }

    /** An access is about to go through an entry that the page table no longer agrees with. */
    public static boolean stale(Machine m, int t, int page, int entry) {
        int pte = m.s[m.pteAt(m.threadMm[t], page)];
        m.see(m.tlbAt(t, page));
        m.see(m.pteAt(m.threadMm[t], page));
        return !Pte.maps(pte, Pte.pfn(entry)) || (Pte.write(entry) && !Pte.write(pte)) || Pte.protnone(pte);
    }

    /** I4 at mmap_write_unlock(): neither a CPU of the mm nor a secondary MMU keeps a right that the page table has taken back. */
    public static void checkAtUnlock(Machine m, int t, int mm) {
        checkAtUnlock(m, t, mm, 0, m.pages);
    }

    /** As {@link #checkAtUnlock(Machine, int, int)}, of pages {@code [start, end)}. */
    public static void checkAtUnlock(Machine m, int t, int mm, int start, int end) {
        for (int rest = m.log == null ? 0 : m.mmThreads[mm]; rest != 0; rest &= rest - 1) {
            m.see(m.layout.ended(Integer.numberOfTrailingZeros(rest)));
        }
        for (int rest = m.mmThreads[mm] & ~m.s[Sched.ENDED]; rest != 0; rest &= rest - 1) {
            int cpu = Integer.numberOfTrailingZeros(rest);
            if (m.cpus != null && !m.cpus.isLoaded(cpu)) {
                continue;
            }
            for (int page = start; page < end; page++) {
                int entry = m.s[m.tlbAt(cpu, page)];
                m.see(m.tlbAt(cpu, page));
                if (entry != 0 && stale(m, cpu, page, entry)) {
                    m.violate(Invariant.I4, t, page, 0);
                }
            }
        }
        for (int page = start; m.layout.secondaryMm == mm && page < end; page++) {
            if (SecondaryMmu.stale(m, page)) {
                m.violate(Invariant.I4, t, page, 0);
            }
        }
    }

    /** Marks the use of a stale entry. */
    public static void usedStale(Machine m) {
        m.reach(GoalPoint.STALE_TLB_USED);
    }
}
