package dev.gupfuzz.simulator.machine;

/** Offsets of one thread's registers in the state: the locals of whatever kernel routine it is inside. */
public final class Frame {

    public static final int SHIFT = 6;
    public static final int WORDS = 1 << SHIFT;

    public static final int PC = 0;
    /** Where the current row of the thread's program begins in the machine's code. */
    public static final int OP = 1;
    /** Non-zero while the thread's CPU takes no TLB-flush IPI: bit 0 interrupts off, bit 1 in the middle of an access, bit 2 of a guest's. */
    public static final int HOLD = 2;
    /** Page index of the access or the fault. */
    public static final int PAGE = 3;
    /** The PTE that the routine read: {@code orig_pte}, {@code pte}. */
    public static final int PTE = 4;
    /** 1 for a write access or {@code FOLL_WRITE}. */
    public static final int IS_WRITE = 5;
    /** Token to store. */
    public static final int VALUE = 6;
    /** Where {@code handle_mm_fault} returns to. */
    public static final int FAULT_RET = 7;
    /** Newly allocated frame of a fault. */
    public static final int NEW_PFN = 8;
    /** Next CPU whose acknowledgement a flush waits for. */
    public static final int ACK_CPU = 9;
    /** {@code seq} of GUP-fast, or the loaded half of {@code sequence++}. */
    public static final int SEQ = 10;
    /** Pin set of the call. */
    public static final int PIN = 11;
    /** {@code nr_pinned}. */
    public static final int NR = 12;
    /** Pages asked for. */
    public static final int NR_ALL = 13;
    /** First page of the call. */
    public static final int START = 14;
    /** Page of the walk: copy_pte_range, zap_pte_range. */
    public static final int WALK = 15;
    /** End of the current VMA's walk, exclusive. */
    public static final int WALK_END = 16;
    /** Child mm of fork. */
    public static final int CHILD_MM = 17;
    /** {@code prealloc} of copy_pte_range, or 0. */
    public static final int PREALLOC = 18;
    /** {@code progress} of copy_pte_range. */
    public static final int PROGRESS = 19;
    /** VMA slot of the walk. */
    public static final int VMA = 20;
    /** Pages queued by zap for freeing after the flush. */
    public static final int QUEUED = 21;
    /** Next queued page to free, next page to unpin. */
    public static final int CURSOR = 22;
    /** Where pte_alloc() returns to. */
    public static final int TABLE_RET = 23;
    /** Lock breaks that this walk may still take. */
    public static final int BREAKS = 24;
    /** Ghost: page + 1 of a COW copy that is not yet installed; 0 when there is none. */
    public static final int COPY_PAGE = 25;
    /** Ghost: frame that is being copied from. */
    public static final int COPY_PFN = 26;
    /** Ghost: 1 when a CPU stored into that frame through its TLB after the copy. */
    public static final int COPY_STORED = 27;
    /** Ghost: 1 while the pin call has not touched slow GUP. */
    public static final int FAST = 28;
    /** Frame of the data access that is in the middle of an instruction. */
    public static final int ACCESS_PFN = 29;

    /** Ghost: 1 when a pin was held as this fork began. */
    public static final int PIN_HELD = 30;

    /** What the GUP call asks for, of {@code Foll}. */
    public static final int FOLL = 31;
    /** 1 when {@code handle_mm_fault()} is to unshare: FAULT_FLAG_UNSHARE. */
    public static final int UNSHARE = 32;
    /** What the VMA lookup of this call found, of {@code Region}. */
    public static final int VM_FLAGS = 33;
    /** Process of the page table that a walk is at, when it is not the thread's own. */
    public static final int WALK_MM = 34;
    /** Swap slot of the fault or of the swap-out. */
    public static final int SLOT = 35;
    /** Page of a file, as an index among all files' pages. */
    public static final int FILE_PAGE = 36;
    /** Frame that reclaim, a swap-in or a file fault is about. */
    public static final int TARGET_PFN = 37;
    /** A second PTE: the new value of one that is changed, the one that is moved. */
    public static final int NEW_PTE = 38;
    /** Where {@code do_wp_page()} and the like return to, when not to the end of the fault. */
    public static final int RET = 39;
    /** 1 when the fault runs under a per-VMA lock; 2 while it holds mmap_lock as well. */
    public static final int VMA_LOCKED = 40;
    /** 1 while a userfaultfd monitor has not woken the thread. */
    public static final int ASLEEP = 41;
    /** Where the return of a flush leads to. */
    public static final int FLUSH_RET = 42;
    /** First page of a flush, ... */
    public static final int FLUSH_START = 43;
    /** ... and its end, exclusive. */
    public static final int FLUSH_END = 44;
    /** 1 when there is something to flush. */
    public static final int FORCE_FLUSH = 45;
    /** Retries of the call so far. */
    public static final int RETRIES = 46;

