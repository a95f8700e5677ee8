package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;

/**
 * The CPUs that several threads are placed on: who keeps one, and whose translations are in its TLB. Only where the scenario
 * places threads so; a thread that is not placed has a CPU of its own.
 *
 * <p>In a kernel that is not preempted (CONFIG_PREEMPT_NONE) a thread keeps its CPU from the first step of a system call or a
 * fault to the last, and in the middle of an instruction; it gives it up where it sleeps and at cond_resched(). In user mode
 * another thread of the CPU may run next. Who waits for a spin lock or for another CPU's acknowledgement spins, and keeps it.
 * With {@code preempt-full} it keeps it only while interrupts or preemption are off or it holds a spin lock; with
 * {@code preempt-rt} not for a spin lock either, for which others sleep.
 *
 * <p>Of the threads of a CPU that can run, those of the highest priority may run next; one that spins can run, although it comes
 * to nothing. With {@code preempt-rt} who holds a spin lock, or mmap_lock for write, has at least the priority of who waits
 * for it.
 *
 * <p>Source: kernel/sched/core.c, schedule(), _cond_resched(); arch/x86/mm/tlb.c, switch_mm_irqs_off(); v4.8 to v6.12. A CPU that
 * turns to another mm loses all its translations (no PCIDs) and leaves the former one's mm_cpumask; a kernel thread borrows the
 * mm that it finds (enter_lazy_tlb()) and leaves them; kernel/locking/rtmutex.c, rt_mutex_adjust_prio_chain() (v6.12).
 * Not modelled: time slices (every order of threads of one priority is one), migration to another CPU, mmap_lock's readers, who
 * inherit nothing.
 */
public final class SharedCpus {

    /** One more than the thread that keeps the CPU, or 0. */
    private static final int KEEPER = 0;
    /** One more than the process whose translations are in the TLB, or 0. */
    private static final int LOADED = 1;

    /** Words of a CPU. */
    static final int WORDS = 2;

    private static final int PREEMPT_FULL = Rule.PREEMPT_FULL.ordinal();
    private static final int PREEMPT_RT = Rule.PREEMPT_RT.ordinal();
    private static final int SEQ_PREEMPT_OFF = Rule.SEQ_PREEMPT_OFF.ordinal();

    /** Threads that share a CPU with another, as a mask. */
    public final int placed;

    private final Machine m;
    private final int[] s;
    /** For each thread the threads of its CPU, itself among them, as a mask. */
    private final int[] together;
    /** For each thread the first word of its CPU. */
    private final int[] words;
    /** Threads that have no address space of their own, as a mask. */
    private final int agents;

    /** Of each thread as the scenario says, ... */
    private final int[] priorities;
    /** ... and with what it inherits, while {@link #recheck} looks. */
    private final int[] inherited;
    /** Whether some thread has a higher priority than another. */
    private final boolean prioritized;

    SharedCpus(Machine m) {
        this.m = m;
        this.s = m.s;
        together = new int[m.threads];
        words = new int[m.threads];
        int shared = 0;
        int borrowers = 0;
        for (int t = 0; t < m.threads; t++) {
            for (int u = 0; u < m.threads; u++) {
                together[t] |= m.layout.cpu(u) == m.layout.cpu(t) ? 1 << u : 0;
            }
            words[t] = m.layout.cpuBase + m.layout.cpu(t) * WORDS;
            shared |= together[t] != 1 << t ? 1 << t : 0;
            borrowers |= m.scenario.world().threads.get(t).agent() ? 1 << t : 0;
        }
        placed = shared;
        agents = borrowers;
        priorities = new int[m.threads];
        inherited = new int[m.threads];
        int highest = 0;
        for (int t = 0; t < m.threads; t++) {
            priorities[t] = m.scenario.world().threads.get(t).priority();
            highest = Math.max(highest, priorities[t]);
        }
        prioritized = highest > 0;
    }

    /** Whether the thread shares its CPU. */
    public boolean isPlaced(int t) {
        return (placed >> t & 1) != 0;
    }

    /** The threads of a thread's CPU, itself among them, as a mask. */
    public int together(int t) {
        return together[t];
    }

    /** The object that every step of a thread of that CPU changes. */
    public int word(int t) {
        return words[t] + KEEPER;
    }

    /** What a step of any thread changes where priorities count: who waits for whom. */
    public void noteOrder() {
        if (prioritized) {
            m.mark(m.layout.cpuBase + KEEPER);
        }
    }

    /** What a thread that cannot run waits for there. */
    public int order() {
        return m.layout.cpuBase + KEEPER;
    }

