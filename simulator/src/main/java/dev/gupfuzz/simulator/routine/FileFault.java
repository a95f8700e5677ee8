package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.PageCache;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.FileSpec;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * A fault where nothing is mapped of a file: the page comes from the page cache or from the disk, locked, and a read maps it; a write
 * through a private mapping maps a copy. {@link SharedFault} goes on with a write through a shared mapping.
 *
 * <p>Source: mm/memory.c, do_read_fault(), do_cow_fault(); mm/filemap.c, filemap_fault(); mm/shmem.c, shmem_fault() with userfaultfd's
 * minor faults; v4.8 to v6.12. A lookup of the page cache takes its reference in one step. A new page of shmem is unlocked for a
 * moment, as one that was read from disk; a minor fault does not lock the page that it finds, as from v6.4 on, and gives the page for
 * the copy back before it waits. Not modelled: fault-around, readahead, read errors, the invalidate lock (v5.15 on), the look at the
 * PTE before a page is read (v6.12), shmem pages in swap, filesystems that copy themselves (DAX), huge pages.
 */
final class FileFault {

    private static final int UFFD_MINOR = Rule.UFFD_MINOR.ordinal();

    private static final String FAULT = "filemap_fault";
    private static final String FINISH = "finish_fault";
    private static final String COW = "do_cow_fault";

    private static final int ANON_VMA = Pc.FILE_FAULT;
    private static final int ALLOC_COPY = Pc.FILE_FAULT | 1;
    private static final int SIZE = Pc.FILE_FAULT | 2;
    private static final int LOOKUP = Pc.FILE_FAULT | 3;
    private static final int ALLOC = Pc.FILE_FAULT | 4;
    private static final int ADD = Pc.FILE_FAULT | 5;
    private static final int PUT_UNUSED = Pc.FILE_FAULT | 6;
    private static final int READ_PAGE = Pc.FILE_FAULT | 7;
    private static final int READ_DONE = Pc.FILE_FAULT | 8;
    private static final int LOCK_PAGE = Pc.FILE_FAULT | 9 | Pc.ON_PAGE;
    private static final int STILL_THERE = Pc.FILE_FAULT | 10;
    private static final int UNLOCK_RETRY = Pc.FILE_FAULT | 11;
    private static final int PUT_RETRY = Pc.FILE_FAULT | 12;
    private static final int PUT_MINOR = Pc.FILE_FAULT | 13;
    private static final int COPY_PAGE = Pc.FILE_FAULT | 14;
    static final int UNLOCK_PAGE = Pc.FILE_FAULT | 20;
    private static final int PUT_PAGE = Pc.FILE_FAULT | 21;
    private static final int PUT_COPY = Pc.FILE_FAULT | 22;

    private FileFault() {}

