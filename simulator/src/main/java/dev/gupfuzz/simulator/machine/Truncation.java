package dev.gupfuzz.simulator.machine;

/**
 * What a truncation means for the claims and the reference memory of every process: the pages beyond the new end of the file are
 * given up as an unmapping gives its pages up. Ghost changes.
 */
public final class Truncation {

    private Truncation() {}

    /** The truncation of a file to pages below {@code end} takes its first step. */
    public static void begins(Machine m, int t, int file, int end) {
        for (int mm = 0; mm < m.mms; mm++) {
            for (int page = 0; page < m.pages; page++) {
                boolean shows = shows(m, mm, page, file, end);
                m.mark(m.layout.truncated(t, mm, page));
                m.s[m.layout.truncated(t, mm, page)] = shows ? 1 : 0;
                if (shows) {
                    Claims.unmapBegins(m, mm, page, page + 1);
                }
            }
        }
    }

    /** A child's mapping, copied while truncations are at work on its parent's, is given up with it. */
    static void inherited(Machine m, int mm, int childMm, int page) {
        for (int t = 0; t < m.threads; t++) {
            m.see(m.layout.truncated(t, mm, page));
            if (m.s[m.layout.truncated(t, mm, page)] != 0) {
                m.mark(m.layout.truncated(t, childMm, page));
                m.s[m.layout.truncated(t, childMm, page)] = 1;
                Claims.unmapBegins(m, childMm, page, page + 1);
            }
        }
    }

    /** It returns: an access beyond the end of the file has nothing to find. */
    public static void ends(Machine m, int t, int file, int end) {
        for (int mm = 0; mm < m.mms; mm++) {
            for (int page = 0; page < m.pages; page++) {
                m.mark(m.layout.truncated(t, mm, page));
                if (m.s[m.layout.truncated(t, mm, page)] != 0) {
                    m.s[m.layout.truncated(t, mm, page)] = 0;
                    Claims.discardEnds(m, mm, page, page + 1);
                }
                if (shows(m, mm, page, file, end)) {
                    Contents.setRef(m, mm, page, Contents.UNMAPPED);
                }
            }
        }
    }

    private static boolean shows(Machine m, int mm, int page, int file, int end) {
        int slot = Vmas.lookup(m, m.mmAt(mm), page);
        int vma = Vmas.at(m.mmAt(mm), Math.max(slot, 0));
        if (slot < 0 || (m.s[vma + Layout.VMA_FLAGS] & Vmas.FILE) == 0) {
            return false;
        }
        int k = Vmas.filePage(m, vma, page);
        return m.layout.fileOf(k) == file && k >= end;
    }
}
