package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.Mix;

/**
 * The names of the steps: for each label the routine, a short name that draws are keyed by, and the kernel's own words. The
 * routines declare theirs when the routine package is first used.
 */
public final class Labels {

    /** What kind of object a step touches. */
    public enum Target {
        PTE("pte"),
        REFCOUNT("refcount"),
        MAPCOUNT("mapcount"),
        CONTENT("page contents"),
        PAGE_LOCK("page lock"),
        PAGE_FLAGS("page flags"),
        MMAP_LOCK("mmap_lock"),
        PTL("page-table lock"),
        HAS_PINNED("has_pinned"),
        SEQ("write_protect_seq"),
        VMA("vma tree"),
        ALLOCATOR("page allocator"),
        CPU("cpu"),
        THREAD("thread"),
        TABLE("page table"),
        VMA_LOCK("vma lock"),
        TLB_FLUSH("deferred tlb flush"),
        SWAP("swap slot"),
        FILE("page cache"),
        RMAP("anon_vma"),
        SECONDARY("secondary MMU");

        private final String text;

        Target(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final String[] ROUTINE = new String[Pc.LABELS];
    private static final String[] NAME = new String[Pc.LABELS];
    private static final String[] TEXT = new String[Pc.LABELS];
    private static final Target[] TARGET = new Target[Pc.LABELS];
    private static final PendingAccess[] PENDING = new PendingAccess[Pc.LABELS];
    private static final StepCode[] CODE = new StepCode[Pc.LABELS];
    private static final long[] KEY = new long[Pc.LABELS];

    private Labels() {}

    /** Declares a label. Called by the routines' static initialisers, each label once. */
    public static void define(int pc, String routine, String name, Target target, String text, StepCode code) {
        int label = Pc.label(pc);
        if (NAME[label] != null) {
            throw new IllegalStateException("[simulator bug] two labels with one number: label=" + label);
        }
        ROUTINE[label] = routine;
        NAME[label] = name;
        TEXT[label] = text;
        TARGET[label] = target;
        CODE[label] = code;
        KEY[label] = Mix.name(routine + "." + name);
    }

    /** Declares the pending access of labels whose steps go to the same place. Each label has one. */
    public static void pending(PendingAccess access, int... pcs) {
        for (int pc : pcs) {
            int label = Pc.label(pc);
            if (NAME[label] == null || PENDING[label] != null) {
                throw new IllegalStateException("[simulator bug] a label has one pending access: label=" + label);
            }
            PENDING[label] = access;
        }
    }

    public static boolean defined(int label) {
        return NAME[label] != null;
    }

    /** The kernel function that the step belongs to. */
    public static String routine(int label) {
        return ROUTINE[label];
    }

    public static String name(int label) {
        return NAME[label];
    }

    /** The kernel's words. */
    public static String text(int label) {
        return TEXT[label];
    }

    public static Target target(int label) {
        return TARGET[label];
    }

    /** What each label's pending step is going to access, by label. */
    public static PendingAccess[] pending() {
        return PENDING.clone();
    }

    /** What each label does, by label. */
    public static StepCode[] code() {
        return CODE.clone();
    }

    /** The name that draws are keyed by. */
    public static long key(int label) {
        return KEY[label];
    }
}
