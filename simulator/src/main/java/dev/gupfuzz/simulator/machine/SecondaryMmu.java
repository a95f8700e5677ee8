package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.GoalPoint;

/**
 * A secondary MMU that follows one process, as KVM's does: an entry of the PTE's form for each page of the process, installed by its own
 * faults and dropped by mmu notifiers. Its words lie at {@link Layout#secondaryBase}; behind the entries each thread has some that nobody else
 * looks at.
 *
 * <p>Source: virt/kvm/kvm_main.c, kvm_mmu_notifier_invalidate_range_start() and kvm_mmu_notifier_invalidate_range_end(), v4.8, v5.11
 * and v6.12. Not modelled: the range of the invalidations in progress (from v5.12 on a fault elsewhere goes on), ageing, dirty logging,
 * the shadow of a guest's own page tables.
 */
public final class SecondaryMmu {

    /** {@code mmu_lock}: 0 free, t + 1 held by thread t. */
    public static final int LOCK = 0;
    /** {@code mmu_invalidate_in_progress}, once {@code mmu_notifier_count}. */
    public static final int IN_PROGRESS = 1;
    /** {@code mmu_invalidate_seq}, once {@code mmu_notifier_seq}. */
    public static final int SEQ = 2;

    public static final int ENTRIES = 3;

    // ---- of each thread

    /** Where the start of an invalidation returns to, and behind it what the caller's lock register held. */
    public static final int START_CALLER = 0;
    /** As {@link #START_CALLER}, of its end: which may be what the start returns to, or the other way round. */
    public static final int END_CALLER = 2;
    /** The first page of the range, ... */
    public static final int START = 4;
    /** ... and its end, exclusive. */
    public static final int END = 5;
    /** The sequence as a guest's fault read it. */
    public static final int SEEN_SEQ = 6;
    /** Ghost: the BIRTH of the frame that a guest's access under way goes to. */
    public static final int BIRTH = 7;

    private static final int THREAD_WORDS = 8;

    /** In {@link Frame#HOLD}: a guest is in the middle of an access. */
    public static final int IN_GUEST = 4;

    private SecondaryMmu() {}

    static int words(int pages, int threads) {
        return ENTRIES + pages + threads * THREAD_WORDS;
    }

    /** A word that all threads share. */
    public static int at(Machine m, int word) {
        return m.layout.secondaryBase + word;
    }

    /** The entry of a page. */
    public static int entry(Machine m, int page) {
        return m.layout.secondaryBase + ENTRIES + page;
    }

    /** A word of a thread. */
    public static int own(Machine m, int t, int word) {
        return m.layout.secondaryBase + ENTRIES + m.pages + t * THREAD_WORDS + word;
    }

    /** A guest translates an address: the access of the step. Where the entry permits it, the access is under way. */
    public static int enter(Machine m, int t, int f, int page, boolean write) {
        int entry = m.read(entry(m, page));
        if (write ? !Pte.write(entry) : !Pte.present(entry)) {
            return Pte.NONE;
        }
        m.mark(f + Frame.HOLD);
        m.s[f + Frame.HOLD] |= IN_GUEST;
        m.s[own(m, t, BIRTH)] = m.s[m.layout.secondaryBirthBase + page];
        if (m.s[Sched.BLOCKING] != 0) {
            m.recheck();
        }
        return entry;
    }

    /** The guest's access is over; it rides on the access. */
    public static void leave(Machine m, int t, int f) {
        m.mark(f + Frame.HOLD);
        m.s[f + Frame.HOLD] &= ~IN_GUEST;
        m.s[own(m, t, BIRTH)] = 0;
        if (m.s[Sched.BLOCKING] != 0) {
            m.recheck();
        }
    }

    /** Under the lock: the entry of a page leads to the frame that GUP returned. The access of the step. */
    public static void install(Machine m, int page, int pfn, boolean writable) {
        m.see(m.layout.tenancy(pfn));
        m.write(entry(m, page), Pte.of(pfn, writable ? Pte.PRESENT | Pte.WRITE : Pte.PRESENT));
        m.s[m.layout.secondaryBirthBase + page] = m.s[m.pageAt(pfn) + Layout.BIRTH];
    }

    /** Under the lock: drops the entries of pages {@code [start, end)}, beside the access of the step. Whether there were any. */
    public static boolean drop(Machine m, int start, int end) {
        boolean any = false;
        for (int page = start; page < end; page++) {
            int at = entry(m, page);
            m.mark(at);
            if (m.s[at] != Pte.NONE) {
                any = true;
                dirty(m, m.s[at]);
                m.s[at] = Pte.NONE;
                m.s[m.layout.secondaryBirthBase + page] = 0;
            }
        }
        if (any) {
            m.reach(GoalPoint.SPTE_DROPPED);
        }
        return any;
    }

    /** kvm_set_pfn_dirty(): the page may have been written through the entry. */
    private static void dirty(Machine m, int entry) {
        int flags = m.pageAt(Pte.pfn(entry)) + Layout.FLAGS;
        if (m.layout.hasRmap && Pte.write(entry) && (m.s[flags] & Layout.FLAG_ALLOCATED) != 0) {
            m.mark(flags);
            m.s[flags] |= Layout.FLAG_DIRTY;
        }
    }

    /** Whether the entry of a page grants what the page table does not. */
    static boolean stale(Machine m, int page) {
        int entry = m.s[entry(m, page)];
        int pte = m.s[m.pteAt(m.layout.secondaryMm, page)];
        m.see(entry(m, page));
        m.see(m.pteAt(m.layout.secondaryMm, page));
        boolean grants = Pte.maps(pte, Pte.pfn(entry)) && (Pte.write(pte) || !Pte.write(entry)) && !Pte.protnone(pte);
        return Pte.present(entry) && !grants;
    }
}
