package dev.gupfuzz.simulator.scenario;

/**
 * A mapping that a scenario names.
 *
 * @param name its name in the scenario
 * @param mm index of its process
 * @param start first page
 * @param pages number of pages
 * @param flags of {@link #READ} and so on
 * @param file index of the file, or {@link #ANON}
 * @param filePage index of the first page in {@link World#filePages} terms, for a file's mapping
 * @param populated how its page tables are filled at the start
 * @param mapped whether it is mapped at the start; else an {@link Op#MMAP} maps it
 * @param table page-table page that serves it; regions of one process may share one
 */
public record Region(
        String name,
        int mm,
        int start,
        int pages,
        int flags,
        int file,
        int filePage,
        Populated populated,
        boolean mapped,
        int table) {

    /** No file. */
    public static final int ANON = -1;

    /** {@code VM_READ} and so on; the values are ours. */
    public static final int READ = 1;

    public static final int WRITE = 1 << 1;
    /** {@code VM_MAYWRITE}: mprotect() may make it writable, FOLL_FORCE may write. */
    public static final int MAYWRITE = 1 << 2;

    public static final int SHARED = 1 << 3;
    public static final int DONTCOPY = 1 << 4;
    public static final int WIPEONFORK = 1 << 5;
    public static final int MIXEDMAP = 1 << 6;
    public static final int UFFD_WP = 1 << 7;
    public static final int UFFD_MINOR = 1 << 8;
    public static final int SOFTDIRTY = 1 << 9;

    /** {@code is_cow_mapping()}. */
    public static boolean isCow(int flags) {
        return (flags & (SHARED | MAYWRITE)) == MAYWRITE;
    }

    /** How page tables are filled at the start. */
    public enum Populated {
        /** Not at all. */
        NO,
        /** By a load of every page: the zeropage, or the file's pages, read-only. */
        READ,
        /** By a store to every page: writable, dirty. */
        WRITTEN,
        /** As {@link #WRITTEN}, and then write-protected as fork leaves it, although no other process has it. */
        PROTECTED,
        /** As {@link #WRITTEN}, and then swapped out. */
        SWAPPED
    }

    /** One past the last page. */
    public int end() {
        return start + pages;
    }
}
