package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.scenario.Region;

/**
 * The reverse map: from a page to the addresses that may map it. A walk is at ({@link Frame#WALK_MM}, {@link Frame#WALK}) and
 * goes through the processes in their order, parents before children, and through each by address.
 *
 * <p>Source: mm/rmap.c, rmap_walk_anon() and rmap_walk_file(); include/linux/rmap.h; v4.8 to v6.12. The locks of the anon_vma and of
 * the file's i_mmap are left out: a step of the walk sees the VMAs as they are then, and one that an unmapping has detached is
 * not found although its PTEs may still be there, which only makes reclaim keep the page.
 */
public final class Rmap {

    private Rmap() {}

    /** Before the first address. */
    public static void begin(Machine m, int f) {
        m.s[f + Frame.WALK_MM] = 0;
        m.s[f + Frame.WALK] = -1;
    }

    /** The next address of an anonymous page: whether there is one. A ghost look. */
    public static boolean nextAnon(Machine m, int f, int pfn) {
        m.see(m.pageAt(pfn) + Layout.MAPPING);
        return next(m, f, m.s[m.pageAt(pfn) + Layout.MAPPING], -1, 0);
    }

    /** The next address that shows a page of a file, in a VMA with all flags of {@code needed}. A ghost look. */
    public static boolean nextFile(Machine m, int f, int filePage, int needed) {
        return next(m, f, 0, filePage, needed | Vmas.FILE);
    }

    private static boolean next(Machine m, int f, int mapping, int filePage, int needed) {
        int mm = m.s[f + Frame.WALK_MM];
        int page = m.s[f + Frame.WALK] + 1;
        for (; mm < m.mms; mm++) {
            for (; page < m.pages; page++) {
                int slot = Vmas.lookup(m, m.mmAt(mm), page);
                if (slot >= 0 && has(m, Vmas.at(m.mmAt(mm), slot), page, mapping, filePage, needed)) {
                    m.s[f + Frame.WALK_MM] = mm;
                    m.s[f + Frame.WALK] = page;
                    return true;
                }
            }
            page = 0;
        }
        return false;
    }

    private static boolean has(Machine m, int vma, int page, int mapping, int filePage, int needed) {
        if (filePage >= 0) {
            return (m.s[vma + Layout.VMA_FLAGS] & needed) == needed && Vmas.filePage(m, vma, page) == filePage;
        }
        return finds(m, vma, page, mapping);
    }

    /** Whether the page with {@code mapping} is found through a VMA, at {@code page}. */
    static boolean finds(Machine m, int vma, int page, int mapping) {
        return (m.s[vma + Layout.VMA_CHAIN] >> PageMapping.anonVma(mapping) & 1) != 0
                && Vmas.index(m, vma, page) == PageMapping.index(mapping);
    }

    /** Of the VMAs that page_mkclean() looks at. */
    public static final int SHARED = Region.SHARED;
}
