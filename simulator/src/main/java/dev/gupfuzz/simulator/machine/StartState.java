package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.scenario.FileSpec;
import dev.gupfuzz.simulator.scenario.Region;
import dev.gupfuzz.simulator.scenario.World;

/** Writes the start world of a scenario into a new state, as the kernel would have it. */
final class StartState {

    /** Bits of the PTE of a page that was written. */
    private final int writtenBits;

    private final Layout layout;
    private final World world;
    private final int[] s;
    /** Flags of an anonymous page that one process alone maps. */
    private final int anonFlags;

    private final int swapBits;
    /** The sequence of a static mm: nothing promises that memory which nobody initialises holds an even number. */
    private final int staticSeq;

    private int nextPfn = 1; // frame 0 is the shared zeropage
    private int nextSlot;

    private StartState(Layout layout, Kernel kernel) {
        this.layout = layout;
        this.world = layout.world;
        this.s = new int[layout.words];
        int exclusive = kernel.has(Rule.ANON_EXCLUSIVE) ? Layout.FLAG_EXCLUSIVE : 0;
        anonFlags = Layout.FLAG_ALLOCATED | Layout.FLAG_ANON | exclusive;
        writtenBits =
                Pte.PRESENT | Pte.WRITE | Pte.DIRTY | Pte.ACCESSED | (layout.tracksSoftDirty ? Pte.SOFT_DIRTY : 0);
        staticSeq = kernel.has(Rule.WRITE_PROTECT_SEQ) && !kernel.has(Rule.STATIC_SEQ_INIT) ? 1 : 0;
        swapBits = kernel.has(Rule.SWP_EXCLUSIVE) ? Pte.SWP_EXCLUSIVE : 0;
    }

    static int[] of(Layout layout, Kernel kernel) {
        StartState start = new StartState(layout, kernel);
        start.write();
        return start.s;
    }

    private void write() {
        s[Sched.PAGE_BASE] = layout.pageBase;
        s[layout.page(0) + Layout.FLAGS] = Layout.FLAG_ALLOCATED;
        s[layout.page(0) + Layout.REFCOUNT] = 1;
        java.util.Arrays.fill(s, layout.refBase, layout.fileRefBase, Contents.UNMAPPED);
        for (int slot = 0; slot < world.swapSlots; slot++) {
            s[layout.swap(slot) + Layout.SWAP_DATA] = -1;
        }
        files();
        for (int mm = 0; mm < layout.mms; mm++) {
            s[layout.mm(mm) + Layout.HAS_PINNED] = world.pinnedBefore.get(mm);
            s[layout.mm(mm) + Layout.SEQ] = world.statics.get(mm) ? staticSeq : 0;
        }
        for (Region region : world.regions) {
            if (region.mapped()) {
                map(region);
            }
        }
        tables();
        s[layout.allocBase + 1] = nextPfn;
        for (int set = 0; set < layout.pins; set++) {
            s[layout.pin(set) + Layout.PIN_NR] = Layout.PIN_UNUSED;
        }
        for (int t = 0; t < layout.threads; t++) {
            int f = layout.frame(t);
            int mm = world.threads.get(t).mm();
            s[f + Frame.PC] = Pc.NOT_STARTED;
            s[f + Frame.MM_AT] = layout.mm(mm);
            s[f + Frame.PTES] = layout.pte(mm, 0);
            s[f + Frame.TLBS] = layout.tlb(layout.cpu(t), 0);
            s[f + Frame.LOCK] = layout.ptl(mm, 0);
        }
    }

    /** The page-table pages: of a process all, or those that something is mapped by, which leaves the others to be allocated. */
    private void tables() {
        for (int mm = 0; mm < layout.mms; mm++) {
            for (int page = 0; page < layout.pages; page++) {
                int table = layout.table(mm, layout.tableOf[page]);
                boolean needed =
                        !world.children.get(mm) && (!layout.allocatesTables || s[layout.pte(mm, page)] != Pte.NONE);
                if (needed && s[table + Layout.PMD] == 0) {
                    s[table + Layout.PMD] = 1;
                    s[table + Layout.TABLE_LIVE] = 1;
                    if (layout.allocatesTables) {
                        s[layout.pmd(mm) + Layout.PTE_PAGES]++;
                    }
                }
            }
        }
    }

