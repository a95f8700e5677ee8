package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Generation;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.ThreadSpec;
import dev.gupfuzz.simulator.scenario.World;
import java.util.Arrays;

/**
 * The simulated machine: the whole state of one run in one int array, and the few methods through which the routines reach
 * what is shared. It has no clock and allocates nothing while a schedule runs. Not thread safe; each core has its own.
 *
 * <p>The scheduler reads {@link #enabled}: a thread whose pending step waits for a condition is in it only while the
 * condition holds, so nothing is ever polled, and an empty mask with live threads is a deadlock.
 */
public final class Machine {

    /** Threads of one scenario at most: masks of them fit an int with room to spare. */
    public static final int THREADS_MAX = 16;

    public final Kernel kernel;
    public final Scenario scenario;
    public final Layout layout;

    /** The state. Offsets are {@link Layout}'s. */
    public final int[] s;

    // Kernel rules, copied into fields because the routines ask for them at every other step.
    public final boolean hasPinned;
    public final boolean earlyCopy;
    public final boolean eagainDropsPtl;
    public final boolean writeProtectSeq;
    public final boolean seqOddCheck;
    public final boolean seqRetryCheck;
    public final boolean seqEnd;
    public final boolean seqInit;
    public final boolean unpinOnRetry;
    public final boolean unpinAllOnRetry;
    public final boolean pteRecheck;
    public final boolean gupIrqOff;
    public final boolean ipiTlbFlush;
    public final boolean slowGupMmapLock;
    public final boolean forkMmapWriteLock;
    public final boolean forkWrprotect;
    public final boolean forkTlbFlush;
    public final boolean wpPageCount;
    public final boolean wpPteRecheck;
    public final boolean wpClearFlush;
    public final boolean zapFlush;
    /** Generation c: fork write-protects before it takes its reference. */
    public final boolean wrprotectFirst;
    /** v5.11: unpin_user_page() is two atomics (put_compound_head()); before, one. */
    public final boolean unpinInTwo;

    public final int pages;
    public final int mms;
    public final int threads;
    public final int pins;
    final int pteBase;
    final int tlbBase;
    final int pageBase;
    /** Process of each thread. */
    public final int[] threadMm;
    /** Process of the thread that fills each pin set. */
    public final int[] pinMm;
    /** For each process the mask of its threads, which is the mask of the CPUs that it runs on. */
    public final int[] mmThreads;
    /** For each thread its program. */
    public final int[][][] programs;

    /** Threads that can take a step now, as a mask. */
    public int enabled;
    /** Threads whose pending step waits for a condition, whether it holds or not. */
    public int blocking;
    /** Threads that have ended. */
    public int ended;
    /** Threads between the first and the last step of a system call, a fault or an exit. */
    public int inside;
    /** Pin calls in flight, by pin set. */
    public int pinsInFlight;
    /** Threads with a COW copy that is not yet installed. */
    public int copying;
    /** Threads inside fork. */
    public int forking;
    /** Goals that this run reached. */
    public int goals;
    /** Ordinal of the broken invariant, or -1. */
    public int violated = -1;
    /** Label whose step broke it. */
    public int violatedAt;
    /** Thread that took that step. */
    public int violatedBy;
    /** What else tells this failure from others: {@link Blames} packs and unpacks it. */
    public long violatedDetail;
    /** Page index that it is about. */
    public int violatedPage;
    /** Mask of the invariants that are checked. */
    public int checked = -1;
    /** The label of the step being taken; an access that chooses the other way of two sets it. */
    public int stepping;

    /** Labels that were ever pending when their thread moved; runs add to it and do not reset it. */
    public final boolean[] covered = new boolean[Pc.LABELS];

    /** Every access is noted here when it is not null: traces and the one-access test. */
    public AccessLog log;
    /** Data choices come from here. */
    public final Choices choices;

    private final long[] dirty;
    private final int[] initial;
    private int initialEnabled;
    private int initialBlocking;

