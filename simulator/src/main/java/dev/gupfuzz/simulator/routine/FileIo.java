package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Contents;
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
import dev.gupfuzz.simulator.machine.PendingAccess.Place;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Rmap;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.FileSpec;
import dev.gupfuzz.simulator.scenario.Op;

/**
 * read(2) and write(2) of one page of a file through the page cache, and its writeback.
 *
 * <p>Source: mm/filemap.c, generic_file_read_iter() (filemap_read()) and generic_perform_write(); mm/page-writeback.c,
 * write_cache_pages() and clear_page_dirty_for_io(); mm/rmap.c, page_mkclean(), page_mkclean_one(); v4.8, v5.11 and v6.12. A read takes the page lock here
 * in every case, where the kernel takes it only for a page that is not up to date; writeback is over at once, under the page
 * lock. A write extends no file and brings the page in first, as a write of a part of it does; a read of
 * shmem allocates a page for a hole. Not modelled: file systems, readahead,
 * buffers, PG_writeback.
 */
final class FileIo {

    private static final int RMAP_NOTIFIES = Rule.RMAP_NOTIFIES.ordinal();
    private static final int RMAP_NOTIFIES_AROUND = Rule.RMAP_NOTIFIES_AROUND.ordinal();

    private static final String FIND = "pagecache_get_page";
    private static final String READ = "generic_file_read";
    private static final String WRITE = "generic_perform_write";
    private static final String BACK = "write_cache_pages";
    private static final String CLEAN = "page_mkclean_one";

    static final int LOOKUP = Pc.FILE_IO;
    static final int GET = Pc.FILE_IO | 1;
    static final int LOCK = Pc.FILE_IO | 2 | Pc.ON_PAGE;
    static final int CHECK = Pc.FILE_IO | 3;
    static final int UNLOCK_GONE = Pc.FILE_IO | 4;
    static final int PUT_GONE = Pc.FILE_IO | 5;
    static final int ALLOC = Pc.FILE_IO | 6;
    static final int ADD = Pc.FILE_IO | 7;
    static final int PUT_NEW = Pc.FILE_IO | 8;
    static final int READ_DISK = Pc.FILE_IO | 9;
    static final int SIZE = Pc.FILE_IO | 10;
    static final int COPY_OUT = Pc.FILE_IO | 11;
    static final int COPY_IN = Pc.FILE_IO | 12;
    static final int SET_DIRTY = Pc.FILE_IO | 13;
    static final int UNLOCK = Pc.FILE_IO | 14;
    static final int PUT = Pc.FILE_IO | 15;
    static final int DIRTY = Pc.FILE_IO | 16;
    static final int MKCLEAN_PTL = Pc.FILE_IO | 17 | Pc.ON_PTL;
    static final int MKCLEAN_CHECK = Pc.FILE_IO | 18;
    static final int MKCLEAN_CLEAR = Pc.FILE_IO | 19;
    static final int MKCLEAN_SET = Pc.FILE_IO | 20;
    static final int MKCLEAN_UNLOCK = Pc.FILE_IO | 21;
    static final int CLEAR_DIRTY = Pc.FILE_IO | 22;
    static final int WRITE_DISK = Pc.FILE_IO | 23;
    static final int RELOAD = Pc.FILE_IO | 24;
    static final int MKCLEAN_MAPPED = Pc.FILE_IO | 25;

    private FileIo() {}

