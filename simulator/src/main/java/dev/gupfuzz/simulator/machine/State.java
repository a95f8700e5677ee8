package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.scenario.World;

/**
 * The words of one run's state, where each lies, and the accesses that the routines make to them. Where the hot words begin is kept
 * here beside {@link Layout}, which is one load less on the way to each.
 */
public abstract class State extends KernelRules {

    public final Layout layout;

    /** The state. Offsets are {@link Layout}'s. */
    public final int[] s;

    public final int pages;
    public final int mms;
    public final int threads;
    public final int pins;

    /** Every access is noted here when it is not null: traces and the one-access test. */
    public AccessLog log;

    private final int pteBase;
    /** From a TLB entry to its frame's BIRTH. */
    private final int tlbBirths;

    private final int mmBase;
    private final int mmWords;
    private final int pinBase;
    private final int pinWords;
    private final int refBase;
    private final int zapBase;
    private final int claimBase;
    private final int remapBase;

    State(Kernel kernel, World world) {
        super(kernel);
        layout = new Layout(world);
        s = StartState.of(layout, kernel);
        pages = layout.pages;
        mms = layout.mms;
        threads = layout.threads;
        pins = layout.pins;
        pteBase = layout.pteBase;
        tlbBirths = layout.tlbBirthBase - layout.tlbBase;
        mmBase = layout.mmBase;
        mmWords = layout.mmWords;
        pinBase = layout.pinBase;
        pinWords = layout.pinWords;
        refBase = layout.refBase;
        zapBase = layout.zapBase;
        claimBase = layout.claimBase;
        remapBase = layout.remapBase;
    }

    /** First word of a thread's mm. */
    public int mmOf(int f) {
        return s[f + Frame.MM_AT];
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

    /** A read of the thread's own memory, which nobody else can tell. */
    public int local(int at) {
        if (log != null) {
            log.access(at, AccessLog.READ);
        }
        return s[at];
    }

    /** An atomic add that returns the new value. */
    public int add(int at, int delta) {
        if (log != null) {
            log.note(at, AccessLog.RMW);
        }
        return s[at] += delta;
    }

    void rmw(int at, int effect) {
        if (log != null) {
            log.note(at, AccessLog.RMW, effect);
        }
    }

    /** Notes an atomic access that the caller makes by hand: exchange, compare and exchange, lock operations. */
    public void rmw(int at) {
        if (log != null) {
            log.note(at, AccessLog.RMW);
        }
    }

    /** As {@link #add}, of a caller that does not look at the sum. */
    public void bump(int at, int delta) {
        if (log != null) {
            log.note(at, AccessLog.RMW, AccessLog.BUMPED);
        }
        s[at] += delta;
    }

    // ---- what checks and goals touch: no accesses, but steps depend on one another through them
    // ---------------------------

    /** A check, a goal or a choice looks at a word. */
    public void see(int at) {
        if (log != null) {
            log.touch(at, AccessLog.SEEN);
        }
    }

    /** A check remembers something, or a step changes a word beside its access. */
    public void mark(int at) {
        if (log != null) {
            log.touch(at, AccessLog.MARKED);
        }
    }

    /** As {@link #mark}, where the order of several such changes makes no difference and nobody looks at the result. */
    public void tick(int at) {
        if (log != null) {
            log.touch(at, AccessLog.BUMPED);
        }
    }

    // ---- where words are
    // ----------------------------------------------------------------------------------------------

    /** The thread's registers. */
    public int frame(int t) {
        return Frame.at(t);
    }

    /** First word of an mm. */
    public int mmAt(int mm) {
        return mmBase + mm * mmWords;
    }

    public int pteAt(int mm, int page) {
        return pteBase + mm * pages + page;
    }

    public int tlbAt(int t, int page) {
        return s[Frame.at(t) + Frame.TLBS] + page;
    }

    /** BIRTH of the frame that the entry was filled with; ghost. */
    int tlbBirthAt(int t, int page) {
        return tlbBirths + tlbAt(t, page);
    }

    public int pageAt(int pfn) {
        return s[Sched.PAGE_BASE] + (pfn << Layout.PAGE_SHIFT);
    }

    /** The frame of a struct page. */
    int pfnAt(int page) {
        return (page - layout.pageBase) >> Layout.PAGE_SHIFT;
    }

    /** First word of a pin set. */
    public int pinAt(int set) {
        return pinBase + set * pinWords;
    }

    /** What a load of (mm, page) must see: reference memory. */
    public int refAt(int mm, int page) {
        return refBase + mm * pages + page;
    }

    /** Unmappings of (mm, page) under way; ghost. */
    public int zapAt(int mm, int page) {
        return zapBase + mm * pages + page;
    }

    /** Pin sets with a held claim on a page, as a mask; ghost. */
    public int claimAt(int page) {
        return claimBase + page;
    }

    /** Label of the last step that changed what (mm, page) maps; ghost. */
    int remapAt(int mm, int page) {
        return remapBase + mm * pages + page;
    }
}
