package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Contents;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * mmap(2) of a region that is not mapped at the start, at its address, where nothing may be (MAP_FIXED_NOREPLACE).
 *
 * <p>Source: mm/util.c, vm_mmap_pgoff(); mm/mmap.c, mmap_region(); v4.8 to v6.12. Its page-table page comes with the first fault.
 * Not modelled: merging with a neighbour, populating, the lock of the new VMA
 * (v6.8 on), failure for lack of memory.
 */
final class Mmap {

    static final int LOCK = Pc.MMAP | Pc.ON_MMAP_WRITE;
    static final int LINK = Pc.MMAP | 1;
    static final int UNLOCK = Pc.MMAP | 2;

    private Mmap() {}

    static void declare() {
        Labels.define(LOCK, "vm_mmap_pgoff", "LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(mm)", new Lock());
        Labels.define(LINK, "mmap_region", "LINK", Target.VMA, "vma_link(mm, vma, prev, ...)", new Link());
        Labels.define(UNLOCK, "vm_mmap_pgoff", "UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(mm)", new Unlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), LOCK, UNLOCK);
        Labels.pending(PendingAccess.write(Places.mm(Layout.VMA_COUNT)), LINK);
    }

    static int begin() {
        return LOCK;
    }

    private static final class Lock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapWriteLock(m, t);
            return LINK;
        }
    }

    private static final class Link extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int mm = m.mmOf(f);
            Region region = m.layout.world.regions.get(Program.operand(m, f, 1));
            m.write(mm + Layout.VMA_COUNT, m.s[mm + Layout.VMA_COUNT]);
            for (int page = region.start(); page < region.end(); page++) {
                if (Vmas.lookup(m, mm, page) >= 0) {
                    return UNLOCK; // EEXIST
                }
            }
            boolean file = region.file() != Region.ANON;
            int vma = Vmas.insert(m, mm, region.start(), region.end());
            int soft = m.layout.tracksSoftDirty ? Region.SOFTDIRTY : 0; // nothing was written since the tracking began
            m.s[vma + Layout.VMA_FLAGS] = region.flags() | soft | (file ? Vmas.FILE : 0);
            m.s[vma + Layout.VMA_PGOFF] = file ? region.filePage() - region.start() : 0;
            boolean shared = (region.flags() & Region.SHARED) != 0;
            for (int page = region.start(); page < region.end(); page++) {
                int k = region.filePage() + page - region.start();
                Contents.setRef(
                        m, m.threadMm[t], page, !file ? 0 : shared ? Contents.sharedFile(k) : Contents.privateFile(k));
            }
            return UNLOCK;
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapWriteUnlock(m, t);
            return Program.next(m, t);
        }
    }
}
