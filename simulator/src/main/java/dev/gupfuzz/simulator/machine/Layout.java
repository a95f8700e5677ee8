package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Region;
import dev.gupfuzz.simulator.scenario.ThreadSpec;
import dev.gupfuzz.simulator.scenario.World;
import java.util.stream.IntStream;

/**
 * Where everything lies in the state array of one scenario. Protocol state comes first and ghost state, which only the
 * checks read, last; {@link #ghosts} is the border. Sizes follow the scenario: what it does not use takes no word.
 */
public final class Layout {

    // ---- an mm: these words, then its VMAs in address order

    /** mmap_lock: 0 free, n readers, -1 - t write-held by thread t. */
    public static final int MMAP_LOCK = 0;

    public static final int HAS_PINNED = 1;
    public static final int SEQ = 2;
    /** {@code mm->tlb_flush_pending}. */
    public static final int TLB_FLUSH_PENDING = 3;
    /** {@code mm->tlb_flush_batched}: a deferred flush of reclaim is pending. */
    public static final int TLB_FLUSH_BATCHED = 4;
    /** Ghost: forks inside copy_page_range. */
    public static final int WALKERS = 5;
    /** Ghost: open write sections of the sequence. */
    public static final int SEQ_WRITERS = 6;
    /** Ghost: forks between their first step and their last. */
    public static final int FORKERS = 7;
    /** Ghost: forks that have returned. */
    public static final int FORKS_DONE = 8;
    /** Number of VMAs. */
    public static final int VMA_COUNT = 9;

    public static final int VMAS = 10;

    // ---- a VMA

    public static final int VMA_START = 0;
    public static final int VMA_END = 1;
    /** {@code vma->anon_vma}: 0, or its number. */
    public static final int VMA_ANON = 2;
    /** {@code vma->anon_vma_chain}: the anon_vmas through which rmap finds the VMA, as a mask of their numbers. */
    public static final int VMA_CHAIN = 3;
    /** {@link Region#READ} and so on. */
    public static final int VMA_FLAGS = 4;
    /** {@code vm_file} and {@code vm_pgoff}: of a file the index of its page at page 0 of the process; else how far mremap moved it. */
    public static final int VMA_PGOFF = 5;
    /** {@code vm_lock}: readers, or {@link #VMA_WRITE_LOCKED}. */
    public static final int VMA_LOCK = 6;

    public static final int VMA_WORDS = 7;
    public static final int VMA_WRITE_LOCKED = 1 << 30;

    // ---- a page-table page

    /** Page-table lock: 0 free, t + 1 held. */
    public static final int PTL = 0;
    /** The PMD entry that leads to it: 1 present, 0 none. */
    public static final int PMD = 1;
    /** Whether the page is allocated, and for how manieth time. */
    public static final int TABLE_LIVE = 2;

    public static final int TABLE_WORDS = 3;

    // ---- the PMD page of an mm, to which all its page-table pages belong; only where they are allocated

    /** {@code pmd_lockptr()}: 0 free, t + 1 held. */
    public static final int PMD_LOCK = 0;
    /** Page-table pages that were allocated for the mm and not freed, whether a PMD entry leads to them or not. */
    public static final int PTE_PAGES = 1;

    public static final int PMD_WORDS = 2;

    // ---- a physical page

    public static final int PAGE_SHIFT = 3;

    public static final int REFCOUNT = 0;
    public static final int MAPCOUNT = 1;
    public static final int FLAGS = 2;
    /** Token of the contents. */
    public static final int CONTENT = 3;
    /** {@code page->mapping}, {@code index} and {@code private}: {@link PageMapping} packs them. */
    public static final int MAPPING = 4;
    /** Ghost: GUP calls in flight during which the page was mapped at the address they ask for; from bit 16 up, mapped writable. */
    public static final int SINCE = 5;
    /** Ghost: virtual page, or for a file's page the number of virtual pages and its own, that the frame was allocated for. */
    public static final int VPAGE = 6;
    /** Ghost: how often the frame was allocated. */
    public static final int BIRTH = 7;

