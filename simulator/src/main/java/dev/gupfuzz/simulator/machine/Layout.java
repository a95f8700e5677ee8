package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.ThreadSpec;
import dev.gupfuzz.simulator.scenario.World;

/**
 * Where everything lies in the state array of one scenario. Protocol state comes first and ghost state, which only the
 * checks read, last; {@link #ghosts} is the border. Sizes follow the scenario.
 */
public final class Layout {

    /** Words of one mm. */
    public static final int MM_SHIFT = 5;

    /** mmap_lock: 0 free, n readers, -1 - t write-held by thread t. */
    public static final int MMAP_LOCK = 0;
    /** Page-table lock of the one page-table page: 0 free, t + 1 held. */
    public static final int PTL = 1;

    public static final int HAS_PINNED = 2;
    public static final int SEQ = 3;
    /** Number of VMAs. */
    public static final int VMA_COUNT = 4;
    /** VMAs in address order, each {start, end, anon_vma}. */
    public static final int VMAS = 5;

    public static final int VMA_WORDS = 3;
    public static final int VMA_SLOTS = 4;
    /** Ghost: forks inside copy_page_range. */
    public static final int WALKERS = 17;
    /** Ghost: open write sections of the sequence. */
    public static final int SEQ_WRITERS = 18;
    /** Ghost: forks between their first step and their last. */
    public static final int FORKERS = 19;
    /** Ghost: forks that have returned. */
    public static final int FORKS_DONE = 20;

    /** Words of one physical page. */
    public static final int PAGE_SHIFT = 3;

    public static final int REFCOUNT = 0;
    public static final int MAPCOUNT = 1;
    public static final int FLAGS = 2;
    /** Token of the contents. */
    public static final int CONTENT = 3;
    /** Ghost: pin calls in flight during which the page was mapped writable at the address they ask for. */
    public static final int SINCE = 4;
    /** Ghost: virtual page that the frame serves. */
    public static final int VPAGE = 5;
    /** Ghost: how often the frame was allocated. */
    public static final int BIRTH = 6;

    public static final int FLAG_ALLOCATED = 1;
    public static final int FLAG_ANON = 2;
    public static final int FLAG_LOCKED = 4;

    /** Words of one pin set before its page entries. */
    public static final int PIN_HEAD = 2;
    /** Pages that the call returned; -1 while it is in flight, {@link #PIN_UNUSED} before, -3 once unpinned. */
    public static final int PIN_NR = 0;

    public static final int PIN_UNUSED = -2;
    /** First page of the call. */
    public static final int PIN_START = 1;

    /** In a page entry of a pin set: the claim is held. */
    public static final int ENTRY_HELD = 1 << 30;
    /** In a page entry of a pin set: an unmapping made the claim void. */
    public static final int ENTRY_VOID = 1 << 29;

    public static final int ENTRY_PFN = (1 << 24) - 1;

    public final World world;
    public final int pages;
    public final int mms;
    public final int threads;
    public final int frames;
    public final int pins;

    public final int threadBase;
    public final int mmBase;
    public final int pteBase;
    public final int tlbBase;
    public final int pageBase;
    /** Free-list height, then the number of frames that were ever used, then the free list. */
    public final int allocBase;

    public final int queueBase;
    public final int pinBase;
    public final int pinWords;
    /** First word of the ghost state. */
    public final int ghosts;
    /** Reference memory: the value that a load of (mm, page) must see; -1 where nothing is mapped. */
    public final int refBase;
    /** Values that the parent's location held since the fork of thread t began, one bit each: (t, page). */
    public final int historyBase;
    /** Unmappings of (mm, page) that have begun and not returned. */
    public final int zapBase;
    /** Pin sets with a held claim on a page, as a mask. */
    public final int claimBase;
    /** Label of the last step that changed what (mm, page) maps. */
    public final int remapBase;

    /** For each TLB entry (t, page), the BIRTH of its frame when the entry was filled. */
    public final int tlbBirthBase;
    /** For each page entry of a pin set, the BIRTH of its frame when GUP took it. */
    public final int pinBirthBase;

    public final int words;

    public Layout(World world) {
        this.world = world;
        this.pages = world.pages;
        this.mms = world.processes.size();
        this.threads = world.threads.size();
        this.pins = world.pins;
        // Live frames: one for each mapping, one for each pin, two for each thread on its way; and the zeropage.
        this.frames = 1 + mms * pages + pins * pages + 2 * threads;
        int at = Sched.WORDS;
        threadBase = at;
        at += threads << Frame.SHIFT;
        mmBase = at;
        at += mms << MM_SHIFT;
        pteBase = at;
        at += mms * pages;
        tlbBase = at;
        at += threads * pages;
        pageBase = at;
        at += frames << PAGE_SHIFT;
        allocBase = at;
        at += 2 + frames;
        queueBase = at;
        at += zaps() ? threads * pages : 0;
        pinBase = at;
        pinWords = PIN_HEAD + pages;
        at += pins * pinWords;
        ghosts = at;
        refBase = at;
        at += mms * pages;
        historyBase = at;
        at += threads * pages;
        zapBase = at;
        at += mms * pages;
        claimBase = at;
        at += pages;
        remapBase = at;
        at += mms * pages;
        tlbBirthBase = at;
        at += threads * pages;
        pinBirthBase = at;
        at += pins * pages;
        words = at;
    }