    /** A machine whose threads have not begun; {@code Boot} in the routine package starts them. */
    public Machine(Kernel kernel, Scenario scenario) {
        this.kernel = kernel;
        this.scenario = scenario;
        World world = scenario.world();
        this.layout = new Layout(world);
        this.s = layout.initialState();
        this.initial = s.clone();
        this.dirty = new long[(layout.frames + 63) / 64];
        this.choices = new Choices(world);
        hasPinned = kernel.has(Rule.HAS_PINNED);
        earlyCopy = kernel.has(Rule.EARLY_COPY);
        eagainDropsPtl = kernel.has(Rule.EAGAIN_DROPS_PTL);
        writeProtectSeq = kernel.has(Rule.WRITE_PROTECT_SEQ);
        seqOddCheck = kernel.has(Rule.SEQ_ODD_CHECK);
        seqRetryCheck = kernel.has(Rule.SEQ_RETRY_CHECK);
        seqEnd = kernel.has(Rule.SEQ_END);
        seqInit = kernel.has(Rule.SEQ_INIT);
        unpinOnRetry = kernel.has(Rule.UNPIN_ON_RETRY);
        unpinAllOnRetry = kernel.has(Rule.UNPIN_ALL_ON_RETRY);
        pteRecheck = kernel.has(Rule.PTE_RECHECK);
        gupIrqOff = kernel.has(Rule.GUP_IRQ_OFF);
        ipiTlbFlush = kernel.has(Rule.IPI_TLB_FLUSH);
        slowGupMmapLock = kernel.has(Rule.SLOW_GUP_MMAP_LOCK);
        forkMmapWriteLock = kernel.has(Rule.FORK_MMAP_WRITE_LOCK);
        forkWrprotect = kernel.has(Rule.FORK_WRPROTECT);
        forkTlbFlush = kernel.has(Rule.FORK_TLB_FLUSH);
        wpPageCount = kernel.has(Rule.WP_PAGE_COUNT);
        wpPteRecheck = kernel.has(Rule.WP_PTE_RECHECK);
        wpClearFlush = kernel.has(Rule.WP_CLEAR_FLUSH);
        zapFlush = kernel.has(Rule.ZAP_FLUSH);
        wrprotectFirst = kernel.gen() == Generation.C;
        unpinInTwo = kernel.gen() == Generation.E;
        pages = layout.pages;
        mms = layout.mms;
        threads = layout.threads;
        pins = layout.pins;
        pteBase = layout.pteBase;
        tlbBase = layout.tlbBase;
        pageBase = layout.pageBase;
        threadMm = new int[threads];
        mmThreads = new int[mms];
        programs = new int[threads][][];
        pinMm = new int[pins];
        for (int t = 0; t < threads; t++) {
            ThreadSpec spec = world.threads.get(t);
            threadMm[t] = spec.mm();
            mmThreads[spec.mm()] |= 1 << t;
            programs[t] = spec.program();
            for (int[] row : spec.program()) {
                if (row[0] == Op.PIN) {
                    pinMm[row[1]] = spec.mm();
                }
            }
        }
    }

    /** Takes the present state as the start of every run. */
    public void seal() {
        System.arraycopy(s, 0, initial, 0, s.length);
        initialEnabled = enabled;
        initialBlocking = blocking;
        Arrays.fill(dirty, 0);
    }

    /** Back to the start of the scenario. */
    public void reset() {
        System.arraycopy(initial, 0, s, 0, s.length);
        enabled = initialEnabled;
        blocking = initialBlocking;
        ended = 0;
        inside = 0;
        pinsInFlight = 0;
        copying = 0;
        forking = 0;
        goals = 0;
        violated = -1;
        clearDirty();
    }

    private void clearDirty() {
        for (int i = 0; i < dirty.length; i++) {
            dirty[i] = 0;
        }
    }

    // ---- shared accesses: every step makes exactly one of these
    // -------------------------------------------------------

    /** A plain or READ_ONCE read. */
    public int read(int at) {
        if (log != null) {
            log.note(at, AccessLog.READ);
        }
        return s[at];
    }