    public static final int FLAG_ALLOCATED = 1;
    public static final int FLAG_ANON = 1 << 1;
    public static final int FLAG_LOCKED = 1 << 2;
    public static final int FLAG_DIRTY = 1 << 3;
    public static final int FLAG_SWAPCACHE = 1 << 4;
    /** PG_anon_exclusive. */
    public static final int FLAG_EXCLUSIVE = 1 << 5;
    /** Not PG_swapbacked: reclaim may discard the page while it is clean. */
    public static final int FLAG_LAZYFREE = 1 << 6;
    /** The page is in the page cache of a file. */
    public static final int FLAG_FILE = 1 << 7;

    public static final int FLAG_WRITEBACK = 1 << 8;
    /** Not yet PG_lru: the page is in the LRU batch of a CPU, which holds a reference. */
    public static final int FLAG_LRU_BATCH = 1 << 9;

    // ---- a set of pinned pages

    /** Words of one pin set before its page entries. */
    public static final int PIN_HEAD = 3;
    /** Pages that the call returned; -1 while it is in flight, {@link #PIN_UNUSED} before, -3 once unpinned. */
    public static final int PIN_NR = 0;

    public static final int PIN_UNUSED = -2;
    /** First page of the call. */
    public static final int PIN_START = 1;
    /** What the references are, {@code Claims.BIASED} and so on. */
    public static final int PIN_KIND = 2;

    /** In a page entry of a pin set: the claim is held. */
    public static final int ENTRY_HELD = 1 << 30;
    /** In a page entry of a pin set: an unmapping made the claim void. */
    public static final int ENTRY_VOID = 1 << 29;
    /** In a page entry of a pin set: the claim is not, or no longer, one that the kernel promises. */
    public static final int ENTRY_UNPROMISED = 1 << 28;

    /** In a page entry of a pin set: a forced write got the page cache's page of a private mapping, or the zeropage. */
    public static final int ENTRY_CACHES = 1 << 27;

    public static final int ENTRY_PFN = (1 << 24) - 1;

    /** In a zap's queue, beside the frame: its mapping is given up behind the flush. */
    public static final int QUEUE_MAPPED = 1 << 30;

    // ---- a swap slot

    /** {@code swap_map}: swap entries that refer to it. */
    public static final int SWAP_MAP = 0;
    /** Frame in the swap cache, or 0. */
    public static final int SWAP_CACHE = 1;
    /** What is on the device; -1 nothing. */
    public static final int SWAP_DATA = 2;
    /** {@code SWAP_HAS_CACHE}: somebody brings the page into the swap cache or has it there. */
    public static final int SWAP_HAS_CACHE = 3;

    public static final int SWAP_WORDS = 4;

    // ---- a page of a file

    /** Frame in the page cache, or 0. */
    public static final int FILE_CACHE = 0;
    /** What is on the disk. */
    public static final int FILE_DISK = 1;

    public static final int FILE_WORDS = 2;

    public final World world;
    public final int pages;
    public final int mms;
    public final int threads;
    public final int frames;
    /** Pages that are in LRU batches at the most; the batches are emptied when they are full. */
    final int batched;

    public final int pins;
    public final int tables;
    /** Page-table page of each virtual page. */
    public final int[] tableOf;
    /** For each virtual page the first one behind it that another page-table page serves. */
    private final int[] tableEnds;
    /** For each (mm, page) its page-table lock. */
    private final int[] ptls;
    /** Whether one frame may be mapped at several virtual pages: files, and mremap(). */
    public final boolean aliases;

    /** Whether pages have users that are neither mappings nor pins. */
    final boolean cachesOrHolds;
    /** Whether anybody finds mappings through a page: reclaim, writeback, truncation. */
    public final boolean hasRmap;

    /** Whether reclaim may leave TLB flushes for later. */
    public final boolean batchesFlushes;
    /** Whether page-table pages are freed while others may walk them. */
    public final boolean tablesComeAndGo;
    /** Whether any of them is allocated meanwhile: elsewhere each VMA has its own from its beginning to its end. */
    public final boolean allocatesTables;
    /** Whether soft-dirty tracking is switched on: a VMA without {@link Region#SOFTDIRTY} is tracked. */
    public final boolean tracksSoftDirty;

