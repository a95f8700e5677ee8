package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.SecondaryMmu;
import java.util.Arrays;

/**
 * Physical frames have no meaning beyond what refers to them: states that differ by their names alone go on alike. Here a
 * state's frames are named in the order in which page tables, TLBs, pins, registers and the free list refer to them. How often a
 * frame was allocated matters only in that an old translation to it can be told from a new one, and that alone is kept.
 */
final class FrameNames {

    /** Registers that hold a PTE, ... */
    private static final int[] PTES = {Frame.PTE, Frame.NEW_PTE};
    /** ... and a frame. */
    private static final int[] FRAMES = {
        Frame.NEW_PFN, Frame.PREALLOC, Frame.COPY_PFN, Frame.ACCESS_PFN, Frame.TARGET_PFN, Frame.HELD_PFN
    };

    private static final int PTE_BITS = Pte.of(1, 0) - 1;
    /** A translation to a frame that was freed since. */
    private static final int OLD = -1;

    private final Machine m;
    private final int[] s;
    private final Layout layout;
    private final int[] names;
    private final int[] pages;
    private int named;

    FrameNames(Machine m) {
        this.m = m;
        s = m.s;
        layout = m.layout;
        names = new int[layout.frames];
        pages = new int[layout.frames << Layout.PAGE_SHIFT];
    }

    /** Renames the frames of the state. */
    void canonicalize() {
        int used = s[layout.allocBase + 1];
        births(used);
        Arrays.fill(names, 0, used, 0); // 0 is the zeropage, and stays; for others: not named yet
        named = 1;
        for (int at = layout.pteBase;
                at < layout.pageBase;
                at++) { // page tables, then TLBs; swap entries hold no frame
            s[at] = pte(s[at]);
        }
        for (int page = 0; layout.secondaryMm >= 0 && page < m.pages; page++) {
            int entry = SecondaryMmu.entry(m, page);
            s[entry] = pte(s[entry]);
        }
        for (int slot = 0; slot < layout.world.swapSlots; slot++) {
            rename(layout.swap(slot) + Layout.SWAP_CACHE);
        }
        for (int k = 0; k < layout.world.filePages; k++) {
            rename(layout.file(k) + Layout.FILE_CACHE);
        }
        for (int at = layout.transientBase; at < layout.movedBase; at++) {
            s[at] = s[at] == 0 ? 0 : name(s[at] - 1) + 1;
        }
        for (int set = 0; set < m.pins; set++) {
            int first = layout.pin(set) + Layout.PIN_HEAD;
            for (int at = first; at < first + m.pages; at++) {
                s[at] = (s[at] & ~Layout.ENTRY_PFN) | name(s[at] & Layout.ENTRY_PFN);
            }
        }
        for (int t = 0; t < m.threads; t++) {
            int f = Frame.at(t);
            for (int register : PTES) {
                s[f + register] = pte(s[f + register]);
            }
            for (int register : FRAMES) {
                rename(f + register);
            }
            lock(f + Frame.LOCK);
            if (layout.secondaryMm >= 0) {
                lock(SecondaryMmu.own(m, t, SecondaryMmu.START_CALLER) + 1);
                lock(SecondaryMmu.own(m, t, SecondaryMmu.END_CALLER) + 1);
            }
        }
        for (int at = layout.queueBase; at < layout.pinBase; at++) {
            int mapped = s[at] & Layout.QUEUE_MAPPED;
            s[at] = mapped | name(s[at] & ~Layout.QUEUE_MAPPED);
        }
        int free = layout.allocBase + 2;
        int height = s[layout.allocBase];
        for (int i = 0; i < height; i++) {
            s[free + i] = name(s[free + i]);
        }
        Arrays.fill(s, free + height, free + layout.frames, 0); // what was taken from the list is still written there
        for (int pfn = 1; pfn < used; pfn++) {
            name(pfn); // a frame that nothing refers to was lost
        }
        move(used);
    }

    /** Keeps of each translation whether it is to the frame as it is now. */
    private void births(int used) {
        for (int at = layout.tlbBase; at < layout.pageBase; at++) {
            int birth = layout.tlbBirthBase + at - layout.tlbBase;
            s[birth] = s[at] == 0 ? 0 : age(Pte.pfn(s[at]), s[birth]);
        }
        if (layout.secondaryMm >= 0) {
            secondaryBirths();
        }
        for (int set = 0; set < m.pins; set++) {
            for (int i = 0; i < m.pages; i++) {
                int pfn = s[layout.pin(set) + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN;
                int birth = layout.pinBirthBase + set * m.pages + i;
                s[birth] = pfn == 0 ? 0 : age(pfn, s[birth]);
            }
        }
        for (int pfn = 0; pfn < used; pfn++) {
            s[layout.page(pfn) + Layout.BIRTH] = 0;
        }
    }

    private void secondaryBirths() {
        for (int page = 0; page < m.pages; page++) {
            int entry = s[SecondaryMmu.entry(m, page)];
            int birth = layout.secondaryBirthBase + page;
            s[birth] = entry == 0 ? 0 : age(Pte.pfn(entry), s[birth]);
        }
        for (int t = 0; t < m.threads; t++) {
            int f = Frame.at(t);
            int birth = SecondaryMmu.own(m, t, SecondaryMmu.BIRTH);
            boolean inGuest = (s[f + Frame.HOLD] & SecondaryMmu.IN_GUEST) != 0;
            s[birth] = inGuest ? age(s[f + Frame.ACCESS_PFN], s[birth]) : 0;
        }
    }

    private int age(int pfn, int birth) {
        return birth == s[layout.page(pfn) + Layout.BIRTH] ? 0 : OLD;
    }

    /** The lock that a word leads to may be a page's. */
    private void lock(int word) {
        int lock = s[word];
        if (lock >= layout.pageBase && lock < layout.allocBase) {
            int pfn = (lock - layout.pageBase) >> Layout.PAGE_SHIFT;
            s[word] = lock - layout.page(pfn) + layout.page(name(pfn));
        }
    }

    private void rename(int word) {
        s[word] = name(s[word]);
    }

    private int pte(int pte) {
        return !Pte.present(pte) ? pte : Pte.of(name(Pte.pfn(pte)), pte & PTE_BITS);
    }

    private int name(int pfn) {
        if (pfn != 0 && names[pfn] == 0) {
            names[pfn] = named++;
        }
        return names[pfn];
    }

    private void move(int used) {
        int first = layout.page(0);
        int words = used << Layout.PAGE_SHIFT;
        System.arraycopy(s, first, pages, 0, words);
        for (int pfn = 1; pfn < used; pfn++) {
            System.arraycopy(pages, pfn << Layout.PAGE_SHIFT, s, layout.page(names[pfn]), 1 << Layout.PAGE_SHIFT);
        }
    }
}
