package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.Region;
import dev.gupfuzz.simulator.scenario.World;

/**
 * I12, as fork ends: what the child has at each address must be what the parent had there at some instant of the fork. From then
 * on it is the child's own.
 */
final class ChildContents {

    private static final int MADV_FREE_MARKS = Rule.MADV_FREE_MARKS.ordinal();

    private ChildContents() {}

    static void check(Machine m, int t, int mm, int childMm, int page, int history) {
        int child = m.mmAt(childMm);
        if (m.layout.hasTruncations()) {
            Truncation.inherited(m, mm, childMm, page);
        }
        int at = m.refAt(mm, page);
        int parents = m.s[at];
        m.see(at);
        if (m.wipesOnFork && (Vmas.flags(m, child, page) & Region.WIPEONFORK) != 0) {
            Contents.setRef(m, childMm, page, 0);
            return;
        }
        // a private mapping has nothing beyond the end of its file
        if (parents <= Contents.UNMAPPED && (parents == Contents.UNMAPPED || Contents.isShared(parents))) {
            Contents.setRef(m, childMm, page, parents);
            return;
        }
        int own = content(m, childMm, page);
        int value = own;
        if (own < 0) { // it has the file's page, or will fault it in
            int vma = Vmas.at(child, Vmas.lookup(m, child, page));
            int file = Vmas.filePage(m, vma, page);
            m.see(m.layout.fileRefBase + file);
            value = m.s[m.layout.fileRefBase + file];
            own = Contents.privateFile(file);
        }
        boolean had = m.isOf(value, page) && (history & World.tokenBit(value)) != 0;
        if (!had && !isGivenUp(m, mm, page)) {
            int separated = m.s[m.remapAt(childMm, page)];
            m.see(m.remapAt(childMm, page));
            m.violate(Invariant.I12, t, page, Blames.data(childMm, value, Contents.value(m, mm, page), separated));
        }
        Contents.setRef(m, childMm, page, own);
        if (m.hasAlso && (history & World.tokenBit(0)) != 0 && isLazyFree(m, childMm, page)) {
            Contents.allow(m, childMm, page, 0);
        }
    }

    /** Whether a truncation is at work on the parent's page: it may have taken the page away, or not yet. */
    private static boolean isGivenUp(Machine m, int mm, int page) {
        m.see(m.zapAt(mm, page));
        return m.s[m.zapAt(mm, page)] > 0;
    }

    /** Whether the child inherited a page that its parent said MADV_FREE of: reclaim may discard it here, too. */
    private static boolean isLazyFree(Machine m, int mm, int page) {
        int pte = m.s[m.pteAt(mm, page)];
        int pfn = Pte.present(pte) ? Pte.pfn(pte) : cleared(m, mm, page);
        if (pfn <= 0 || !m.has(MADV_FREE_MARKS)) {
            return pfn > 0;
        }
        m.see(m.pageAt(pfn) + Layout.FLAGS);
        return (m.s[m.pageAt(pfn) + Layout.FLAGS] & Layout.FLAG_LAZYFREE) != 0;
    }

    /** The contents of the anonymous page that the child has, 0 for none; -1 where it shows a file's page. */
    private static int content(Machine m, int mm, int page) {
        int pte = m.s[m.pteAt(mm, page)];
        m.see(m.pteAt(mm, page));
        if (Pte.present(pte) && !m.aliases) {
            return Pte.special(pte) ? 0 : contentOf(m, Pte.pfn(pte));
        }
        if (Pte.swap(pte)) {
            int slot = m.layout.swap(Pte.slot(pte));
            m.see(slot + Layout.SWAP_CACHE);
            m.see(slot + Layout.SWAP_DATA);
            int pfn = m.s[slot + Layout.SWAP_CACHE];
            int cached = pfn == 0 ? Swap.NOT_READ : contentOf(m, pfn);
            return cached != Swap.NOT_READ ? cached : Math.max(m.s[slot + Layout.SWAP_DATA], 0);
        }
        if (Pte.present(pte)) {
            m.see(m.layout.tenancy(Pte.pfn(pte)));
            boolean file = (m.s[m.pageAt(Pte.pfn(pte)) + Layout.FLAGS] & Layout.FLAG_FILE) != 0;
            return file ? -1 : Pte.special(pte) ? 0 : contentOf(m, Pte.pfn(pte));
        }
        int cleared = cleared(m, mm, page);
        if (cleared >= 0) {
            return contentOf(m, cleared);
        }
        return m.aliases && (Vmas.flags(m, m.mmAt(mm), page) & Vmas.FILE) != 0 ? -1 : 0;
    }

    /** The frame of a PTE that is cleared only to be set again, or perhaps for good; -1 when there is none. */
    private static int cleared(Machine m, int mm, int page) {
        if (!m.layout.hasTransients()) {
            return -1;
        }
        int moment = m.layout.transientBase + mm * m.pages + page;
        m.see(moment);
        return m.s[moment] - 1;
    }

    private static int contentOf(Machine m, int pfn) {
        m.see(m.pageAt(pfn) + Layout.CONTENT);
        return m.s[m.pageAt(pfn) + Layout.CONTENT];
    }
}
