package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/** Page-table pages that come and go, with what their PTEs map. */
public final class PageTables {

    private PageTables() {}

    /** A PMD entry leads to the page-table page with that first word, for the first time or again. */
    public static void born(Machine m, int table) {
        m.mark(table + Layout.TABLE_LIVE);
        m.s[table + Layout.TABLE_LIVE]++;
    }

    /** An empty page-table page has taken the place of the one with that first word: nothing leads to its PTEs any more. */
    public static void lost(Machine m, int t, int table) {
        int mm = m.layout.mmOfTable(table);
        for (int page = 0; page < m.pages; page++) {
            int at = m.pteAt(mm, page);
            if (m.layout.table(mm, m.layout.tableOf[page]) != table) {
                continue;
            }
            m.mark(at);
            if (m.s[at] != Pte.NONE) {
                int old = m.s[at];
                m.s[at] = Pte.NONE;
                m.pteChanged(t, mm, page, Pte.NONE);
                if (Pte.present(old) && !Pte.special(old)) {
                    m.touched(Pte.pfn(old));
                }
            }
        }
    }

    /** A page-table page that a PMD entry led to is freed, for a PMD page that counts them. */
    public static void freed(Machine m, int table) {
        if (m.layout.allocatesTables) {
            int pages = m.layout.pmd(m.layout.mmOfTable(table)) + Layout.PTE_PAGES;
            m.tick(pages);
            m.s[pages]--;
        }
    }

    /** I5 at the end: every page-table page that was allocated was freed, or a PMD entry leads to it. */
    static void checkEnd(Machine m, int t) {
        for (int mm = 0; m.layout.allocatesTables && mm < m.mms; mm++) {
            int left = m.s[m.layout.pmd(mm) + Layout.PTE_PAGES];
            for (int table = 0; table < m.layout.tables; table++) {
                left -= m.s[m.layout.table(mm, table) + Layout.PMD];
            }
            if (left != 0) {
                m.violate(Invariant.I5, t, 0, 0);
            }
        }
    }
}