    /** Whether priorities count. */
    public boolean isPrioritized() {
        return prioritized;
    }

    /** Before a step of a placed thread: its CPU turns to it. */
    public void turnTo(int t) {
        m.mark(words[t] + KEEPER);
        int mm = m.threadMm[t] + 1;
        if ((agents >> t & 1) == 0 && s[words[t] + LOADED] != mm) {
            m.mark(words[t] + LOADED);
            s[words[t] + LOADED] = mm;
            Tlb.invalidate(m, t, 0, m.pages);
        }
    }

    /** Behind a step of a placed thread that stands before {@code pc} now: whether it keeps the CPU. */
    public void settle(int t, int pc) {
        boolean ended = (s[Sched.ENDED] >> t & 1) != 0;
        boolean sleeps = (pc & Pc.BLOCKING) != 0 && sleeps(pc);
        boolean keeps = !ended && keeps(t, pc);
        s[words[t] + KEEPER] = keeps ? t + 1 : 0;
        if (sleeps && (s[Sched.INSIDE] >> t & 1) != 0) {
            seeCondition(t, pc);
            if (isAtomic(t)) {
                m.violate(Invariant.I11, t, s[Frame.at(t) + Frame.PAGE], 0);
            }
        }
    }

    private boolean keeps(int t, int pc) {
        if (m.has(PREEMPT_RT) || m.has(PREEMPT_FULL)) {
            return isAtomic(t) || s[Frame.at(t) + Frame.HOLD] != 0 || asksOthers(pc);
        }
        boolean busy = (s[Sched.INSIDE] >> t & 1) != 0 || s[Frame.at(t) + Frame.HOLD] != 0;
        return busy && (pc & Pc.RESCHED) == 0;
    }

    /** Whether the thread waits for other CPUs to answer an interrupt: smp_call_function() has preemption off. */
    private static boolean asksOthers(int pc) {
        int kind = Pc.waitKind(pc);
        return (pc & Pc.BLOCKING) != 0 && (kind == Pc.WAIT_ACK || kind == Pc.WAIT_GRACE);
    }

    /** Whether the thread may not sleep: interrupts or preemption are off, or it holds a spin lock that does not sleep itself. */
    private boolean isAtomic(int t) {
        return (s[Frame.at(t) + Frame.HOLD] & 1) != 0 || isPreemptionOff(t) || (!m.has(PREEMPT_RT) && holdsSpinLock(t));
    }

    private boolean isPreemptionOff(int t) {
        return m.has(SEQ_PREEMPT_OFF)
                && (s[Sched.FORKING] >> t & 1) != 0
                && s[m.mmOf(Frame.at(t)) + Layout.SEQ_WRITERS] > 0;
    }

    private boolean holdsSpinLock(int t) {
        for (int mm = 0; mm < m.mms; mm++) {
            for (int table = 0; table < m.layout.tables; table++) {
                if (s[m.layout.table(mm, table) + Layout.PTL] == t + 1) {
                    return true;
                }
            }
            if (m.layout.allocatesTables && s[m.layout.pmd(mm) + Layout.PMD_LOCK] == t + 1) {
                return true;
            }
        }
        return false;
    }

    /** Whether who waits before a blocking label sleeps. */
    private boolean sleeps(int pc) {
        return Pc.sleeps(pc) || (m.has(PREEMPT_RT) && Pc.waitKind(pc) == Pc.WAIT_PTL);
    }

    /** Whether the thread falls asleep before {@code pc} depends on these words. */
    private void seeCondition(int t, int pc) {
        int lock = s[Frame.at(t) + Frame.LOCK];
        int mmapLock = m.mmOf(Frame.at(t)) + Layout.MMAP_LOCK;
        switch (Pc.waitKind(pc)) {
            case Pc.WAIT_MMAP_READ -> m.see(mmapLock);
            case Pc.WAIT_MMAP_WRITE -> {
                m.see(mmapLock);
                m.see(m.layout.readers(mmapLock));
            }
            case Pc.WAIT_WAKE -> m.see(Frame.at(t) + Frame.ASLEEP);
            case Pc.WAIT_SLOT -> {
                m.see(lock + Layout.SWAP_HAS_CACHE);
                m.see(lock + Layout.SWAP_CACHE);
            }
            default -> m.see(lock); // of a page or a VMA; events and ends are waited for in user mode
        }
    }

