package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.scenario.Region;
import java.util.Arrays;

/**
 * The reverse map: from a page to the addresses that may map it. A walk is at ({@link Frame#WALK_MM}, {@link Frame#WALK}) and
 * goes through the processes in their order, parents before children, and through each by address.
 *
 * <p>Source: mm/rmap.c, rmap_walk_anon() and rmap_walk_file(); include/linux/rmap.h; mm/memory.c, free_pgtables(), which is where an
 * munmap takes its VMAs out of the reach of rmap, behind its zap; v4.8 to v6.12. The locks of the anon_vma and of the file's i_mmap
 * are left out: a step of the walk sees the VMAs as they are then.
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
                int vma = vma(m, mm, page);
                if (vma != 0 && has(m, vma, page, mapping, filePage, needed)) {
                    m.s[f + Frame.WALK_MM] = mm;
                    m.s[f + Frame.WALK] = page;
                    return true;
                }
            }
            page = 0;
        }
        return false;
    }

    /** First word of the VMA through which a walk finds (mm, page), also while an munmap is at work there; 0 for none. A ghost look. */
    public static int vma(Machine m, int mm, int page) {
        int slot = Vmas.lookup(m, m.mmAt(mm), page);
        if (slot >= 0) {
            return Vmas.at(m.mmAt(mm), slot);
        } else if (m.layout.hasUnmapping()) {
            int vma = m.layout.unmapping(mm, page);
            m.see(vma);
            return m.s[vma + Layout.VMA_END] == 0 ? 0 : vma;
        }
        return 0;
    }

    /** munmap() is about to take the VMAs of {@code [start, end)} out of the tree; rmap finds them until {@link #unlink}. */
    public static void detach(Machine m, int mm, int start, int end) {
        for (int page = start; m.layout.hasUnmapping() && page < end; page++) {
            int slot = Vmas.lookup(m, m.mmAt(mm), page);
            if (slot >= 0) {
                int vma = m.layout.unmapping(mm, page);
                m.mark(vma);
                System.arraycopy(m.s, Vmas.at(m.mmAt(mm), slot), m.s, vma, Layout.VMA_LOCK);
                m.s[vma + Layout.VMA_START] = page;
                m.s[vma + Layout.VMA_END] = page + 1;
            }
        }
    }

    /** unlink_anon_vmas() and unlink_file_vma() of what {@link #detach} left. */
    public static void unlink(Machine m, int mm, int start, int end) {
        for (int page = start; m.layout.hasUnmapping() && page < end; page++) {
            int vma = m.layout.unmapping(mm, page);
            m.mark(vma);
            Arrays.fill(m.s, vma, vma + Layout.VMA_WORDS, 0);
        }
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
