package dev.gupfuzz.simulator.machine;

/**
 * The page cache: for each page of a file the frame that holds it. Each method is the one access of its step.
 *
 * <p>Source: mm/filemap.c, find_get_page(), add_to_page_cache_lru(), __delete_from_page_cache(); v4.8 to v6.12. Not modelled: the tree
 * and its lock, shadow entries, readahead.
 */
public final class PageCache {

    private PageCache() {}

    /** The frame, or 0; without a reference. */
    public static int lookup(Machine m, int filePage) {
        return m.read(m.layout.file(filePage) + Layout.FILE_CACHE);
    }

    /** From {@link #get}: the page is in the cache, and reclaim has frozen its reference count at 0. */
    public static final int FROZEN = -1;

    /**
     * find_get_page(): the frame with a reference to it, or 0; one step, where the kernel takes the reference and looks again. It
     * looks again too while the page is {@link #FROZEN}.
     */
    public static int get(Machine m, int filePage) {
        int pfn = lookup(m, filePage);
        return pfn == 0 || Memory.getFound(m, pfn) ? pfn : FROZEN;
    }

    /** add_to_page_cache_locked() of a page that nobody else can see: whether there was none before. The cache takes the reference of its allocation. */
    public static boolean add(Machine m, int filePage, int pfn) {
        int at = m.layout.file(filePage) + Layout.FILE_CACHE;
        m.rmw(at);
        if (m.s[at] != 0) {
            return false;
        }
        int frame = m.pageAt(pfn);
        m.mark(frame + Layout.FLAGS);
        m.mark(frame + Layout.MAPPING);
        m.mark(frame + Layout.REFCOUNT);
        m.mark(m.layout.tenancy(pfn));
        m.s[at] = pfn;
        m.s[frame + Layout.FLAGS] |= Layout.FLAG_FILE | Layout.FLAG_LOCKED;
        m.s[frame + Layout.MAPPING] = PageMapping.file(filePage);
        m.s[frame + Layout.REFCOUNT]++;
        m.touched(pfn);
        return true;
    }

    /** __delete_from_page_cache() of a locked page; the cache's reference is the caller's. */
    public static void delete(Machine m, int filePage, int pfn) {
        m.write(m.layout.file(filePage) + Layout.FILE_CACHE, 0);
        removed(m, filePage, pfn);
    }

    /** As {@link #delete}, beside the access of the step. */
    public static void removed(Machine m, int filePage, int pfn) {
        m.mark(m.layout.file(filePage) + Layout.FILE_CACHE);
        m.s[m.layout.file(filePage) + Layout.FILE_CACHE] = 0;
        m.mark(m.pageAt(pfn) + Layout.FLAGS);
        m.s[m.pageAt(pfn) + Layout.FLAGS] &= ~Layout.FLAG_FILE;
        m.touched(pfn);
    }
}