    /**
     * Behind every step: who can run now. {@link Machine#recheck} knows nothing of CPUs; what it said within the step is put right
     * here. Who falls asleep gives its CPU up before anybody is told to wait for it.
     */
    public void recheck() {
        if (prioritized) {
            inherit();
        }
        int waiting = s[Sched.BLOCKING];
        for (int rest = waiting & placed; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int pc = s[Frame.at(t) + Frame.PC];
            if (s[words[t] + KEEPER] == t + 1 && sleeps(pc) && !m.ready(t, pc)) {
                m.mark(words[t] + KEEPER);
                s[words[t] + KEEPER] = 0;
            }
        }
        for (int rest = waiting | (placed & m.live() & ~s[Sched.ENDED]); rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int pc = s[Frame.at(t) + Frame.PC];
            if (ready(t, pc) && (!isPlaced(t) || mayRun(t))) {
                s[Sched.ENABLED] |= 1 << t;
            } else {
                s[Sched.ENABLED] &= ~(1 << t);
            }
        }
    }

    private boolean mayRun(int t) {
        int keeper = s[words[t] + KEEPER];
        if (keeper != 0 || !prioritized) {
            return keeper == 0 || keeper == t + 1;
        }
        for (int rest = together[t] & m.live() & ~s[Sched.ENDED]; rest != 0; rest &= rest - 1) {
            int u = Integer.numberOfTrailingZeros(rest);
            int pc = s[Frame.at(u) + Frame.PC];
            boolean canRun = ready(u, pc) || !sleeps(pc);
            if (canRun && inherited[u] > inherited[t]) {
                return false;
            }
        }
        return true;
    }

    /** Who holds what another sleeps for has its priority, along the chain. */
    private void inherit() {
        System.arraycopy(priorities, 0, inherited, 0, priorities.length);
        for (int round = 0; m.has(PREEMPT_RT) && round < m.threads; round++) {
            for (int rest = s[Sched.BLOCKING]; rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                int owner = owner(t, s[Frame.at(t) + Frame.PC]);
                if (owner >= 0) {
                    inherited[owner] = Math.max(inherited[owner], inherited[t]);
                }
            }
        }
    }

    /** The thread whose lock another sleeps for, or -1. */
    private int owner(int t, int pc) {
        if ((pc & Pc.BLOCKING) == 0) {
            return -1;
        }
        int mmapLock = s[m.mmOf(Frame.at(t)) + Layout.MMAP_LOCK];
        return switch (Pc.waitKind(pc)) {
            case Pc.WAIT_PTL -> s[s[Frame.at(t) + Frame.LOCK]] - 1;
            case Pc.WAIT_MMAP_READ, Pc.WAIT_MMAP_WRITE -> mmapLock < 0 ? -1 - mmapLock : -1;
            default -> -1;
        };
    }

    /** Whether what thread {@code t} waits for before {@code pc} has come; of another CPU it waits for whoever runs there. */
    private boolean ready(int t, int pc) {
        int kind = Pc.waitKind(pc);
        if ((pc & Pc.BLOCKING) == 0) {
            return true;
        } else if (kind != Pc.WAIT_ACK && kind != Pc.WAIT_GRACE) {
            return m.ready(t, pc);
        }
        int f = Frame.at(t);
        int named = s[f + Frame.ACK_CPU];
        boolean ready = true;
        for (int rest = together[named]; rest != 0; rest &= rest - 1) {
            s[f + Frame.ACK_CPU] = Integer.numberOfTrailingZeros(rest);
            ready &= m.ready(t, pc);
        }
        s[f + Frame.ACK_CPU] = named;
        return ready;
    }

    /** Whether the TLB of the thread's CPU has translations of its process. */
    public boolean isLoaded(int t) {
        if (!isPlaced(t)) {
            return true;
        }
        m.see(words[t] + LOADED);
        return s[words[t] + LOADED] == m.threadMm[t] + 1;
    }

    /** Whether translations of a process are in the TLB of the CPU that thread {@code t} runs on. */
    boolean isLoaded(int t, int mm) {
        m.see(words[t] + LOADED);
        return s[words[t] + LOADED] == mm + 1;
    }

    /**
     * Whether thread {@code u}, which lives, is the one of its process that stands for its CPU: the first there, if the CPU runs
     * the process at all.
     */
    boolean standsForCpu(int u) {
        if (!isPlaced(u)) {
            return true;
        }
        boolean loaded = isLoaded(u);
        int before = together[u] & m.mmThreads[m.threadMm[u]] & (1 << u) - 1;
        for (int rest = before; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            m.see(Frame.at(t) + Frame.PC);
            m.see(m.layout.ended(t));
            boolean lives = s[Frame.at(t) + Frame.PC] != Pc.NOT_STARTED && (s[Sched.ENDED] >> t & 1) == 0;
            loaded &= !lives;
        }
        return loaded;
    }
}
