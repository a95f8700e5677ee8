package dev.gupfuzz.simulator.scenario;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a thread can do, one statement each: the words that begin it, and the form of the rest. In a form small letters stand
 * for themselves and capitals for an operand: {@code PAGES} (each in turn, or as one range where {@link #whole}), {@code FILES}
 * pages of files, {@code ENTRIES} of a pin set, {@code TO} a place, {@code N} a number, {@code NAME} and {@code NAMES},
 * {@code ACCESS}, {@code FLAGS}, {@code STORED} the optional name of a store, {@code EXPECT} the optional expectations.
 */
enum Verb {
    LOAD("load", "PAGES EXPECT", Op.LOAD),
    STORE("store", "PAGES STORED", Op.STORE),
    PIN("pin", "PAGES as NAME FLAGS", Op.PIN),
    GET("get", "PAGES as NAME FLAGS", Op.PIN),
    DIRECT_IO("direct-io", "PAGES as NAME FLAGS", Op.PIN),
    UNPIN("unpin", "NAME", Op.UNPIN),
    GUEST_LOAD("guest-load", "PAGES EXPECT", Op.GUEST_LOAD),
    GUEST_STORE("guest-store", "PAGES STORED", Op.GUEST_STORE),
    DEVICE_STORE("device-store", "ENTRIES STORED", Op.DEV_STORE),
    DEVICE_LOAD("device-load", "ENTRIES EXPECT", Op.DEV_LOAD),
    FORK("fork", "NAME", Op.FORK),
    EXIT("exit", "", Op.EXIT),
    MMAP("mmap", "NAME", Op.MMAP),
    MUNMAP("munmap", "PAGES", Op.MUNMAP),
    MPROTECT("mprotect", "PAGES ACCESS", Op.MPROTECT),
    MREMAP("mremap", "PAGES to TO", Op.MREMAP),
    DONTNEED("madvise-dontneed", "PAGES", Op.DONTNEED),
    FREE("madvise-free", "PAGES", Op.MADV_FREE),
    TRUNCATE("truncate", "NAME to N", Op.TRUNCATE),
    FILE_WRITE("file-write", "FILES STORED", Op.FILE_WRITE),
    FILE_READ("file-read", "FILES EXPECT", Op.FILE_READ),
    MEM_WRITE("mem-write", "PAGES STORED", Op.FORCE_WRITE),
    MEM_READ("mem-read", "PAGES EXPECT", Op.FORCE_READ),
    UFFD_PROTECT("uffd-protect", "PAGES", Op.UFFD_WP),
    UFFD_UNPROTECT("uffd-unprotect", "PAGES", Op.UFFD_WP),
    UFFD_CONTINUE("uffd-continue", "PAGES", Op.UFFD_CONTINUE),
    CLEAR_SOFT_DIRTY("clear-soft-dirty", "", Op.CLEAR_SOFT_DIRTY),
    NUMA_PROTECT("numa-protect", "PAGES", Op.NUMA),
    RECLAIM("reclaim", "PAGES OF", Op.RECLAIM),
    FILE_RECLAIM("file-reclaim", "FILES", Op.FILE_RECLAIM),
    WRITEBACK("writeback", "FILES", Op.WRITEBACK),
    LRU_DRAIN("lru-drain", "", Op.LRU_DRAIN),
    HOLD("hold", "N of PAGES", Op.HOLD),
    RELEASE("release", "N of PAGES", Op.RELEASE),
    AWAIT("await", "NAMES", Op.AWAIT),
    POST("post", "NAME", Op.POST),
    WAIT("wait", "NAME", Op.WAIT),
    POLL("poll", "NAME", Op.POLL),
    REACH("reach", "NAME", Op.REACH);

    private static final Verb[] ALL = values();
    private static final List<String> WORDS =
            Arrays.stream(ALL).map(v -> v.word).toList();

    final String word;
    final List<String> form;
    final int op;

    Verb(String word, String form, int op) {
        this.word = word;
        this.form = form.isEmpty() ? List.of() : List.of(form.split(" "));
        this.op = op;
    }

    static @Nullable Verb of(String word) {
        int i = WORDS.indexOf(word);
        return i < 0 ? null : ALL[i];
    }

    static List<String> words() {
        return WORDS;
    }

    /** One row is for all its pages together. */
    boolean whole() {
        return switch (op) {
            case Op.PIN, Op.MUNMAP, Op.MPROTECT, Op.MREMAP, Op.DONTNEED, Op.MADV_FREE, Op.UFFD_WP, Op.NUMA -> true;
            default -> false;
        };
    }

    /** A kernel thread can do it: it needs no address space of its own. */
    boolean byAgents() {
        return switch (op) {
            case Op.RECLAIM,
                    Op.FILE_RECLAIM,
                    Op.WRITEBACK,
                    Op.LRU_DRAIN,
                    Op.AWAIT,
                    Op.POST,
                    Op.WAIT,
                    Op.POLL,
                    Op.REACH -> true;
            default -> false;
        };
    }
}