    private void files() {
        for (int i = 0; i < world.files.size(); i++) {
            FileSpec file = world.files.get(i);
            s[layout.sizeBase + i] = file.pages();
            for (int k = file.first(); k < file.first() + file.pages(); k++) {
                int token = world.initialFileToken(k);
                s[layout.fileRefBase + k] = token;
                s[layout.file(k) + Layout.FILE_DISK] = token;
                if (file.cached()) {
                    int page = frame(layout.pages + k, token, Layout.FLAG_ALLOCATED | Layout.FLAG_FILE);
                    s[page + Layout.MAPPING] = PageMapping.file(k);
                    s[layout.file(k) + Layout.FILE_CACHE] = nextPfn - 1;
                }
            }
        }
    }

    private void map(Region region) {
        boolean written = region.populated() != Region.Populated.NO && region.populated() != Region.Populated.READ;
        boolean shared = (region.flags() & Region.SHARED) != 0;
        int anonVma = written && !shared ? region.mm() + 1 : 0;
        int mm = layout.mm(region.mm());
        int vma = mm + Layout.VMAS + s[mm + Layout.VMA_COUNT]++ * Layout.VMA_WORDS;
        s[vma + Layout.VMA_START] = region.start();
        s[vma + Layout.VMA_END] = region.end();
        s[vma + Layout.VMA_ANON] = anonVma;
        s[vma + Layout.VMA_CHAIN] = anonVma == 0 ? 0 : 1 << anonVma;
        s[vma + Layout.VMA_FLAGS] = region.flags() | (region.file() != Region.ANON ? Vmas.FILE : 0);
        s[vma + Layout.VMA_PGOFF] = region.file() != Region.ANON ? region.filePage() - region.start() : 0;
        for (int page = region.start(); page < region.end(); page++) {
            int k = region.filePage() + page - region.start();
            s[layout.ref(region.mm(), page)] =
                    region.file() == Region.ANON ? 0 : shared ? Contents.sharedFile(k) : Contents.privateFile(k);
            if (written && !shared) {
                anon(region, page, anonVma, page + s[vma + Layout.VMA_PGOFF]);
            } else if (region.populated() != Region.Populated.NO) {
                read(region, page, k, written);
            }
        }
    }

    private void anon(Region region, int page, int anonVma, int index) {
        int token = world.initialToken(page);
        int mm = region.mm();
        s[layout.ref(mm, page)] = token;
        if (region.populated() == Region.Populated.SWAPPED) {
            int slot = nextSlot++;
            s[layout.swap(slot) + Layout.SWAP_MAP] = 1;
            s[layout.swap(slot) + Layout.SWAP_DATA] = token;
            s[layout.pte(mm, page)] = Pte.swapEntry(slot, swapBits);
            return;
        }
        int frame = frame(page, token, anonFlags);
        s[frame + Layout.MAPCOUNT] = 1;
        s[frame + Layout.MAPPING] = PageMapping.anon(anonVma, index);
        int write = region.populated() == Region.Populated.WRITTEN && (region.flags() & Region.WRITE) != 0
                ? writtenBits
                : writtenBits & ~Pte.WRITE;
        s[layout.pte(mm, page)] = Pte.of(nextPfn - 1, write);
    }

    private void read(Region region, int page, int k, boolean written) {
        int pte = layout.pte(region.mm(), page);
        if (region.file() == Region.ANON) {
            s[pte] = Pte.of(0, Pte.PRESENT | Pte.SPECIAL | Pte.ACCESSED);
            return;
        }
        int pfn = s[layout.file(k) + Layout.FILE_CACHE];
        if (pfn == 0) {
            throw new IllegalStateException("[simulator bug] mapped, but not in the page cache: " + region);
        }
        s[layout.page(pfn) + Layout.REFCOUNT]++;
        s[layout.page(pfn) + Layout.MAPCOUNT]++;
        s[layout.page(pfn) + Layout.FLAGS] |= written ? Layout.FLAG_DIRTY : 0; // as the fault of the store marked it
        s[pte] = Pte.of(pfn, written ? writtenBits : Pte.PRESENT | Pte.ACCESSED);
    }

    /** A new frame with one reference: its first word. */
    private int frame(int vpage, int token, int flags) {
        int page = layout.page(nextPfn++);
        s[page + Layout.REFCOUNT] = 1;
        s[page + Layout.FLAGS] = flags;
        s[page + Layout.CONTENT] = token;
        s[page + Layout.VPAGE] = vpage;
        return page;
    }
}