    /** Whether a page may be mapped although the claim on it is not held: at another address, or anew where something was given up. */
    final boolean mayStray;

    /** Whether somebody takes so many references that counts overflow. */
    public final boolean manyReferences;

    public final int vmaSlots;
    public final int mmWords;

    /** For each thread the first one of its CPU. */
    private final int[] cpus;

    public final int threadBase;
    public final int mmBase;
    /** The CPUs that several threads share, by the first of these; no word where there is none. */
    public final int cpuBase;

    public final int tableBase;
    private final int pmdBase;
    public final int pteBase;
    public final int tlbBase;
    public final int pageBase;
    /** Free-list height, then the number of frames that were ever used, then the free list. */
    public final int allocBase;

    /** Frames that a zap has queued, of each thread. */
    public final int queueBase;

    public final int pinBase;
    public final int pinWords;
    public final int swapBase;
    public final int fileBase;
    /** For (mm, page) the VMA that an munmap took out of the tree and rmap still finds, as a VMA of this one page. */
    private final int unmappingBase;
    /** The process that a secondary MMU follows, or -1. */
    public final int secondaryMm;
    /** Threads that access memory through the secondary MMU, as a mask. */
    public final int secondaryThreads;
    /** The words of {@link SecondaryMmu}. */
    public final int secondaryBase;
    /** {@code i_size} of each file, in pages. */
    public final int sizeBase;
    /** First word of the ghost state. */
    public final int ghosts;
    /** Reference memory: the value that a load of (mm, page) must see, -1 where nothing is mapped, or below that a file's page. */
    public final int refBase;
    /** Reference memory of the files' pages. */
    public final int fileRefBase;
    /** What a load of (mm, page) may see as well, one bit each: zero behind MADV_FREE, the value before a store that may be lost. */
    private final int alsoBase;
    /** Values that the parent's location held since the fork of thread t began, one bit each: (t, page). */
    public final int historyBase;
    /** Unmappings of (mm, page) that have begun and not returned. */
    public final int zapBase;
    /** Pin sets with a held claim on a page, as a mask. */
    public final int claimBase;
    /** Label of the last step that changed what (mm, page) maps. */
    public final int remapBase;
    /** While a PTE is cleared only to be set again under the same lock: one more than the frame that it maps. */
    public final int transientBase;

    private final int truncatedBase;

    /** Of (mm, page), the page to which mremap() is moving it, plus one. */
    public final int movedBase;

    private final int freeingBase;

    private final int releasedBase;

    /** For each TLB entry (t, page), the BIRTH of its frame when the entry was filled. */
    public final int tlbBirthBase;
    /** For each page entry of a pin set, the BIRTH of its frame when GUP took it. */
    public final int pinBirthBase;
    /** For each entry of the secondary MMU, the BIRTH of its frame when it was installed. */
    public final int secondaryBirthBase;
    /** For each page entry of a pin set, the values that its location held since the call began, one bit each. */
    public final int pinSeenBase;

    public final int words;

    private final boolean zaps;
    private final boolean hasTransients;
    private final boolean hasAlso;
    private final boolean hasMoves;
    private final boolean hasFreeing;
    private final boolean hasReleased;

