package dev.gupfuzz.benchmarks;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Footprint;
import dev.gupfuzz.simulator.explore.TransitionSystem;

/**
 * GUP-fast against fork as a model for comparisons: threads that each pin a page, and one that forks. {@code spin/pin.pml} is
 * the same model for SPIN, step for step: one access to something shared, with the jump behind it. Written for speed, the
 * state packed into a word for each page and thread.
 *
 * <p>What must not be: a pin that succeeded, of a page that the child got.
 */
final class PinModel implements TransitionSystem {

    /** A pin succeeded and the child has the page. */
    static final long SHARED = 1;

    /** Threads that pin, at most: with the forker they fit the mask of those that run. */
    static final int PINNERS_MAX = 15;

    /** Pages, at most. */
    static final int PAGES_MAX = 14;

    private static final int BIAS = 1024;

    /* Word 0: what all share, and the threads that still run. */
    private static final int HAS_PINNED = 1;
    private static final int PTL = 2;
    private static final int SEQ_SHIFT = 2;
    private static final int SEQ_ONE = 1 << SEQ_SHIFT;
    private static final int RUNNING_SHIFT = 4;

    /* A page: its PTE, whether the child has it, and its count. */
    private static final int PTE = 3;
    private static final int WRITABLE = 1;
    private static final int READ_ONLY = 2;
    private static final int CHILD = 4;
    private static final int REF_SHIFT = 3;

    /* A thread: where it stands, and what it read. */
    private static final int PC = 15;
    private static final int PTE_SHIFT = 4;
    private static final int PTE_AGAIN_SHIFT = 6;
    private static final int SEQ_BEFORE_SHIFT = 8;
    private static final int SEQ_AFTER_SHIFT = 10;
    private static final int SEQ = 3;
    private static final int GOT_IT_SHIFT = 12;
    private static final int GOT_IT = 1 << GOT_IT_SHIFT;
    private static final int PINNED = 1 << 6;
    private static final int PAGE_ONE = 1 << 7;
    private static final int PAGE_SHIFT = 7;
    private static final int PAGE = 15;
    private static final int COUNT_SHIFT = 11;

    /* Places of a pinner, ... */
    private static final int SET_HAS_PINNED = 0;
    private static final int READ_SEQ = 1;
    private static final int READ_PTE = 2;
    private static final int GRAB = 3;
    private static final int READ_PTE_AGAIN = 4;
    private static final int READ_SEQ_AGAIN = 5;
    private static final int COMPARE = 6;
    /* ... of the forker, the middle ones once for each page, ... */
    private static final int SEQ_BEGIN = 0;
    private static final int LOCK = 1;
    private static final int COPY_PTE = 2;
    private static final int READ_HAS_PINNED = 3;
    private static final int READ_COUNT = 4;
    private static final int WRITE_PROTECT = 5;
    private static final int SHARE = 6;
    private static final int UNLOCK = 7;
    private static final int SEQ_END = 8;
    /* ... and of both. */
    private static final int END = 15;

    /* A step of a pinner: what its word gets, and bits for what else it does. */
    private static final int PIN_GETS = GOT_IT - 1;
    private static final int SETS_HAS_PINNED = 16;
    private static final int GRABS = 17;
    private static final int COMPARES = 18;

    /* Objects of footprints: these, then PTE and count of each page. What only the forker touches is none. */
    private static final int HAS_PINNED_OBJECT = 0;
    private static final int SEQ_OBJECT = 1;
    private static final int PAGE_OBJECTS = 2;

    private final int pages;
    private final int pinners;
    private final boolean fixed;
    private final int[] pinSteps;
    /** Where the page of each pinner stands. */
    private final int[] pageOf;

    private final int[] words;
    private final long[] keys;
    private final Footprint footprint;
    private boolean noting;
    private long broken = INTACT;