    /** What {@code handle_mm_fault()} returned: 0, or of {@link #FAULT_ERROR} and so on. */
    public static final int FAULT_RESULT = 47;

    /** 1 when the page of a swap-in was never in the swap cache, or when reclaim itself has put its page there. */
    public static final int FRESH = 50;
    /** 1 when {@code reuse_swap_page()} says that nobody else has the page. */
    public static final int REUSED = 51;

    /** In {@link #FAULT_RESULT}: VM_FAULT_SIGBUS or VM_FAULT_SIGSEGV, ... */
    public static final int FAULT_ERROR = 1;
    /** ... VM_FAULT_RETRY: the fault gave its locks up, ... */
    public static final int FAULT_RETRY = 2;
    /** ... VM_FAULT_WRITE: a write fault broke COW. */
    public static final int FAULT_WRITE = 4;

    /** 1 when the call fails, or its walk ends early. */
    public static final int ABORT = 53;
    /** What change_protection() is to do: of {@code ChangeProtection}. */
    public static final int CHANGE = 54;
    /** Where flush_tlb_batched_pending() returns to. */
    public static final int BATCHED_RET = 56;
    /** {@code mm->tlb_flush_batched} as flush_tlb_batched_pending() read it; of no use behind it. */
    public static final int BATCHES = PROGRESS;
    /** What a zap comes from: of {@code Zap}. */
    public static final int ZAP_MODE = 55;
    /** {@code anon_vma} of the child's VMA that fork copies to. */
    public static final int CHILD_ANON = 48;
    /** Where a fault goes that may not give its VMA an anon_vma. */
    public static final int ANON_RET = CHILD_ANON;
    /** 1 when the page whose PTE reclaim clears was exclusive. */
    public static final int EXCLUSIVE = 57;
    /** Processes that a deferred flush of reclaim is about, as a mask. */
    public static final int BATCHED = 49;
    /** A count that the routine read. */
    public static final int COUNT = 52;
    /** Page-table pages to free, as a mask; munmap's, which never retries. */
    public static final int TABLES = RETRIES;

    /** What GUP asks of the page at hand: {@code foll_flags}, of the call's FOLL_WRITE and FOLL_COW. */
    public static final int FOLL_NOW = 57;
    /** First word of the page-table page that pte_alloc() is to allocate, or 0; nothing that allocates one zaps. */
    public static final int TABLE_AT = QUEUED;
    /** The lock that {@link #LOCK} led to before pte_alloc(). */
    public static final int TABLE_LOCK = BREAKS;

    /** How often the page-table page that GUP-fast walks was allocated as it read the PMD. */
    public static final int TABLE_SEEN = 53;

    /** Frame to which {@code Op.HOLD} holds references, kept from row to row, ... */
    public static final int HELD_PFN = 58;
    /** ... and how many. */
    public static final int HELD = 59;
    /** The lock that the thread is about to take: its page-table lock, a page's flags, a VMA's lock. */
    public static final int LOCK = 60;
    /** First word of the thread's mm; fixed. */
    public static final int MM_AT = 61;
    /** First PTE of the thread's mm; fixed. */
    public static final int PTES = 62;
    /** First TLB entry of the thread's CPU; fixed. */
    public static final int TLBS = 63;

    private Frame() {}

    /** First register of thread {@code t}. */
    public static int at(int t) {
        return Sched.WORDS + (t << SHIFT);
    }
}
