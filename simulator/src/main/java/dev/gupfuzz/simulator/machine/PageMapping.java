package dev.gupfuzz.simulator.machine;

/**
 * What the kernel keeps in {@code page->mapping}, {@code page->index} and {@code page->private}, in one word: the number of the
 * anon_vma or of the file's page plus one, the index within the anon_vma, and the swap slot plus one of a page in the swap cache.
 */
public final class PageMapping {

    private static final int INDEX_SHIFT = 8;
    private static final int SLOT_SHIFT = 24;
    private static final int MASK = 0xff;
    private static final int INDEX_MASK = 0xffff;

    private PageMapping() {}

    /** Of an anonymous page: {@code index} is the virtual page at which its VMA would have it had mremap never moved it. */
    public static int anon(int anonVma, int index) {
        return anonVma | index << INDEX_SHIFT;
    }

    /** Of a page of a file. */
    public static int file(int filePage) {
        return filePage + 1;
    }

    public static int anonVma(int mapping) {
        return mapping & MASK;
    }

    public static int index(int mapping) {
        return mapping >> INDEX_SHIFT & INDEX_MASK;
    }

    public static int filePage(int mapping) {
        return (mapping & MASK) - 1;
    }

    /** The swap slot, or -1. */
    public static int slot(int mapping) {
        return (mapping >>> SLOT_SHIFT) - 1;
    }

    /** With another swap slot; -1 for none. */
    public static int withSlot(int mapping, int slot) {
        return (mapping & ((1 << SLOT_SHIFT) - 1)) | ((slot + 1) << SLOT_SHIFT);
    }
}