    /** @param fixed whether the sequence count is there */
    PinModel(int pages, int pinners, boolean fixed) {
        check(pages, pinners);
        this.pages = pages;
        this.pinners = pinners;
        this.fixed = fixed;
        words = new int[1 + pages + pinners + 1];
        words[0] = ((1 << (pinners + 1)) - 1) << RUNNING_SHIFT;
        for (int page = 1; page <= pages; page++) {
            words[page] = WRITABLE | 1 << REF_SHIFT;
        }
        if (!fixed) {
            words[words.length - 1] = LOCK;
        }
        pinSteps = pinSteps(fixed);
        pageOf = new int[pinners];
        for (int thread = 0; thread < pinners; thread++) {
            pageOf[thread] = 1 + thread % pages;
        }
        footprint = new Footprint(objects());
        keys = new long[words.length + 1];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Mix.at(Mix.name("pin model"), i) | 1;
        }
    }

    /** Fails for sizes that the words have no room for. */
    static void check(int pages, int pinners) {
        if (pages < 1 || pages > PAGES_MAX || pinners < 1 || pinners > PINNERS_MAX) {
            throw new IllegalArgumentException("from 1 to " + PAGES_MAX + " pages, from 1 to " + PINNERS_MAX
                    + " pinners: pages=" + pages + " pinners=" + pinners);
        }
    }

    @Override
    public int threads() {
        return pinners + 1;
    }

    @Override
    public int[] words() {
        return words;
    }

    @Override
    public void restored() {
        broken = INTACT;
    }

    @Override
    public int enabled() {
        int running = words[0] >>> RUNNING_SHIFT;
        boolean forkWaits = (words[0] & PTL) != 0 && (words[words.length - 1] & PC) == LOCK;
        return forkWaits ? running & ~(1 << pinners) : running;
    }

    @Override
    public int conditional() {
        return (words[words.length - 1] & PC) == LOCK ? 1 << pinners : 0;
    }

    @Override
    public void goOn() {
        restored();
    }

    @Override
    public int take(int thread, int choice) {
        if (noting) {
            footprint.clear();
            pending(thread, footprint);
        }
        if (thread < pinners) {
            pin(thread);
        } else {
            fork();
        }
        return 1;
    }

    @Override
    public int objects() {
        return PAGE_OBJECTS + 2 * pages;
    }

    @Override
    public void noting(boolean on) {
        noting = on;
    }

    @Override
    public Footprint footprint() {
        return footprint;
    }

    @Override
    public void waitsFor(int thread, Footprint into) {
        into.clear();
        pending(thread, into);
    }

    @Override
    public void remaining(int thread, Footprint into) {
        into.clear();
        int w = words[1 + pages + thread];
        if (thread < pinners) {
            for (int pc = w & PC; pc < COMPARE; pc++) { // jumps go forward only
                pinTouches(pc, thread % pages, into);
            }
        } else if ((w & PC) != END) {
            for (int page = w >>> PAGE_SHIFT & PAGE; page < pages; page++) {
                for (int pc = LOCK; pc <= UNLOCK; pc++) {
                    forkTouches(pc, page, into);
                }
            }
            if (fixed) {
                forkTouches(SEQ_END, 0, into);
            }
        }
    }

    private void pending(int thread, Footprint into) {
        int w = words[1 + pages + thread];
        if (thread < pinners) {
            pinTouches(w & PC, thread % pages, into);
        } else {
            forkTouches(w & PC, w >>> PAGE_SHIFT & PAGE, into);
        }
    }

    private static void pinTouches(int pc, int page, Footprint into) {
        switch (pc) {
            case SET_HAS_PINNED -> into.write(HAS_PINNED_OBJECT);
            case READ_SEQ, READ_SEQ_AGAIN -> into.read(SEQ_OBJECT);
            case READ_PTE, READ_PTE_AGAIN -> into.read(PAGE_OBJECTS + 2 * page);
            case GRAB -> into.add(PAGE_OBJECTS + 2 * page + 1);
            default -> {} // COMPARE is the thread's own
        }
    }

    private static void forkTouches(int pc, int page, Footprint into) {
        switch (pc) {
            case SEQ_BEGIN, SEQ_END -> into.write(SEQ_OBJECT);
            case COPY_PTE -> into.read(PAGE_OBJECTS + 2 * page);
            case READ_HAS_PINNED -> into.read(HAS_PINNED_OBJECT);
            case READ_COUNT -> into.read(PAGE_OBJECTS + 2 * page + 1);
            case WRITE_PROTECT -> into.write(PAGE_OBJECTS + 2 * page);
            default -> {} // the lock and the child
        }
    }

    /**
     * The step of a pinner at a place: what its word gets, the next place included, and what else it does. It depends on the
     * sequence count and the PTE alone, and is worked out once for all of these: the processor cannot foretell where a switch
     * goes that another thread's step comes to each time.
     */
    private static int pinStep(int pc, int seq, int pte, boolean fixed) {
        return switch (pc) {
            case SET_HAS_PINNED -> (fixed ? READ_SEQ : READ_PTE) | 1 << SETS_HAS_PINNED;
            case READ_SEQ -> seq << SEQ_BEFORE_SHIFT | ((seq & 1) == 0 ? READ_PTE : END);
            case READ_PTE -> pte << PTE_SHIFT | (pte == WRITABLE ? GRAB : END);
            case GRAB -> READ_PTE_AGAIN | 1 << GRABS;
            case READ_PTE_AGAIN -> pte << PTE_AGAIN_SHIFT | (fixed ? READ_SEQ_AGAIN : COMPARE);
            case READ_SEQ_AGAIN -> seq << SEQ_AFTER_SHIFT | COMPARE;
            default -> END | 1 << COMPARES; // COMPARE
        };
    }

    private static int[] pinSteps(boolean fixed) {
        int[] steps = new int[(PC + 1) * (SEQ + 1) * (PTE + 1)];
        for (int pc = 0; pc <= PC; pc++) {
            for (int seq = 0; seq <= SEQ; seq++) {
                for (int pte = 0; pte <= PTE; pte++) {
                    steps[pinAt(pc, seq, pte)] = pinStep(pc, seq, pte, fixed);
                }
            }
        }
        return steps;
    }

    private static int pinAt(int pc, int seq, int pte) {
        return pc | seq << 4 | pte << 6;
    }

    private void pin(int thread) {
        final int[] state = words;
        int at = 1 + pages + thread;
        int w = state[at];
        int page = state[pageOf[thread]];
        int step = pinSteps[pinAt(w & PC, state[0] >>> SEQ_SHIFT & SEQ, page & PTE)];
        int differ = ((w >>> PTE_SHIFT ^ w >>> PTE_AGAIN_SHIFT) & PTE)
                | ((w >>> SEQ_BEFORE_SHIFT ^ w >>> SEQ_AFTER_SHIFT) & SEQ);
        int same = (differ - 1) >>> (Integer.SIZE - 1);
        int after = (w & ~PC) | (step & PIN_GETS) | (step >>> COMPARES & same) << GOT_IT_SHIFT;
        int ended = ((after & PC) + 1) >>> 4;
        state[at] = after;
        state[pageOf[thread]] = page + (step >>> GRABS & 1) * (BIAS << REF_SHIFT);
        state[0] = (state[0] | (step >>> SETS_HAS_PINNED & HAS_PINNED)) & ~(ended << (RUNNING_SHIFT + thread));
    }

    private void fork() {
        int at = words.length - 1;
        int w = words[at];
        int page = 1 + (w >>> PAGE_SHIFT & PAGE);
        int next = (w & PC) + 1;
        switch (w & PC) {
            case SEQ_BEGIN -> words[0] += SEQ_ONE;
            case LOCK -> words[0] |= PTL;
            case COPY_PTE -> w = (w & ~(PTE << PTE_SHIFT)) | (words[page] & PTE) << PTE_SHIFT;
            case READ_HAS_PINNED -> {
                boolean pinned = (words[0] & HAS_PINNED) != 0;
                w = pinned ? w | PINNED : w & ~PINNED;
                next = pinned ? READ_COUNT : WRITE_PROTECT;
            }
            case READ_COUNT -> {
                int count = words[page] >>> REF_SHIFT;
                w = (w & ((1 << COUNT_SHIFT) - 1)) | count << COUNT_SHIFT;
                next = count < BIAS ? WRITE_PROTECT : UNLOCK;
            }
            case WRITE_PROTECT -> words[page] = (words[page] & ~PTE) | READ_ONLY;
            case SHARE -> words[page] |= CHILD;
            case UNLOCK -> {
                words[0] &= ~PTL;
                w += PAGE_ONE;
                boolean more = page < pages;
                next = more ? LOCK : fixed ? SEQ_END : END;
            }
            default -> { // SEQ_END
                words[0] += SEQ_ONE;
                next = END;
            }
        }
        words[at] = (w & ~PC) | next;
        if (next == END) {
            words[0] &= ~(1 << (RUNNING_SHIFT + pinners));
        }
    }

    @Override
    public void end() {
        for (int thread = 0; thread < pinners; thread++) {
            if ((words[1 + pages + thread] & GOT_IT) != 0 && (words[1 + thread % pages] & CHILD) != 0) {
                broken = SHARED;
            }
        }
    }

    @Override
    public long broken() {
        return broken;
    }

    @Override
    public long reached() {
        return 0;
    }

    /** Both halves of the 128-bit products of neighbouring words, each plus a key of its own. */
    @Override
    public long fingerprint() {
        final int[] w = words;
        final long[] k = keys;
        long sum = 0;
        int i = 0;
        for (; i < w.length - 1; i += 2) {
            sum += folded(w[i] + k[i], w[i + 1] + k[i + 1]);
        }
        if (i < w.length) {
            sum += folded(w[i] + k[i], k[i + 1]);
        }
        long hash = Mix.mix64(sum);
        return hash == 0 ? 1 : hash;
    }

    private static long folded(long x, long y) {
        return Math.multiplyHigh(x, y) ^ x * y;
    }
}