    /** A plain or WRITE_ONCE write. */
    public void write(int at, int value) {
        if (log != null) {
            log.note(at, AccessLog.WRITE);
        }
        s[at] = value;
    }

    /** An atomic add that returns the new value. */
    public int add(int at, int delta) {
        if (log != null) {
            log.note(at, AccessLog.RMW);
        }
        return s[at] += delta;
    }

    /** Notes an atomic access that the caller makes by hand: exchange, compare and exchange, lock operations. */
    public void rmw(int at) {
        if (log != null) {
            log.note(at, AccessLog.RMW);
        }
    }

    // ---- where a thread goes next
    // -------------------------------------------------------------------------------------

    /** The thread's registers. */
    public int frame(int t) {
        return t << Frame.SHIFT; // threadBase is 0
    }

    /** The thread's next step. */
    public void go(int t, int pc) {
        s[(t << Frame.SHIFT) + Frame.PC] = pc;
        if ((pc & Pc.BLOCKING) != 0) {
            int bit = 1 << t;
            blocking |= bit;
            if (!ready(t, pc)) {
                enabled &= ~bit;
            }
        }
    }

    /** First thing in the step of a blocking label: the thread no longer waits. */
    public void passed(int t) {
        blocking &= ~(1 << t);
    }

    /** After anything that a waiting thread may wait for. */
    public void recheck() {
        for (int rest = blocking; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int bit = 1 << t;
            if (ready(t, s[(t << Frame.SHIFT) + Frame.PC])) {
                enabled |= bit;
            } else {
                enabled &= ~bit;
            }
        }
    }

    private boolean ready(int t, int pc) {
        int f = t << Frame.SHIFT;
        switch (Pc.waitKind(pc)) {
            case Pc.WAIT_MMAP_READ:
                return s[layout.mm(threadMm[t]) + Layout.MMAP_LOCK] >= 0;
            case Pc.WAIT_MMAP_WRITE:
                return s[layout.mm(threadMm[t]) + Layout.MMAP_LOCK] == 0;
            case Pc.WAIT_PTL:
                return s[layout.mm(threadMm[t]) + Layout.PTL] == 0;
            case Pc.WAIT_ACK:
                int hold = s[(s[f + Frame.ACK_CPU] << Frame.SHIFT) + Frame.HOLD];
                return ipiTlbFlush ? hold == 0 : (hold & 2) == 0;
            case Pc.WAIT_THREADS:
                int mask = programs[t][s[f + Frame.OP]][1];
                return (ended & mask) == mask;
            default:
                throw new IllegalStateException("[simulator bug] no such wait: pc=" + pc);
        }
    }

    /** The thread's program is over. */
    public void end(int t) {
        int bit = 1 << t;
        s[(t << Frame.SHIFT) + Frame.PC] = Pc.ENDED;
        enabled &= ~bit;
        ended |= bit;
        recheck();
    }

    /** Threads that have begun and not ended. */
    public int live() {
        int live = 0;
        for (int t = 0; t < threads; t++) {
            int pc = s[(t << Frame.SHIFT) + Frame.PC];
            if (pc != Pc.ENDED && pc != Pc.NOT_STARTED) {
                live |= 1 << t;
            }
        }
        return live;
    }

    // ---- locks
    // --------------------------------------------------------------------------------------------------------

    public void mmapReadLock(int t) {
        int at = layout.mm(threadMm[t]) + Layout.MMAP_LOCK;
        passed(t);
        rmw(at);
        s[at]++;
        recheck();
    }

    public void mmapReadUnlock(int t) {
        int at = layout.mm(threadMm[t]) + Layout.MMAP_LOCK;
        rmw(at);
        s[at]--;
        recheck();
    }

    public void mmapWriteLock(int t) {
        int at = layout.mm(threadMm[t]) + Layout.MMAP_LOCK;
        passed(t);
        rmw(at);
        s[at] = -1 - t;
        recheck();
    }

    public void mmapWriteUnlock(int t) {
        int at = layout.mm(threadMm[t]) + Layout.MMAP_LOCK;
        rmw(at);
        s[at] = 0;
        recheck();
    }