    public Layout(World world) {
        this.world = world;
        this.pages = world.pages;
        this.mms = world.processes.size();
        this.threads = world.threads.size();
        this.pins = world.pins;
        this.batched = batched(world);
        // Live frames: one for each mapping, one for each pin, two for each thread on its way; the caches', and the
        // zeropage.
        this.frames = 1 + mms * pages + pins * pages + 2 * threads + world.filePages + world.swapSlots + batched;
        boolean[] has = new boolean[Op.CODES];
        int splits = 0;
        int followed = -1;
        int vcpus = 0;
        for (int t = 0; t < threads; t++) {
            ThreadSpec thread = world.threads.get(t);
            for (int[] row : thread.program()) {
                has[row[0]] = true;
                if (row[0] == Op.GUEST_LOAD || row[0] == Op.GUEST_STORE) {
                    followed = thread.mm();
                    vcpus |= 1 << t;
                }
                splits += row[0] == Op.MREMAP ? 3 : row[0] == Op.MPROTECT ? 2 : row[0] == Op.MUNMAP ? 1 : 0;
            }
        }
        secondaryMm = followed;
        secondaryThreads = vcpus;
        zaps = has[Op.EXIT] || has[Op.MUNMAP] || has[Op.DONTNEED] || has[Op.TRUNCATE];
        aliases = has[Op.MREMAP] || world.filePages > 0;
        cachesOrHolds = world.lruBatch || world.swapSlots > 0 || world.filePages > 0 || has[Op.HOLD];
        hasRmap = has[Op.RECLAIM] || has[Op.WRITEBACK] || has[Op.FILE_RECLAIM] || has[Op.TRUNCATE];
        tableOf = new int[pages];
        int tableCount = 1;
        int regions = 0;
        for (int mm = 0; mm < mms; mm++) {
            int own = 0;
            for (Region region : world.regions) {
                own += region.mm() == mm ? 1 : 0;
                for (int p = region.start(); p < region.end(); p++) {
                    tableOf[p] = region.table();
                }
                tableCount = Math.max(tableCount, region.table() + 1);
            }
            regions = Math.max(regions, own);
        }
        tables = tableCount;
        batchesFlushes = has[Op.RECLAIM] || has[Op.FILE_RECLAIM];
        tablesComeAndGo = tables > 1 && has[Op.MUNMAP];
        allocatesTables = tablesComeAndGo && (has[Op.MMAP] || has[Op.MREMAP] || has[Op.FORK] || beginsWithout(world));
        manyReferences = has[Op.HOLD];
        mayStray = aliases || has[Op.MMAP] || has[Op.DONTNEED] || has[Op.MADV_FREE] || mayLoseStores(world);
        tracksSoftDirty = has[Op.CLEAR_SOFT_DIRTY];
        vmaSlots = regions + splits;
        mmWords = VMAS + vmaSlots * VMA_WORDS;
        int at = Sched.WORDS;
        threadBase = at;
        at += threads << Frame.SHIFT;
        mmBase = at;
        at += mms * mmWords;
        cpus = cpus(world);
        cpuBase = at;
        at += IntStream.range(0, threads).anyMatch(t -> cpus[t] != t) ? threads * SharedCpus.WORDS : 0;
        tableBase = at;
        at += mms * tables * TABLE_WORDS;
        pmdBase = at;
        at += allocatesTables ? mms * PMD_WORDS : 0;
        tableEnds = new int[pages];
        ptls = new int[mms * pages];
        for (int page = pages - 1; page >= 0; page--) {
            boolean last = page == pages - 1 || tableOf[page + 1] != tableOf[page];
            tableEnds[page] = last ? page + 1 : tableEnds[page + 1];
            for (int mm = 0; mm < mms; mm++) {
                ptls[mm * pages + page] = table(mm, tableOf[page]) + PTL;
            }
        }
        pteBase = at;
        at += mms * pages;
        tlbBase = at;
        at += threads * pages;
        pageBase = at;
        at += frames << PAGE_SHIFT;
        allocBase = at;
        at += 2 + frames;
        queueBase = at;
        at += zaps ? threads * pages : 0;
        pinBase = at;
        pinWords = PIN_HEAD + pages;
        at += pins * pinWords;
        swapBase = at;
        at += world.swapSlots * SWAP_WORDS;
        fileBase = at;
        at += world.filePages * FILE_WORDS;
        sizeBase = at;
        at += world.files.size();
        unmappingBase = at;
        at += hasRmap && has[Op.MUNMAP] ? mms * pages * VMA_WORDS : 0;
        secondaryBase = at;
        at += secondaryMm >= 0 ? SecondaryMmu.words(pages, threads) : 0;
        ghosts = at;
        refBase = at;
        at += mms * pages;
        fileRefBase = at;
        at += world.filePages;
        alsoBase = at;
        at += has[Op.MADV_FREE] || has[Op.DONTNEED] || mayLoseStores(world) ? mms * pages : 0;
        historyBase = at;
        at += threads * pages;
        zapBase = at;
        at += mms * pages;
        claimBase = at;
        at += pages;
        remapBase = at;
        at += mms * pages;
        transientBase = at;
        at += clearsForAMoment(has) ? mms * pages : 0;
        movedBase = at;
        at += has[Op.MREMAP] ? mms * pages : 0;
        freeingBase = at;
        at += has[Op.MADV_FREE] ? mms * pages : 0;
        releasedBase = at;
        at += world.swapSlots > 0 && (zaps || has[Op.MADV_FREE]) ? mms * pages : 0;
        truncatedBase = at;
        at += has[Op.TRUNCATE] ? threads * mms * pages : 0;
        tlbBirthBase = at;
        at += threads * pages;
        pinBirthBase = at;
        at += pins * pages;
        secondaryBirthBase = at;
        at += secondaryMm >= 0 ? pages : 0;
        pinSeenBase = at;
        at += pins * pages;
        words = at;
        hasTransients = movedBase > transientBase;
        hasAlso = historyBase > alsoBase;
        hasMoves = freeingBase > movedBase;
        hasFreeing = releasedBase > freeingBase;
        hasReleased = truncatedBase > releasedBase;
    }

