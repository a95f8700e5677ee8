package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Region;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.ThreadSpec;
import dev.gupfuzz.simulator.scenario.World;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The simulated machine: the whole state of one run in one int array, and the few methods through which the routines reach
 * what is shared. It has no clock and allocates nothing while a schedule runs. Not thread safe; each core has its own.
 *
 * <p>The scheduler reads {@link Sched#ENABLED}: a thread whose pending step waits for a condition is in it only while the
 * condition holds, so nothing is ever polled, and an empty mask with live threads is a deadlock.
 */
public class Machine extends State {

    private static final int ANON_EXCLUSIVE = Rule.ANON_EXCLUSIVE.ordinal();
    private static final int FOLL_PIN = Rule.FOLL_PIN.ordinal();
    private static final int IPI_TLB_FLUSH = Rule.IPI_TLB_FLUSH.ordinal();

    /** Threads of one scenario at most: masks of them fit an int with room to spare. */
    public static final int THREADS_MAX = 16;

    public final Kernel kernel;
    public final Scenario scenario;
    /** Process of each thread. */
    public final int[] threadMm;
    /** Process of the thread that fills each pin set. */
    public final int[] pinMm;
    /** For each process the mask of its threads, which is the mask of the CPUs that it runs on. */
    public final int[] mmThreads;
    /** The rows of all programs, one behind the other: {code, a, b, c}. */
    public final int[] code;
    /** For each thread, where its program begins in {@link #code} ... */
    public final int[] codeStart;
    /** ... and where it ends. */
    public final int[] codeEnd;

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
    public int checked;

    /**
     * Whether the counts of frames are compared whenever nobody is inside the kernel, not only at the end of the run. A run
     * that ends with a wrong count is repeated so, to say where it went wrong.
     */
    public boolean precise;

    /** Whether a thread's registers are cleared when its next row begins: explorations need no states that differ in them. */
    public boolean forgets;

    /** Labels that were ever pending when their thread moved; runs add to it and do not reset it. */
    public final boolean[] covered = new boolean[Pc.LABELS];

    /** Data choices come from here. */
    public final Choices choices;

    /** Some GUP call may take a page that is not writable. */
    final boolean watchesReads;
    /** Some GUP call takes references that need not be promised: what each may see is kept. */
    final boolean watchesReferences;
    /** What else a store may be seen at is kept: some location moves, or {@link #watchesReferences}. */
    final boolean followsStores;
    /** Some read of the scenario's programs has an expectation. */
    public final boolean expects;
    /** Nothing but anonymous pages at one page index each, without swap, write pins, and no PG_anon_exclusive. */
    final boolean plain;
    /** {@link Layout#aliases}, where it costs less. */
    final boolean aliases;
    /** Some region is not to be inherited. */
    final boolean wipesOnFork;
    /** For each page what its tokens begin with. */
    private final int[] spaces;
    /** {@link Layout#hasAlso}, likewise. */
    final boolean hasAlso;
    /** The scenario promises its plain references. */
    final boolean promisesEveryGet;

    /** The CPUs that threads share, or null where each has its own. */
    public final @Nullable SharedCpus cpus;

    /** Goals of the scenario, as a mask. */
    private final long asked;

    private final long[] dirty;
    private final StateHash hash;
    private final int[] initial;

    /** A machine whose threads have not begun; {@code Step.machine} starts them. */
    public Machine(Kernel kernel, Scenario scenario) {
        super(kernel, scenario.world());
        this.kernel = kernel;
        this.scenario = scenario;
        World world = scenario.world();
        this.checked = world.checked;
        long goals = 0;
        for (Goal goal : scenario.goals(kernel)) {
            goals |= goal.bit();
        }
        this.asked = goals | scenario.window().bit();
        this.initial = s.clone();
        this.dirty = new long[(layout.frames + 63) / 64];
        this.choices = new Choices(world);
        this.hash = new StateHash(layout, s.length);
        threadMm = new int[threads];
        mmThreads = new int[mms];
        codeStart = new int[threads];
        codeEnd = new int[threads];
        int rows = 0;
        boolean reads = false;
        boolean references = false;
        boolean expectations = false;
        for (ThreadSpec spec : world.threads) {
            rows += spec.program().length;
            for (int[] row : spec.program()) {
                int foll = row[0] == Op.PIN ? row[4] : Foll.WRITE | Foll.PIN;
                expectations |= Op.expects(row);
                reads |= (foll & (Foll.WRITE | Foll.FORCE)) != Foll.WRITE;
                references |= (foll & (Foll.WRITE | Foll.PIN)) != (Foll.WRITE | Foll.PIN);
            }
        }
        expects = expectations;
        aliases = layout.aliases;
        wipesOnFork = world.regions.stream().anyMatch(region -> (region.flags() & Region.WIPEONFORK) != 0);
        spaces = new int[layout.pages];
        for (int page = 0; page < spaces.length; page++) {
            spaces[page] = world.initialToken(page) >> 8;
        }
        hasAlso = layout.hasAlso();
        watchesReads = reads;
        watchesReferences = references;
        followsStores = references || layout.hasMoves();
        promisesEveryGet = world.promisesGets;
        plain = !aliases && !reads && !references && !hasAlso && world.swapSlots == 0 && !has(ANON_EXCLUSIVE);
        code = new int[rows * Op.WORDS];
        int next = 0;
        pinMm = new int[pins];
        for (int t = 0; t < threads; t++) {
            ThreadSpec spec = world.threads.get(t);
            threadMm[t] = spec.mm();
            mmThreads[spec.mm()] |= spec.agent() ? 0 : 1 << t;
            codeStart[t] = next;
            s[Frame.at(t) + Frame.OP] = next - Op.WORDS;
            for (int[] row : spec.program()) {
                if (row[0] == Op.PIN) {
                    pinMm[row[1]] = spec.mm();
                }
                System.arraycopy(row, 0, code, next, Op.WORDS);
                next += Op.WORDS;
            }
            codeEnd[t] = next;
        }
        cpus = layout.cpuBase < layout.tableBase ? new SharedCpus(this) : null;
    }

    /** Takes the present state as the start of every run. */
    public void seal() {
        System.arraycopy(s, 0, initial, 0, s.length);
        Arrays.fill(dirty, 0);
    }

    /** Back to the start of the scenario. */
    public void reset() {
        restore(initial);
    }

    /** Back to a state of the scenario in which no promise was broken. */
    public void restore(int[] state) {
        System.arraycopy(state, 0, s, 0, s.length);
        violated = -1;
        clearDirty();
    }

    private void clearDirty() {
        if (!precise) {
            return;
        }
        s[Sched.ANY_DIRTY] = 0;
        for (int i = 0; i < dirty.length; i++) {
            dirty[i] = 0;
        }
    }

    /** Whether the scenario asks for a goal; what tells that one which is not asked for was reached is not looked at. */
    public boolean asks(GoalPoint goal) {
        return (asked & goal.bit()) != 0;
    }

    // ---- where a thread goes next
    // -------------------------------------------------------------------------------------

    /** Puts a thread before a step. */
    public void place(int t, int pc) {
        s[Frame.at(t) + Frame.PC] = pc;
        if ((pc & Pc.BLOCKING) != 0) {
            pend(t, pc);
        }
    }

    /** The thread stands before a step that may have to wait. */
    public void pend(int t, int pc) {
        int bit = 1 << t;
        s[Sched.BLOCKING] |= bit;
        if (!ready(t, pc)) {
            s[Sched.ENABLED] &= ~bit;
        }
    }

    /** First thing in the step of a blocking label: the thread no longer waits. */
    public void passed(int t) {
        s[Sched.BLOCKING] &= ~(1 << t);
    }

    /** After anything that a waiting thread may wait for. */
    public void recheck() {
        for (int rest = s[Sched.BLOCKING]; rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int bit = 1 << t;
            if (ready(t, s[Frame.at(t) + Frame.PC])) {
                s[Sched.ENABLED] |= bit;
            } else {
                s[Sched.ENABLED] &= ~bit;
            }
        }
    }

    boolean ready(int t, int pc) {
        int f = Frame.at(t);
        int kind = Pc.waitKind(pc);
        if (kind == Pc.WAIT_PTL) { // the frequent ones first, and no jump through a table
            return s[s[f + Frame.LOCK]] == 0;
        } else if (kind == Pc.WAIT_ACK) {
            int hold = s[Frame.at(s[f + Frame.ACK_CPU]) + Frame.HOLD];
            return has(IPI_TLB_FLUSH) ? hold == 0 : (hold & 2) == 0;
        } else if (kind == Pc.WAIT_MMAP_READ) {
            return s[s[f + Frame.MM_AT] + Layout.MMAP_LOCK] >= 0;
        } else if (kind == Pc.WAIT_THREADS) {
            int mask = code[s[f + Frame.OP] + 1];
            return (s[Sched.ENDED] & mask) == mask;
        }
        return kind == Pc.WAIT_MMAP_WRITE ? s[s[f + Frame.MM_AT] + Layout.MMAP_LOCK] == 0 : otherReady(kind, f);
    }

    private boolean otherReady(int kind, int f) {
        switch (kind) {
            case Pc.WAIT_EVENT:
            case Pc.WAIT_POLL:
                return (s[Sched.EVENTS] >> code[s[f + Frame.OP] + 1] & 1) != 0;
            case Pc.WAIT_PAGE:
                return (s[s[f + Frame.LOCK]] & Layout.FLAG_LOCKED) == 0;
            case Pc.WAIT_VMA:
                return (s[s[f + Frame.LOCK]] & ~Layout.VMA_WRITE_LOCKED) == 0;
            case Pc.WAIT_WAKE:
                return s[f + Frame.ASLEEP] == 0;
            case Pc.WAIT_GRACE:
                return (s[Frame.at(s[f + Frame.ACK_CPU]) + Frame.HOLD] & 1) == 0;
            case Pc.WAIT_SEQ:
                return (s[s[f + Frame.MM_AT] + Layout.SEQ] & 1) == 0;
            case Pc.WAIT_SLOT:
                int slot = s[f + Frame.LOCK];
                return s[slot + Layout.SWAP_HAS_CACHE] == 0 || s[slot + Layout.SWAP_CACHE] != 0;
            case Pc.WAIT_QUIET:
                return s[layout.secondaryBase + SecondaryMmu.IN_PROGRESS] == 0;
            case Pc.WAIT_KICK:
                return (s[Frame.at(s[f + Frame.ACK_CPU]) + Frame.HOLD] & SecondaryMmu.IN_GUEST) == 0;
            default:
                throw new IllegalStateException("[simulator bug] no such wait: kind=" + kind);
        }
    }

    /** cond_resched() before the step {@code pc}: where CPUs are shared, the thread may have to give its own up. */
    public int resched(int pc) {
        return cpus == null || (pc & Pc.ROUTINE_MASK) == Pc.USER ? pc : pc | Pc.RESCHED;
    }

    /** Event {@code event} happens; the access of its step. */
    public void happened(int event) {
        if (log != null) {
            log.access(Sched.EVENTS, AccessLog.WRITE);
            log.touch(layout.event(event), AccessLog.MARKED);
        }
        s[Sched.EVENTS] |= 1 << event;
        recheck();
    }

    /** A thread goes on because event {@code event} has happened; the access of its step. */
    public void awaited(int event) {
        if (log != null) {
            log.access(Sched.EVENTS, AccessLog.READ);
            log.touch(layout.event(event), AccessLog.SEEN);
        }
    }

    /** The thread's program is over: where it stands from now on. */
    public int end(int t) {
        int bit = 1 << t;
        mark(layout.ended(t));
        s[Sched.ENABLED] &= ~bit;
        s[Sched.ENDED] |= bit;
        recheck();
        return Pc.ENDED;
    }

    /** Threads that have begun and not ended. */
    public int live() {
        int live = 0;
        for (int t = 0; t < threads; t++) {
            int pc = s[Frame.at(t) + Frame.PC];
            if (pc != Pc.ENDED && pc != Pc.NOT_STARTED) {
                live |= 1 << t;
            }
        }
        return live;
    }

    // ---- page tables and TLBs
    // -----------------------------------------------------------------------------------------

    /** A store to a PTE that may change what it maps or allows. */
    public void setPte(int t, int mm, int page, int pte) {
        int at = pteAt(mm, page);
        write(at, pte);
        pteChanged(t, mm, page, pte);
    }

    /** A store to a PTE of the thread's own mm. */
    public void setOwnPte(int t, int f, int page, int pte) {
        write(s[f + Frame.PTES] + page, pte);
        pteChanged(t, threadMm[t], page, pte);
    }

    /** The checks that follow every change of a PTE, for callers that made the access as an atomic. */
    public void pteChanged(int t, int mm, int page, int pte) {
        int remap = remapAt(mm, page);
        mark(remap);
        s[remap] = s[Sched.STEPPING];
        PteChecks.changed(this, t, mm, page, pte);
    }

    /**
     * ptep_get_and_clear() of a PTE that is set again under the same lock: what a claim leads to stays what it is. The access of
     * its step; returns the PTE.
     */
    public int clearForAMoment(int t, int mm, int page) {
        int at = pteAt(mm, page);
        int pte = s[at];
        int moment = layout.transientBase + mm * pages + page;
        mark(moment);
        s[moment] = Pte.present(pte) ? Pte.pfn(pte) + 1 : 0;
        rmw(at);
        s[at] = Pte.NONE;
        pteChanged(t, mm, page, Pte.NONE);
        return pte;
    }

    /** Ends what {@link #clearForAMoment} began; the access of its step. */
    public void setAgain(int t, int mm, int page, int pte) {
        endMoment(mm, page);
        setPte(t, mm, page, pte);
    }

    /** A page leaves the swap cache under the lock under which {@link #mapsFromCache} maps it: until then its entry leads nowhere. */
    public void leavesCache(int mm, int page, int pfn) {
        if (layout.hasTransients() && Pte.swap(s[pteAt(mm, page)])) {
            int moment = layout.transientBase + mm * pages + page;
            mark(moment);
            s[moment] = pfn + 1;
        }
    }

    /** The page that a swap entry led to is about to be mapped in its place. */
    public void mapsFromCache(int mm, int page) {
        if (layout.hasTransients()) {
            endMoment(mm, page);
        }
    }

    /** The PTE of (mm, page) was cleared for good, or what it mapped is in another place now. */
    public void endMoment(int mm, int page) {
        int moment = layout.transientBase + mm * pages + page;
        mark(moment);
        s[moment] = 0;
    }

    // ---- violations and goals
    // -----------------------------------------------------------------------------------------

    /** Records the first broken promise of the run; the run ends after this step. */
    public void violate(Invariant invariant, int t, int page, long detail) {
        if (violated < 0 && (checked & invariant.bit()) != 0) {
            violated = invariant.ordinal();
            violatedAt = Pc.label(s[Sched.STEPPING]);
            violatedBy = t;
            violatedPage = page;
            violatedDetail = detail;
            s[Sched.ENABLED] |= Sched.STOP; // whoever runs this thread's steps sees the mask change
        }
    }

    public void reach(GoalPoint goal) {
        s[Sched.GOALS + (goal.ordinal() >> 5)] |= 1 << goal.ordinal();
    }

    /** Whether a value can be a store to {@code page}: zero, or one of the location's own. */
    boolean isOf(int token, int page) {
        return token == 0 || token >> 8 == spaces[page];
    }

    /** A goal of the scenario's own. */
    public void reachOwn(int goal) {
        s[Sched.GOALS + 1] |= 1 << (GoalPoint.OWN + goal);
    }

    /** References that one page of a GUP call with the flags {@code foll} takes. */
    public int bias(int foll) {
        return (foll & Foll.PIN) != 0 && has(FOLL_PIN) ? Accounts.BIAS : 1;
    }

    /** The first step of a system call, a fault or an exit. */
    public void enter(int t) {
        if (precise) {
            tick(Sched.INSIDE);
        }
        s[Sched.INSIDE] |= 1 << t;
    }

    /** The last step; with nobody left inside, the counts of every frame touched since must add up. */
    public void leave(int t) {
        if (precise && (s[Sched.INSIDE] >> t & 1) != 0) {
            mark(Sched.INSIDE); // it looks whether it is the last one
        }
        s[Sched.INSIDE] &= ~(1 << t);
        if (precise && s[Sched.INSIDE] == 0 && s[Sched.ANY_DIRTY] != 0) {
            s[Sched.ANY_DIRTY] = 0;
            settle(t);
        }
    }

    /** The registers that no row leaves to the next one. */
    public void forget(int f) {
        Arrays.fill(s, f + Frame.PAGE, f + Frame.HELD_PFN, 0);
        s[f + Frame.LOCK] = tableBase(f);
    }

    /** The first page-table lock of the thread's mm. */
    private int tableBase(int f) {
        return layout.table(layout.mmIndex(s[f + Frame.MM_AT]), 0);
    }

    void touched(int pfn) {
        if (!precise) {
            return;
        }
        s[Sched.ANY_DIRTY] = 1;
        dirty[pfn >> 6] |= 1L << (pfn & 63);
    }

    /** Every frame that was ever used counts as changed: with {@link #precise}, a state alone says what is looked at next. */
    public void touchAll() {
        s[Sched.ANY_DIRTY] = 1;
        for (int pfn = 0; pfn < s[layout.allocBase + 1]; pfn++) {
            dirty[pfn >> 6] |= 1L << (pfn & 63);
        }
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
            s[Sched.STEPPING] = s[Frame.at(t) + Frame.PC];
            violate(Invariant.I11, t, 0, Blames.deadlock(this, live));
            return;
        }
        Accounts.checkEnd(this, threads - 1);
    }

    /** {@link StateHash} of the present state. */
    public long stateHash() {
        return hash.of(s);
    }
}
