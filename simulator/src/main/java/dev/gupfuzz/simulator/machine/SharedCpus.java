package dev.gupfuzz.simulator.machine;

/**
 * The CPUs that several threads are placed on: who keeps one, and whose translations are in its TLB. Only where the scenario
 * places threads so; a thread that is not placed has a CPU of its own.
 *
 * <p>The kernel is not preempted (CONFIG_PREEMPT_NONE). A thread keeps its CPU from the first step of a system call or a fault
 * to the last, and in the middle of an instruction; it gives it up where it sleeps and at cond_resched(). In user mode any
 * other thread of the CPU may run next. Who waits for a spin lock or for another CPU's acknowledgement spins, and keeps it.
 *
 * <p>Source: kernel/sched/core.c, schedule(), _cond_resched(); arch/x86/mm/tlb.c, switch_mm_irqs_off(); v4.8 to v6.12. A CPU that
 * turns to another mm loses all its translations (no PCIDs) and leaves the former one's mm_cpumask; a kernel thread borrows the
 * mm that it finds (enter_lazy_tlb()) and leaves them. Not modelled: priorities and time slices: every order of the threads that
 * can run is one.
 */
public final class SharedCpus {

    /** One more than the thread that keeps the CPU, or 0. */
    private static final int KEEPER = 0;
    /** One more than the process whose translations are in the TLB, or 0. */
    private static final int LOADED = 1;

    /** Words of a CPU. */
    static final int WORDS = 2;

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
        boolean busy = (s[Sched.INSIDE] >> t & 1) != 0 || s[Frame.at(t) + Frame.HOLD] != 0;
        s[words[t] + KEEPER] = busy && (pc & Pc.RESCHED) == 0 && (s[Sched.ENDED] >> t & 1) == 0 ? t + 1 : 0;
        if (busy && (pc & Pc.BLOCKING) != 0 && Pc.sleeps(pc)) {
            seeCondition(t, pc);
        }
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
        int waiting = s[Sched.BLOCKING];
        for (int rest = waiting & placed; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int pc = s[Frame.at(t) + Frame.PC];
            if (s[words[t] + KEEPER] == t + 1 && Pc.sleeps(pc) && !m.ready(t, pc)) {
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
        return keeper == 0 || keeper == t + 1;
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