    private static int[] cpus(World world) {
        int[] first = new int[world.threads.size()];
        for (int t = 0; t < first.length; t++) {
            int cpu = world.threads.get(t).cpu();
            first[t] = t;
            for (int u = 0; cpu != ThreadSpec.OWN_CPU && u < t && first[t] == t; u++) {
                first[t] = world.threads.get(u).cpu() == cpu ? u : t;
            }
        }
        return first;
    }

    /** The CPU of a thread, as the first thread that is placed there. */
    public int cpu(int thread) {
        return cpus[thread];
    }

    /** Pages that nobody but an LRU batch may still refer to: as many as the programs can come to allocate. */
    private static int batched(World world) {
        int rows = 0;
        for (ThreadSpec thread : world.threads) {
            rows += thread.program().length;
        }
        return world.lruBatch ? rows : 0;
    }

    /** Whether some page-table page that a VMA needs is not there at the start, because nothing was mapped by it yet. */
    private static boolean beginsWithout(World world) {
        for (Region region : world.regions) {
            boolean needed = region.mapped();
            for (Region other : world.regions) {
                boolean same = other.mm() == region.mm() && other.table() == region.table();
                needed &= !same || !other.mapped() || other.populated() == Region.Populated.NO;
            }
            if (needed) {
                return true;
            }
        }
        return false;
    }

    private static boolean clearsForAMoment(boolean[] has) {
        return has[Op.MPROTECT]
                || has[Op.NUMA]
                || has[Op.UFFD_WP]
                || has[Op.CLEAR_SOFT_DIRTY]
                || has[Op.RECLAIM]
                || has[Op.FILE_RECLAIM]
                || has[Op.MADV_FREE]
                || has[Op.MREMAP]
                || has[Op.WRITEBACK];
    }

    /** Whether PTEs are cleared only to be set again in this scenario. */
    boolean hasTransients() {
        return hasTransients;
    }

    /** Whether a location may have more than one value. */
    boolean hasAlso() {
        return hasAlso;
    }

    /** Whether rmap may find VMAs that are no longer in the tree. */
    boolean hasUnmapping() {
        return secondaryBase > unmappingBase;
    }

    /** The VMA that rmap finds at (mm, page) although it is no longer in the tree; its words are 0 where there is none. */
    int unmapping(int mm, int page) {
        return unmappingBase + (mm * pages + page) * VMA_WORDS;
    }

    /** Where mremap() moved a location, 0 or one more than the page; only where something is moved. */
    int movedTo(int mm, int page) {
        return movedBase + mm * pages + page;
    }

    /** Whether a truncation by thread t gave (mm, page) up; only where there are truncations. */
    int truncated(int t, int mm, int page) {
        return truncatedBase + (t * mms + mm) * pages + page;
    }

