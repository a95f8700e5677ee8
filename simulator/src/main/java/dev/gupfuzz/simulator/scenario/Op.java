package dev.gupfuzz.simulator.scenario;

/**
 * What a simulated thread does next, as one row of ints: {@code {code, a, b, c, d, e}}. A program is an array of such rows.
 * Pages are page indexes of the thread's process, files' pages indexes into {@link World#filePages}.
 */
public final class Op {

    /** Ints of a row. */
    public static final int WORDS = 6;

    /**
     * Load one byte of page {@code a}. Where {@code b} is not 0 the value must be one of that mask of the page's stores; where
     * {@code c} is not 0 the load reaches goal {@code c - 1} of the scenario when it sees one of the mask {@code d}.
     */
    public static final int LOAD = 0;
    /** Store token {@code b} to page {@code a}. */
    public static final int STORE = 1;
    /** GUP of {@code c} pages from page {@code b} into pin set {@code a}, with the flags {@code d} of {@link Foll}. */
    public static final int PIN = 2;
    /** Gives all references of pin set {@code a} back. */
    public static final int UNPIN = 3;
    /** The device stores token {@code c} through entry {@code b} of pin set {@code a}. */
    public static final int DEV_STORE = 4;
    /**
     * The device, or the reader of a pipe, loads through entry {@code b} of pin set {@code a}; expectations {@code c}, {@code d},
     * {@code e} are those of {@link #LOAD}.
     */
    public static final int DEV_LOAD = 5;
    /** {@code fork()}; thread {@code a} is the child's and process {@code b} the child. */
    public static final int FORK = 6;
    /** {@code exit_group()} of a single-threaded process: the address space goes away. */
    public static final int EXIT = 7;
    /** {@code munmap()} of {@code b} pages from page {@code a}. */
    public static final int MUNMAP = 8;
    /** Wait until every thread of mask {@code a} has ended. */
    public static final int AWAIT = 9;
    /** Event {@code a} has happened, ... */
    public static final int POST = 10;
    /** ... and wait until event {@code a} has. */
    public static final int WAIT = 11;
    /** event: as {@link #WAIT}, but without sleeping. */
    public static final int POLL = 35;
    /** The thread was here: goal {@code a} of the scenario. */
    public static final int REACH = 12;
    /** {@code mmap()} of region {@code a} of {@link World#regions}, which is not mapped at the start. */
    public static final int MMAP = 13;
    /** {@code mprotect()} of {@code b} pages from page {@code a} to {@code c}, of {@link Region#READ} and {@link Region#WRITE}. */
    public static final int MPROTECT = 14;
    /** {@code madvise(MADV_DONTNEED)} of {@code b} pages from page {@code a}. */
    public static final int DONTNEED = 15;
    /** {@code madvise(MADV_FREE)} of {@code b} pages from page {@code a}. */
    public static final int MADV_FREE = 16;
    /** {@code mremap()} of {@code b} pages from page {@code a} to page {@code c}, where nothing is mapped. */
    public static final int MREMAP = 17;
    /** {@code ftruncate()} of file {@code a} to {@code b} pages. */
    public static final int TRUNCATE = 18;
    /** {@code write()} to file page {@code a}, token {@code b}. */
    public static final int FILE_WRITE = 19;
    /** {@code read()} of file page {@code a}; expectations {@code b}, {@code c}, {@code d} are those of {@link #LOAD}. */
    public static final int FILE_READ = 20;
    /** {@code write()} to /proc/self/mem at page {@code a}, token {@code b}: FOLL_FORCE. */
    public static final int FORCE_WRITE = 21;
    /** {@code read()} of /proc/self/mem at page {@code a}; expectations are those of {@link #LOAD}. */
    public static final int FORCE_READ = 22;
    /** {@code UFFDIO_WRITEPROTECT} of {@code b} pages from page {@code a}; {@code c} 1 protects, 0 un-protects and wakes. */
    public static final int UFFD_WP = 23;
    /** {@code UFFDIO_CONTINUE} of page {@code a}. */
    public static final int UFFD_CONTINUE = 24;
    /** {@code write(4)} to /proc/self/clear_refs: clears the soft-dirty bits. */
    public static final int CLEAR_SOFT_DIRTY = 25;
    /** NUMA balancing's {@code change_prot_numa()} over {@code b} pages from page {@code a}. */
    public static final int NUMA = 26;
    /** Reclaim of the anonymous page at page {@code a} of process {@code b}: swap-out, or discard of a MADV_FREE page. */
    public static final int RECLAIM = 27;
    /** {@code lru_add_drain_all()}. */
    public static final int LRU_DRAIN = 28;
    /** Takes {@code b} plain references to the page at page {@code a} (1,024 look like a pin) ... */
    public static final int HOLD = 29;
    /** ... and gives the {@code b} references to it back. */
    public static final int RELEASE = 30;
    /** Writeback of file page {@code a}: write-protects, writes to the disk, cleans. */
    public static final int WRITEBACK = 31;
    /** Reclaim of file page {@code a}: drops a clean page from the page cache. */
    public static final int FILE_RECLAIM = 32;

    /** A guest loads one byte of page {@code a} through the secondary MMU; expectations are those of {@link #LOAD}. */
    public static final int GUEST_LOAD = 33;
    /** A guest stores token {@code b} to page {@code a} through the secondary MMU. */
    public static final int GUEST_STORE = 34;

    /** One more than the last. */
    public static final int CODES = 36;

    private Op() {}

    /** The first word of a row that tells what the scenario expects; {@link #WORDS} in rows that are no reads. */
    public static int expectation(int code) {
        return switch (code) {
            case LOAD, FORCE_READ, FILE_READ, GUEST_LOAD -> 2;
            case DEV_LOAD -> 3;
            default -> WORDS;
        };
    }

    /** Whether a row is a read that the scenario expects something of. */
    public static boolean expects(int[] row) {
        int first = expectation(row[0]);
        return first < WORDS && (row[first] != 0 || row[first + 1] != 0);
    }
}