    static void declare() {
        Labels.define(LOOKUP, FIND, "LOOKUP", Target.FILE, "page = find_get_entry(mapping, index)", new Lookup());
        Labels.define(GET, FIND, "GET", Target.REFCOUNT, "page_cache_get_speculative(page)", new Get());
        Labels.define(RELOAD, FIND, "RELOAD", Target.FILE, "page != xas_reload(&xas)", new Reload());
        Labels.define(LOCK, FIND, "LOCK", Target.PAGE_LOCK, "lock_page(page)", new Lock());
        Labels.define(CHECK, FIND, "CHECK", Target.FILE, "page->mapping != mapping", new Check());
        Labels.define(UNLOCK_GONE, FIND, "UNLOCK_GONE", Target.PAGE_LOCK, "unlock_page(page); retry", new UnlockGone());
        Labels.define(PUT_GONE, FIND, "PUT_GONE", Target.REFCOUNT, "put_page(page); goto repeat", new PutGone());
        Labels.define(ALLOC, FIND, "ALLOC", Target.ALLOCATOR, "page = __page_cache_alloc(gfp_mask)", new Alloc());
        Labels.define(ADD, FIND, "ADD", Target.FILE, "add_to_page_cache_lru(page, mapping, index)", new Add());
        Labels.define(PUT_NEW, FIND, "PUT_NEW", Target.REFCOUNT, "put_page(page); -EEXIST", new PutGone());
        Labels.define(
                READ_DISK, FIND, "READ_DISK", Target.FILE, "mapping->a_ops->readpage(file, page)", new ReadDisk());
        Labels.define(SIZE, READ, "SIZE", Target.FILE, "isize = i_size_read(inode)", new Size());
        Labels.define(COPY_OUT, READ, "COPY", Target.CONTENT, "copy_page_to_iter(page)", new CopyOut());
        Labels.define(COPY_IN, WRITE, "COPY", Target.CONTENT, "copy_page_from_iter_atomic(page)", new CopyIn());
        Labels.define(SET_DIRTY, WRITE, "SET_DIRTY", Target.PAGE_LOCK, "set_page_dirty(page)", new SetDirty());
        Labels.define(UNLOCK, FIND, "UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new Unlock());
        Labels.define(PUT, FIND, "PUT", Target.REFCOUNT, "put_page(page)", new Put());
        Labels.define(DIRTY, BACK, "DIRTY", Target.PAGE_LOCK, "PageDirty(page)", new IsDirty());
        Labels.define(
                MKCLEAN_MAPPED, "page_mkclean", "MAPPED", Target.MAPCOUNT, "page_mapped(page)", new MkcleanMapped());
        Labels.define(MKCLEAN_PTL, CLEAN, "PTL", Target.PTL, "spin_lock(pvmw->ptl)", new MkcleanPtl());
        Labels.define(
                MKCLEAN_CHECK, CLEAN, "CHECK", Target.PTE, "pte_dirty(*pte) || pte_write(*pte)", new MkcleanCheck());
        Labels.define(
                MKCLEAN_CLEAR,
                CLEAN,
                "CLEAR",
                Target.PTE,
                "entry = ptep_clear_flush(vma, address, pte)",
                new MkcleanClear());
        Labels.define(
                MKCLEAN_SET,
                CLEAN,
                "SET",
                Target.PTE,
                "set_pte_at(..., pte_mkclean(pte_wrprotect(entry)))",
                new MkcleanSet());
        Labels.define(MKCLEAN_UNLOCK, CLEAN, "PTL_UNLOCK", Target.PTL, "spin_unlock(pvmw->ptl)", new MkcleanUnlock());
        Labels.define(CLEAR_DIRTY, BACK, "CLEAR_DIRTY", Target.PAGE_LOCK, "TestClearPageDirty(page)", new ClearDirty());
        Labels.define(WRITE_DISK, BACK, "WRITE_DISK", Target.CONTENT, "(*writepage)(page, wbc, data)", new WriteDisk());
        Place cache = (m, t, f) -> m.layout.file(filePage(m, f)) + Layout.FILE_CACHE;
        Place pte = (m, t, f) -> m.pteAt(m.s[f + Frame.WALK_MM], m.s[f + Frame.WALK]);
        Labels.pending(PendingAccess.read(cache), LOOKUP, RELOAD, CHECK);
        Labels.pending(PendingAccess.rmw(cache), ADD);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), GET, PUT, PUT_GONE, PUT_NEW);
        Labels.pending(PendingAccess.rmw(Places.LOCK), LOCK, MKCLEAN_PTL, MKCLEAN_UNLOCK);
        Labels.pending(
                PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)),
                UNLOCK,
                UNLOCK_GONE,
                SET_DIRTY,
                CLEAR_DIRTY);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), DIRTY);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.MAPCOUNT)), MKCLEAN_MAPPED);
        Labels.pending(PendingAccess.rmw(Places.ALLOCATOR), ALLOC);
        Labels.pending(PendingAccess.read((m, t, f) -> m.layout.file(filePage(m, f)) + Layout.FILE_DISK), READ_DISK);
        Labels.pending(PendingAccess.read((m, t, f) -> m.layout.sizeBase + file(m, filePage(m, f))), SIZE);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.CONTENT)), COPY_OUT, WRITE_DISK);
        Labels.pending(PendingAccess.write(Places.frame(Frame.TARGET_PFN, Layout.CONTENT)), COPY_IN);
        Labels.pending(PendingAccess.read(pte), MKCLEAN_CHECK);
        Labels.pending(PendingAccess.rmw(pte), MKCLEAN_CLEAR);
        Labels.pending(PendingAccess.write(pte), MKCLEAN_SET);
    }

    /** The first step of a row: {@code Op.FILE_READ}, {@code Op.FILE_WRITE} or {@code Op.WRITEBACK}. */
    static int begin(Machine m, int t, int f) {
        boolean shmem = m.layout.world.files.get(file(m, filePage(m, f))).shmem();
        return Program.operand(m, f, 0) == Op.WRITEBACK && shmem ? Program.NOTHING : LOOKUP;
    }

    private static int filePage(Machine m, int f) {
        return Program.operand(m, f, 1);
    }

    /** The file that a page belongs to. */
    private static int file(Machine m, int filePage) {
        int file = 0;
        while (filePage >= first(m, file) + m.layout.world.files.get(file).pages()) {
            file++;
        }
        return file;
    }

    private static int first(Machine m, int file) {
        FileSpec spec = m.layout.world.files.get(file);
        return spec.first();
    }

    private static int frame(Machine m, int f) {
        return m.pageAt(m.s[f + Frame.TARGET_PFN]);
    }

    private static final class Lookup extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            m.s[f + Frame.TARGET_PFN] = PageCache.lookup(m, filePage(m, f));
            if (m.s[f + Frame.TARGET_PFN] != 0) {
                return GET;
            }
            return Program.operand(m, f, 0) == Op.WRITEBACK ? Program.next(m, t) : ALLOC;
        }
    }

    private static final class Get extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (!Memory.getUnlessZero(m, m.s[f + Frame.TARGET_PFN])) {
                return LOOKUP;
            }
            return RELOAD;
        }
    }

    /** The page was free, and another's, between the lookup and the reference. */
    private static final class Reload extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (PageCache.lookup(m, filePage(m, f)) != m.s[f + Frame.TARGET_PFN]) {
                return PUT_GONE;
            }
            Locks.aimPage(m, f, m.s[f + Frame.TARGET_PFN]);
            return LOCK;
        }
    }

    private static final class Lock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            return CHECK;
        }
    }

    private static final class Check extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (PageCache.lookup(m, filePage(m, f)) != m.s[f + Frame.TARGET_PFN]) {
                return UNLOCK_GONE;
            }
            return locked(m, f);
        }
    }

    private static final class UnlockGone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return PUT_GONE;
        }
    }

    private static final class PutGone extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return LOOKUP;
        }
    }

    private static final class Alloc extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = Memory.alloc(m, t, pc, m.pages + filePage(m, f));
            m.s[m.pageAt(pfn) + Layout.CONTENT] = 0;
            m.s[f + Frame.TARGET_PFN] = pfn;
            return ADD;
        }
    }

    private static final class Add extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return PageCache.add(m, filePage(m, f), m.s[f + Frame.TARGET_PFN]) ? READ_DISK : PUT_NEW;
        }
    }

    private static final class ReadDisk extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.mark(frame(m, f) + Layout.CONTENT);
            m.s[frame(m, f) + Layout.CONTENT] = m.read(m.layout.file(filePage(m, f)) + Layout.FILE_DISK);
            return locked(m, f);
        }
    }

    /** The page is there, up to date and locked. */
    private static int locked(Machine m, int f) {
        switch (Program.operand(m, f, 0)) {
            case Op.FILE_READ:
                return SIZE;
            case Op.FILE_WRITE:
                return COPY_IN;
            default:
                return DIRTY;
        }
    }

    private static final class Size extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int file = file(m, filePage(m, f));
            return filePage(m, f) - first(m, file) < m.read(m.layout.sizeBase + file) ? COPY_OUT : UNLOCK;
        }
    }

    private static final class CopyOut extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int seen = Contents.fileLoad(m, t, filePage(m, f), m.s[f + Frame.TARGET_PFN]);
            Contents.expect(
                    m, t, 0, seen, Program.operand(m, f, 2), Program.operand(m, f, 3), Program.operand(m, f, 4));
            return UNLOCK;
        }
    }

    private static final class CopyIn extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int token = Program.operand(m, f, 2);
            m.write(frame(m, f) + Layout.CONTENT, token);
            Contents.fileStored(m, filePage(m, f), token);
            return SET_DIRTY;
        }
    }

    private static final class SetDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(frame(m, f) + Layout.FLAGS);
            m.s[frame(m, f) + Layout.FLAGS] |= Layout.FLAG_DIRTY;
            return UNLOCK;
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.TARGET_PFN]);
            return PUT;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return Program.next(m, t);
        }
    }

    private static final class IsDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if ((m.read(frame(m, f) + Layout.FLAGS) & Layout.FLAG_DIRTY) == 0) {
                return UNLOCK; // somebody wrote it already
            }
            return MKCLEAN_MAPPED;
        }
    }

    private static final class MkcleanMapped extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            if (m.read(frame(m, f) + Layout.MAPCOUNT) == 0) {
                return CLEAR_DIRTY;
            }
            Rmap.begin(m, f);
            return next(m, t, f);
        }
    }

    /** The next shared mapping, or the end of page_mkclean(). */
    private static int next(Machine m, int t, int f) {
        if (!Rmap.nextFile(m, f, filePage(m, f), Rmap.SHARED)) {
            return CLEAR_DIRTY;
        }
        int mm = m.s[f + Frame.WALK_MM];
        int page = m.s[f + Frame.WALK];
        Locks.aim(m, f, mm, page);
        boolean around = m.has(RMAP_NOTIFIES_AROUND);
        int first = m.resched(MKCLEAN_PTL);
        return around ? MmuNotifier.start(m, t, f, RMAP_NOTIFIES, mm, page, page + 1, first) : first;
    }

    private static final class MkcleanPtl extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlLock(m, t);
            return MKCLEAN_CHECK;
        }
    }

    private static final class MkcleanCheck extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.read(m.pteAt(m.s[f + Frame.WALK_MM], m.s[f + Frame.WALK]));
            boolean maps = Pte.maps(pte, m.s[f + Frame.TARGET_PFN]);
            boolean cleans = maps && (Pte.dirty(pte) || Pte.write(pte));
            if (!cleans && m.layout.secondaryMm >= 0) {
                m.s[f + Frame.PTE] = Pte.NONE; // there is nothing to tell
            }
            return cleans ? MKCLEAN_CLEAR : MKCLEAN_UNLOCK;
        }
    }

    private static final class MkcleanClear extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int mm = m.s[f + Frame.WALK_MM];
            int page = m.s[f + Frame.WALK];
            m.s[f + Frame.PTE] = m.clearForAMoment(t, mm, page);
            return TlbFlush.begin(m, t, f, mm, page, page + 1, MKCLEAN_SET);
        }
    }

    private static final class MkcleanSet extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = Pte.wrprotect(m.s[f + Frame.PTE]) & ~Pte.DIRTY;
            m.setAgain(t, m.s[f + Frame.WALK_MM], m.s[f + Frame.WALK], pte);
            return MKCLEAN_UNLOCK;
        }
    }

    private static final class MkcleanUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.ptlUnlock(m, t);
            int mm = m.s[f + Frame.WALK_MM];
            int page = m.s[f + Frame.WALK];
            boolean cleaned = m.s[f + Frame.PTE] != Pte.NONE;
            int next = next(m, t, f);
            if (m.has(RMAP_NOTIFIES_AROUND)) {
                return MmuNotifier.end(m, t, f, RMAP_NOTIFIES, mm, next);
            }
            return cleaned ? MmuNotifier.page(m, t, f, RMAP_NOTIFIES, mm, page, next) : next;
        }
    }

    private static final class ClearDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(frame(m, f) + Layout.FLAGS);
            m.s[frame(m, f) + Layout.FLAGS] &= ~Layout.FLAG_DIRTY;
            return WRITE_DISK;
        }
    }

    private static final class WriteDisk extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int disk = m.layout.file(filePage(m, f)) + Layout.FILE_DISK;
            int token = m.read(frame(m, f) + Layout.CONTENT);
            m.mark(disk);
            m.s[disk] = token;
            return UNLOCK;
        }
    }
}
