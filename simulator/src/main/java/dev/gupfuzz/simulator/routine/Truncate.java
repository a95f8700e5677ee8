package dev.gupfuzz.simulator.routine;

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
import dev.gupfuzz.simulator.machine.Rmap;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Truncation;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * ftruncate(2) that makes a file shorter: the new size first, then every mapping of what is beyond it, then the page cache, then
 * the mappings again, for private pages that were copied meanwhile.
 *
 * <p>Source: mm/truncate.c, truncate_setsize(), truncate_pagecache(), truncate_inode_pages_range(), truncate_inode_page(); mm/memory.c,
 * unmap_mapping_range(), unmap_mapping_pages(); mm/shmem.c, shmem_setattr(), which has the same order; v4.8 to v6.12. Processes are
 * visited parents before children, addresses upwards. Not modelled: the locks of the inode and of i_mmap (one truncation of a file at
 * a time), a larger size, a part of a page, pages under writeback, that swap entries of private copies stayed behind until v5.17,
 * that the scan begins anew until it finds nothing (here it goes over the pages once), that v4.8 unmaps a page before it looks whether
 * it is still the file's.
 */
final class Truncate {

    private static final String SETSIZE = "truncate_setsize";
    private static final String RANGE = "truncate_inode_pages_range";
    private static final String PAGE = "truncate_inode_page";

    static final int SET_SIZE = Pc.TRUNCATE;
    static final int FIND_PAGE = Pc.TRUNCATE | 1;
    static final int PAGE_LOCK = Pc.TRUNCATE | 2 | Pc.ON_PAGE;
    static final int STILL_THERE = Pc.TRUNCATE | 3;
    static final int MAPPED = Pc.TRUNCATE | 4;
    static final int DELETE = Pc.TRUNCATE | 5;
    static final int PUT_CACHE = Pc.TRUNCATE | 6;
    static final int PAGE_UNLOCK = Pc.TRUNCATE | 7;
    static final int PUT = Pc.TRUNCATE | 8;
    static final int NEXT_VMA = Pc.TRUNCATE | 9;
    static final int END = Pc.TRUNCATE | 10;

    // ---- in COUNT

    private static final int FIRST_PASS = 0;
    private static final int PAGES = 1;
    private static final int LAST_PASS = 2;

    private Truncate() {}