    public void mmapWriteDowngrade(int t) {
        int at = layout.mm(threadMm[t]) + Layout.MMAP_LOCK;
        rmw(at);
        s[at] = 1;
        recheck();
    }

    /** spin_lock() on the page-table lock of the thread's own mm. */
    public void ptlLock(int t) {
        int at = layout.mm(threadMm[t]) + Layout.PTL;
        passed(t);
        rmw(at);
        s[at] = t + 1;
        recheck();
    }

    public void ptlUnlock(int t) {
        int at = layout.mm(threadMm[t]) + Layout.PTL;
        rmw(at);
        s[at] = 0;
        if (blocking != 0) {
            recheck();
        }
    }

    // ---- page tables and TLBs
    // -----------------------------------------------------------------------------------------

    public int pteAt(int mm, int page) {
        return pteBase + mm * pages + page;
    }

    public int tlbAt(int cpu, int page) {
        return tlbBase + cpu * pages + page;
    }

    public int pageAt(int pfn) {
        return pageBase + (pfn << Layout.PAGE_SHIFT);
    }

    /** A store to a PTE that may change what it maps or allows. */
    public void setPte(int t, int mm, int page, int pte) {
        int at = pteBase + mm * pages + page;
        write(at, pte);
        pteChanged(t, mm, page, pte);
    }

    /** The checks that follow every change of a PTE, for callers that made the access as an atomic. */
    public void pteChanged(int t, int mm, int page, int pte) {
        s[layout.remapBase + mm * pages + page] = stepping;
        PteChecks.changed(this, t, mm, page, pte);
    }

    // ---- violations and goals
    // -----------------------------------------------------------------------------------------

    /** Records the first broken promise of the run; the run ends after this step. */
    public void violate(Invariant invariant, int t, int page, long detail) {
        if (violated < 0 && (checked & invariant.bit()) != 0) {
            violated = invariant.ordinal();
            violatedAt = Pc.label(stepping);
            violatedBy = t;
            violatedPage = page;
            violatedDetail = detail;
        }
    }

    public void reach(GoalPoint goal) {
        goals |= goal.bit();
    }

    /** The first step of a system call, a fault or an exit. */
    public void enter(int t) {
        inside |= 1 << t;
    }

    /** The last step; with nobody left inside, the counts of every frame touched since must add up. */
    public void leave(int t) {
        inside &= ~(1 << t);
        if (inside == 0) {
            settle(t);
        }
    }

    void touched(int pfn) {
        dirty[pfn >> 6] |= 1L << (pfn & 63);
    }

    private void settle(int t) {
        for (int i = 0; i < dirty.length; i++) {
            for (long rest = dirty[i]; rest != 0; rest &= rest - 1) {
                Accounts.check(this, t, (i << 6) + Long.numberOfTrailingZeros(rest));
            }
            dirty[i] = 0;
        }
    }

    /** What must hold when nobody can take a step any more. */
    public void finish() {
        int live = live();
        if (live != 0) {
            int t = Integer.numberOfTrailingZeros(live);
            stepping = s[(t << Frame.SHIFT) + Frame.PC];
            violate(Invariant.I11, t, 0, live);
            return;
        }
        int last = threads - 1;
        Accounts.checkEnd(this, last);
    }

    /** A hash of the protocol state: equal for equal ends of runs, and for nothing else with any likelihood. */
    public long stateHash() {
        int n = layout.ghosts;
        long a = 0x9E3779B97F4A7C15L;
        long b = 0xC2B2AE3D27D4EB4FL;
        int i = 0;
        for (; i + 1 < n; i += 2) {
            a = (a ^ s[i]) * 0xBF58476D1CE4E5B9L;
            b = (b ^ s[i + 1]) * 0x94D049BB133111EBL;
            a ^= a >>> 29;
            b ^= b >>> 31;
        }
        if (i < n) {
            a = (a ^ s[i]) * 0xBF58476D1CE4E5B9L;
        }
        return Mix.mix64(a ^ Long.rotateLeft(b, 32));
    }
}