    static void declare() {
        Labels.define(
                ANON_VMA, COW, "ANON_VMA", Target.VMA, "anon_vma_prepare(vma)", new PrepareAnonVma(ALLOC_COPY, false));
        Labels.define(
                ALLOC_COPY, COW, "ALLOC_COPY", Target.ALLOCATOR, "vmf->cow_page = alloc_page_vma()", new AllocCopy());
        Labels.define(SIZE, FAULT, "SIZE", Target.FILE, "offset >= i_size_read(inode)", new Size());
        Labels.define(LOOKUP, FAULT, "LOOKUP", Target.FILE, "page = find_get_page(mapping, offset)", new Lookup());
        Labels.define(ALLOC, FAULT, "ALLOC", Target.ALLOCATOR, "page = __page_cache_alloc()", new Alloc());
        Labels.define(ADD, FAULT, "ADD", Target.FILE, "add_to_page_cache_lru(page, ...)", new Add());
        Labels.define(PUT_UNUSED, FAULT, "PUT_UNUSED", Target.REFCOUNT, "put_page(page) (not added)", new PutUnused());
        Labels.define(
                READ_PAGE, FAULT, "READ_PAGE", Target.FILE, "mapping->a_ops->readpage(file, page)", new ReadPage());
        Labels.define(READ_DONE, "end_page_read", "READ_DONE", Target.PAGE_LOCK, "unlock_page(page)", new ReadDone());
        Labels.define(
                LOCK_PAGE, FAULT, "LOCK_PAGE", Target.PAGE_LOCK, "lock_page_maybe_drop_mmap(...)", new LockPage());
        Labels.define(
                STILL_THERE,
                FAULT,
                "STILL_THERE",
                Target.FILE,
                "page->mapping != mapping || offset >= max_off",
                new StillThere());
        Labels.define(
                UNLOCK_RETRY,
                FAULT,
                "UNLOCK_RETRY",
                Target.PAGE_LOCK,
                "unlock_page(page) (truncated)",
                new UnlockRetry());
        Labels.define(PUT_RETRY, FAULT, "PUT_RETRY", Target.REFCOUNT, "put_page(page) (truncated)", new PutRetry());
        Labels.define(
                PUT_MINOR,
                "shmem_getpage_gfp",
                "PUT_MINOR",
                Target.REFCOUNT,
                "put_page(page); handle_userfault(vmf, VM_UFFD_MINOR)",
                new PutMinor());
        Labels.define(
                COPY_PAGE,
                COW,
                "COPY_PAGE",
                Target.CONTENT,
                "copy_user_highpage(vmf->cow_page, vmf->page, ...)",
                new CopyPage());
        Labels.define(UNLOCK_PAGE, FINISH, "UNLOCK_PAGE", Target.PAGE_LOCK, "unlock_page(vmf->page)", new UnlockPage());
        Labels.define(PUT_PAGE, FINISH, "PUT_PAGE", Target.REFCOUNT, "put_page(vmf->page)", new PutPage());
        Labels.define(PUT_COPY, COW, "PUT_COPY", Target.REFCOUNT, "put_page(vmf->cow_page)", new PutCopy());
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), ANON_VMA);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), ALLOC_COPY, ALLOC);
        Labels.pending(PendingAccess.read((m, t, f) -> size(m, f)), SIZE);
        Labels.pending(PendingAccess.read(Places.file(Layout.FILE_CACHE)), LOOKUP, STILL_THERE);
        Labels.pending(PendingAccess.rmw(Places.file(Layout.FILE_CACHE)), ADD);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)),
                PUT_UNUSED,
                PUT_RETRY,
                PUT_MINOR,
                PUT_PAGE);
        Labels.pending(PendingAccess.read(Places.file(Layout.FILE_DISK)), READ_PAGE);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), READ_DONE, UNLOCK_RETRY, UNLOCK_PAGE);
        Labels.pending(PendingAccess.rmw(Places.LOCK), LOCK_PAGE);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.CONTENT)), COPY_PAGE);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.NEW_PFN, Layout.REFCOUNT)), PUT_COPY);
    }

    /** Nothing is mapped at PAGE of a VMA of a file. */
    static int begin(Machine m, int f) {
        aimFile(m, f);
        m.s[f + Frame.FRESH] = 0;
        return isCow(m, f) ? ANON_VMA : SIZE;
    }

    /** FILE_PAGE of the fault; the VMA cannot change under it. */
    static void aimFile(Machine m, int f) {
        int mm = m.mmOf(f);
        int page = m.s[f + Frame.PAGE];
        m.s[f + Frame.FILE_PAGE] = Vmas.filePage(m, Vmas.at(mm, Vmas.lookup(m, mm, page)), page);
    }

    /** A write through a private mapping. */
    static boolean isCow(Machine m, int f) {
        return m.s[f + Frame.IS_WRITE] != 0 && (m.s[f + Frame.VM_FLAGS] & Region.SHARED) == 0;
    }

    static boolean isSharedWrite(Machine m, int f) {
        return m.s[f + Frame.IS_WRITE] != 0 && (m.s[f + Frame.VM_FLAGS] & Region.SHARED) != 0;
    }

    /** The file of FILE_PAGE. */
    static int file(Machine m, int f) {
        int page = m.s[f + Frame.FILE_PAGE];
        int file = 0;
        while (page
                >= m.layout.world.files.get(file).first()
                        + m.layout.world.files.get(file).pages()) {
            file++;
        }
        return file;
    }

    static FileSpec spec(Machine m, int f) {
        return m.layout.world.files.get(file(m, f));
    }

    private static int size(Machine m, int f) {
        return m.layout.sizeBase + file(m, f);
    }

    private static boolean beyond(Machine m, int f, int pages) {
        return m.s[f + Frame.FILE_PAGE] - spec(m, f).first() >= pages;
    }

    private static final class AllocCopy extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = Memory.alloc(m, t, pc, m.s[f + Frame.PAGE]);
            m.s[m.pageAt(pfn) + Layout.CONTENT] = 0;
            m.s[f + Frame.NEW_PFN] = pfn;
            return SIZE;
        }
    }

    private static final class Size extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (beyond(m, f, m.read(size(m, f)))) {
                m.s[f + Frame.FAULT_RESULT] = Frame.FAULT_ERROR;
                return failed(m, f);
            }
            return LOOKUP;
        }
    }

    private static final class Lookup extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = PageCache.get(m, m.s[f + Frame.FILE_PAGE]);
            if (pfn == PageCache.FROZEN) {
                return LOOKUP;
            }
            m.s[f + Frame.TARGET_PFN] = pfn;
            if (pfn == 0) {
                return ALLOC;
            }
            if ((m.s[f + Frame.VM_FLAGS] & Region.UFFD_MINOR) != 0 && m.has(UFFD_MINOR)) {
                return PUT_MINOR;
            }
            Locks.aimPage(m, f, pfn);
            return LOCK_PAGE;
        }
    }

    private static final class PutMinor extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            m.s[f + Frame.FRESH] = 1; // the monitor has to be asked
            return isCow(m, f) ? PUT_COPY : UserfaultWait.begin(m, f);
        }
    }

    private static final class Alloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = Memory.alloc(m, t, pc, m.pages + m.s[f + Frame.FILE_PAGE]);
            m.s[m.pageAt(pfn) + Layout.CONTENT] = 0;
            m.s[f + Frame.TARGET_PFN] = pfn;
            return ADD;
        }
    }

    private static final class Add extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (!PageCache.add(m, m.s[f + Frame.FILE_PAGE], m.s[f + Frame.TARGET_PFN])) {
                return PUT_UNUSED;
            }
            return READ_PAGE;
        }
    }

    private static final class PutUnused extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return SIZE;
        }
    }

    private static final class ReadPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.CONTENT;
            m.mark(at);
            m.s[at] = m.read(m.layout.file(m.s[f + Frame.FILE_PAGE]) + Layout.FILE_DISK);
            return READ_DONE;
        }
    }

    private static final class ReadDone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            Locks.aimPage(m, f, m.s[f + Frame.TARGET_PFN]);
            return LOCK_PAGE;
        }
    }

    private static final class LockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            return STILL_THERE;
        }
    }

    private static final class StillThere extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.see(size(m, f));
            boolean there =
                    m.read(m.layout.file(m.s[f + Frame.FILE_PAGE]) + Layout.FILE_CACHE) == m.s[f + Frame.TARGET_PFN];
            if (!there || beyond(m, f, m.s[size(m, f)])) {
                return UNLOCK_RETRY; // where the file ends now is looked up again
            }
            if (isSharedWrite(m, f)) {
                return SharedFault.beginFault(m, t, f);
            }
            return isCow(m, f) ? COPY_PAGE : FinishFault.begin(m, t, f);
        }
    }

    private static final class UnlockRetry extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return PUT_RETRY;
        }
    }

    private static final class PutRetry extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return SIZE;
        }
    }

    private static final class CopyPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int copy = m.pageAt(m.s[f + Frame.NEW_PFN]) + Layout.CONTENT;
            m.mark(copy);
            m.s[copy] = m.read(m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.CONTENT);
            return FinishFault.begin(m, t, f);
        }
    }

    private static final class UnlockPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            boolean kept = m.s[f + Frame.REUSED] != 0 && !isCow(m, f); // the mapping's reference
            return kept ? m.s[f + Frame.FAULT_RET] : PUT_PAGE;
        }
    }

    private static final class PutPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return m.s[f + Frame.REUSED] != 0 ? m.s[f + Frame.FAULT_RET] : failed(m, f);
        }
    }

    /** Nothing was mapped: the copy that was to be goes away. */
    private static int failed(Machine m, int f) {
        m.s[f + Frame.REUSED] = 0;
        return isCow(m, f) ? PUT_COPY : m.s[f + Frame.FAULT_RET];
    }

    private static final class PutCopy extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.NEW_PFN], 1);
            return m.s[f + Frame.FRESH] != 0 ? UserfaultWait.begin(m, f) : m.s[f + Frame.FAULT_RET];
        }
    }
}