    static void declare() {
        Labels.define(SET_SIZE, SETSIZE, "SET_SIZE", Target.FILE, "i_size_write(inode, newsize)", new SetSize());
        Labels.define(
                NEXT_VMA,
                "unmap_mapping_range_tree",
                "NEXT_VMA",
                Target.VMA,
                "vma_interval_tree_foreach(vma, root, ...)",
                new NextVma());
        Labels.define(FIND_PAGE, RANGE, "FIND_PAGE", Target.FILE, "pagevec_lookup_entries(...)", new FindPage());
        Labels.define(PAGE_LOCK, RANGE, "PAGE_LOCK", Target.PAGE_LOCK, "lock_page(page)", new PageLock());
        Labels.define(STILL_THERE, PAGE, "STILL_THERE", Target.FILE, "page->mapping != mapping", new StillThere());
        Labels.define(MAPPED, PAGE, "MAPPED", Target.MAPCOUNT, "page_mapped(page)", new Mapped());
        Labels.define(DELETE, PAGE, "DELETE", Target.FILE, "delete_from_page_cache(page)", new Delete());
        Labels.define(PUT_CACHE, PAGE, "PUT_CACHE", Target.REFCOUNT, "put_page(page) (the cache's)", new PutCache());
        Labels.define(PAGE_UNLOCK, RANGE, "PAGE_UNLOCK", Target.PAGE_LOCK, "unlock_page(page)", new PageUnlock());
        Labels.define(PUT, RANGE, "PUT", Target.REFCOUNT, "pagevec_release(&pvec)", new Put());
        Labels.define(END, "do_truncate", "END", Target.FILE, "inode_unlock(dentry->d_inode)", new End());
        PendingAccess.Place size = (m, t, f) -> m.layout.sizeBase + Program.operand(m, f, 1);
        PendingAccess.Place cache = (m, t, f) -> m.layout.file(m.s[f + Frame.FILE_PAGE]) + Layout.FILE_CACHE;
        Labels.pending(PendingAccess.write(size), SET_SIZE);
        Labels.pending(PendingAccess.rmw(size), END);
        Labels.pending(PendingAccess.read((m, t, f) -> m.mmAt(m.s[f + Frame.WALK_MM]) + Layout.VMA_COUNT), NEXT_VMA);
        Labels.pending(PendingAccess.read(cache), FIND_PAGE, STILL_THERE);
        Labels.pending(PendingAccess.write(cache), DELETE);
        Labels.pending(PendingAccess.rmw(Places.LOCK), PAGE_LOCK);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.NEW_PFN, Layout.FLAGS)), PAGE_UNLOCK);
        Labels.pending(PendingAccess.read(Places.frame(Frame.NEW_PFN, Layout.MAPCOUNT)), MAPPED);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.NEW_PFN, Layout.REFCOUNT)), PUT_CACHE, PUT);
    }

    static int begin() {
        return SET_SIZE;
    }

    private static int file(Machine m, int f) {
        return Program.operand(m, f, 1);
    }

    /** The first page among all files' pages that the file loses. */
    private static int first(Machine m, int f) {
        return m.layout.world.files.get(file(m, f)).first() + Program.operand(m, f, 2);
    }

    private static int last(Machine m, int f) {
        return m.layout.world.files.get(file(m, f)).first()
                + m.layout.world.files.get(file(m, f)).pages()
                - 1;
    }

    private static final class SetSize extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            m.write(m.layout.sizeBase + file(m, f), Program.operand(m, f, 2));
            Truncation.begins(m, t, file(m, f), first(m, f));
            for (int mm = 0; mm < m.mms; mm++) {
                Zap.overlapsPin(m, mm);
            }
            m.s[f + Frame.COUNT] = FIRST_PASS;
            return pass(m, f);
        }
    }

    /** unmap_mapping_range(), or of one page. */
    private static int pass(Machine m, int f) {
        m.s[f + Frame.WALK_MM] = 0;
        m.s[f + Frame.NR] = 0; // pages of the process that are done
        return NEXT_VMA;
    }

    /** The next VMA of the process that shows what is to go; behind the last one, the next process. */
    private static final class NextVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int mm = s[f + Frame.WALK_MM];
            boolean one = s[f + Frame.COUNT] == PAGES;
            int from = one ? s[f + Frame.FILE_PAGE] : first(m, f);
            int to = one ? s[f + Frame.FILE_PAGE] : last(m, f);
            m.read(m.mmAt(mm) + Layout.VMA_COUNT);
            for (int page = s[f + Frame.NR]; page < m.pages; page++) {
                int vma = Rmap.vma(m, mm, page);
                if (vma == 0 || (s[vma + Layout.VMA_FLAGS] & Vmas.FILE) == 0) {
                    continue;
                }
                int k = Vmas.filePage(m, vma, page);
                if (k >= from && k <= to) {
                    int end = Math.min(s[vma + Layout.VMA_END], page + to - k + 1);
                    s[f + Frame.NR] = end;
                    return Zap.discard(m, t, f, mm, one ? Zap.TRUNCATE_FILE : Zap.TRUNCATE, page, end, NEXT_VMA);
                }
            }
            s[f + Frame.NR] = 0;
            if (++s[f + Frame.WALK_MM] < m.mms) {
                return NEXT_VMA;
            }
            return switch (s[f + Frame.COUNT]) {
                case FIRST_PASS -> firstPage(m, f);
                case PAGES -> DELETE;
                default -> END;
            };
        }
    }

    private static int firstPage(Machine m, int f) {
        m.s[f + Frame.COUNT] = PAGES;
        m.s[f + Frame.FILE_PAGE] = first(m, f) - 1;
        return nextPage(m, f);
    }

    private static int nextPage(Machine m, int f) {
        if (++m.s[f + Frame.FILE_PAGE] <= last(m, f)) {
            return FIND_PAGE;
        }
        m.s[f + Frame.COUNT] = LAST_PASS;
        return pass(m, f);
    }

    /** The lookup takes a reference: one step. */
    private static final class FindPage extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pfn = PageCache.get(m, m.s[f + Frame.FILE_PAGE]);
            if (pfn == PageCache.FROZEN) {
                return FIND_PAGE;
            }
            m.s[f + Frame.NEW_PFN] = pfn;
            if (pfn == 0) {
                return nextPage(m, f);
            }
            Locks.aimPage(m, f, pfn);
            return PAGE_LOCK;
        }
    }

    private static final class PageLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageLock(m, t);
            return STILL_THERE;
        }
    }

    private static final class StillThere extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return PageCache.lookup(m, m.s[f + Frame.FILE_PAGE]) == m.s[f + Frame.NEW_PFN] ? MAPPED : PAGE_UNLOCK;
        }
    }

    private static final class Mapped extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return m.read(m.pageAt(m.s[f + Frame.NEW_PFN]) + Layout.MAPCOUNT) != 0 ? pass(m, f) : DELETE;
        }
    }

    private static final class Delete extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            PageCache.delete(m, m.s[f + Frame.FILE_PAGE], m.s[f + Frame.NEW_PFN]);
            return PUT_CACHE;
        }
    }

    private static final class PutCache extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.NEW_PFN], 1);
            return PAGE_UNLOCK;
        }
    }

    private static final class PageUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.pageUnlock(m, m.s[f + Frame.NEW_PFN]);
            return PUT;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.NEW_PFN], 1);
            return nextPage(m, f);
        }
    }

    private static final class End extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.rmw(m.layout.sizeBase + file(m, f));
            Truncation.ends(m, t, file(m, f), first(m, f));
            return Program.next(m, t);
        }
    }
}