    // ---- names for what is no word of its own, beyond the last word
    // ------------------------------------------------------

    /** The word that stands for what {@code name} is a part of: of a VMA tree its first word, else the name itself. */
    public int whole(int name) {
        if (name < mmBase || name >= pteBase) {
            return name;
        }
        int in = (name - mmBase) & ((1 << MM_SHIFT) - 1);
        return in >= VMAS && in < VMAS + VMA_SLOTS * VMA_WORDS ? name - in + VMAS : name;
    }

    /** The readers of the mmap_lock at a word; the word itself stands for its writer. */
    public int readers(int lock) {
        return words + ((lock - mmBase) >> MM_SHIFT);
    }

    /** Whether a thread has ended. */
    public int ended(int thread) {
        return words + mms + thread;
    }

    /** Whether a thread is inside fork. */
    public int forking(int thread) {
        return words + mms + threads + thread;
    }

    /** A pin call: whether it is in flight, its range and its outcome. */
    public int call(int set) {
        return words + mms + 2 * threads + set;
    }

    /** Whether a frame is allocated, for how manieth time and for which page; the word of its flags stands for the page lock. */
    public int tenancy(int pfn) {
        return words + mms + 2 * threads + pins + pfn;
    }

    /** One more than the last name. */
    public int names() {
        return words + mms + 2 * threads + pins + frames;
    }

    private boolean zaps() {
        for (ThreadSpec thread : world.threads) {
            for (int[] row : thread.program()) {
                if (row[0] == Op.EXIT || row[0] == Op.MUNMAP) {
                    return true;
                }
            }
        }
        return false;
    }

    public int frame(int thread) {
        return Frame.at(thread);
    }

    public int mm(int mm) {
        return mmBase + (mm << MM_SHIFT);
    }

    public int page(int pfn) {
        return pageBase + (pfn << PAGE_SHIFT);
    }

    public int pte(int mm, int page) {
        return pteBase + mm * pages + page;
    }

    public int tlb(int cpu, int page) {
        return tlbBase + cpu * pages + page;
    }

    public int pin(int set) {
        return pinBase + set * pinWords;
    }

    public int ref(int mm, int page) {
        return refBase + mm * pages + page;
    }

    /** The start state of the scenario. */
    public int[] initialState() {
        int[] s = new int[words];
        s[Sched.PAGE_BASE] = pageBase;
        int pfn = 1; // frame 0 is the shared zeropage
        s[page(0) + FLAGS] = FLAG_ALLOCATED;
        s[page(0) + REFCOUNT] = 1;
        for (int mm = 0; mm < mms; mm++) {
            int region = world.regions.get(mm);
            int populated = Math.max(0, world.populated.get(mm));
            if (region > 0) {
                s[mm(mm) + VMA_COUNT] = 1;
                s[mm(mm) + VMAS + 1] = region;
                s[mm(mm) + VMAS + 2] = populated > 0 ? 1 : 0;
            }
            for (int p = 0; p < pages; p++) {
                s[ref(mm, p)] = p < region ? 0 : -1;
            }
            for (int p = 0; p < populated; p++, pfn++) {
                s[pte(mm, p)] = Pte.of(pfn, Pte.PRESENT | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED);
                int page = page(pfn);
                s[page + REFCOUNT] = 1;
                s[page + MAPCOUNT] = 1;
                s[page + FLAGS] = FLAG_ALLOCATED | FLAG_ANON;
                s[page + CONTENT] = World.initialToken(p);
                s[page + VPAGE] = p;
                s[ref(mm, p)] = World.initialToken(p);
            }
        }
        s[mm(0) + HAS_PINNED] = world.hasPinned;
        s[allocBase + 1] = pfn;
        for (int set = 0; set < pins; set++) {
            s[pin(set) + PIN_NR] = PIN_UNUSED;
        }
        for (int t = 0; t < threads; t++) {
            s[frame(t) + Frame.PC] = Pc.NOT_STARTED;
            int mm = world.threads.get(t).mm();
            s[frame(t) + Frame.MM_AT] = mm(mm);
            s[frame(t) + Frame.PTES] = pte(mm, 0);
            s[frame(t) + Frame.TLBS] = tlb(t, 0);
        }
        return s;
    }
}