    /** Whether files get shorter in this scenario. */
    boolean hasTruncations() {
        return tlbBirthBase > truncatedBase;
    }

    /** Calls of MADV_FREE for (mm, page) that have begun and not returned; only where there are such calls. */
    int freeing(int mm, int page) {
        return freeingBase + mm * pages + page;
    }

    /** Whether pages are given away with MADV_FREE in this scenario. */
    boolean hasFreeing() {
        return hasFreeing;
    }

    /** Whether a zap has given up the slot of the swap entry that is still at (mm, page); only where there are such zaps. */
    public int released(int mm, int page) {
        return releasedBase + mm * pages + page;
    }

    /** Whether swap entries are zapped in this scenario. */
    boolean hasReleased() {
        return hasReleased;
    }

    /** Whether locations move in this scenario. */
    boolean hasMoves() {
        return hasMoves;
    }

    /** The further values of a location. */
    int also(int mm, int page) {
        return alsoBase + mm * pages + page;
    }

    /** Whether a device stores through references that need not be promised. */
    private static boolean mayLoseStores(World world) {
        for (ThreadSpec thread : world.threads) {
            for (int[] row : thread.program()) {
                if (row[0] == Op.PIN && (row[4] & Foll.WRITE) != 0 && (row[4] & Foll.PIN) == 0) {
                    return true;
                }
            }
        }
        return false;
    }

    // ---- names for what is no word of its own, beyond the last word
    // ------------------------------------------------------

    /** The word that stands for what {@code name} is a part of: of a VMA tree its first word, else the name itself. */
    public int whole(int name) {
        if (name < mmBase || name >= cpuBase) {
            return name;
        }
        int in = (name - mmBase) % mmWords;
        return in >= VMA_COUNT && (in < VMAS || (in - VMAS) % VMA_WORDS != VMA_LOCK) ? name - in + VMA_COUNT : name;
    }

    /** The readers of the mmap_lock at a word; the word itself stands for its writer. */
    public int readers(int lock) {
        return words + (lock - mmBase) / mmWords;
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

    /** Whether an event has happened. */
    public int event(int event) {
        return words + mms + 2 * threads + pins + frames + event;
    }

    /** One more than the last name. */
    public int names() {
        return words + mms + 2 * threads + pins + frames + world.events;
    }

    public int frame(int thread) {
        return Frame.at(thread);
    }

    public int mm(int mm) {
        return mmBase + mm * mmWords;
    }

    /** The process whose mm has first word {@code at}. */
    public int mmIndex(int at) {
        return (at - mmBase) / mmWords;
    }

    /** First word of a page-table page. */
    public int table(int mm, int table) {
        return tableBase + (mm * tables + table) * TABLE_WORDS;
    }

    /** First word of the PMD page of an mm; only where page-table pages are allocated. */
    public int pmd(int mm) {
        return pmdBase + mm * PMD_WORDS;
    }

    /** Whether a word is a page-table page's; else, between {@link #tableBase} and {@link #pteBase}, it is a PMD page's. */
    public boolean isOfTable(int word) {
        return word >= tableBase && word < pmdBase;
    }

    /** The process that a page-table page with first word {@code table} belongs to. */
    public int mmOfTable(int table) {
        return (table - tableBase) / (tables * TABLE_WORDS);
    }

    /** The page-table lock of a virtual page. */
    public int ptl(int mm, int page) {
        return ptls[mm * pages + page];
    }

    /** The file that a page among all files' pages belongs to. */
    public int fileOf(int filePage) {
        int file = world.files.size() - 1;
        while (world.files.get(file).first() > filePage) {
            file--;
        }
        return file;
    }

    /** The end of the pages from {@code page} on that its page-table page serves, {@code end} at the most. */
    public int endOfTable(int page, int end) {
        return Math.min(end, tableEnds[page]);
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

    public int swap(int slot) {
        return swapBase + slot * SWAP_WORDS;
    }

    public int file(int filePage) {
        return fileBase + filePage * FILE_WORDS;
    }

    public int ref(int mm, int page) {
        return refBase + mm * pages + page;
    }
}
