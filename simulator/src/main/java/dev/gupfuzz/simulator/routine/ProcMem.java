package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Contents;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.scenario.Foll;
import dev.gupfuzz.simulator.scenario.Op;

/**
 * read(2) and write(2) of /proc/self/mem: GUP with FOLL_FORCE, the copy, and the reference goes back, all under mmap_lock.
 *
 * <p>Source: mm/memory.c, __access_remote_vm(), get_user_pages_remote(); v4.8 to v6.12. Each access is of one page. Not modelled:
 * mem_rw()'s own buffer, the page lock of set_page_dirty_lock(), the ways into VM_IO mappings, stack expansion.
 */
final class ProcMem {

    private static final String ACCESS = "__access_remote_vm";

    /** In {@link Frame#PIN}: the page is for this routine, not for a pin set. */
    static final int NO_SET = -1;

    static final int MMAP_LOCK = Pc.PROC_MEM | Pc.ON_MMAP_READ;
    static final int STORE = Pc.PROC_MEM | 1;
    static final int LOAD = Pc.PROC_MEM | 2;
    static final int SET_DIRTY = Pc.PROC_MEM | 3;
    static final int PUT = Pc.PROC_MEM | 4;
    static final int MMAP_UNLOCK = Pc.PROC_MEM | 5;

    private ProcMem() {}

    static void declare() {
        Labels.define(MMAP_LOCK, ACCESS, "MMAP_LOCK", Target.MMAP_LOCK, "mmap_read_lock(mm)", new MmapLock());
        Labels.define(STORE, ACCESS, "STORE", Target.CONTENT, "copy_to_user_page(vma, page, ...)", new Store());
        Labels.define(LOAD, ACCESS, "LOAD", Target.CONTENT, "copy_from_user_page(vma, page, ...)", new Load());
        Labels.define(SET_DIRTY, ACCESS, "SET_DIRTY", Target.PAGE_FLAGS, "set_page_dirty_lock(page)", new SetDirty());
        Labels.define(PUT, ACCESS, "PUT", Target.REFCOUNT, "put_page(page)", new Put());
        Labels.define(MMAP_UNLOCK, ACCESS, "MMAP_UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(mm)", new MmapUnlock());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MMAP_LOCK, MMAP_UNLOCK);
        Labels.pending(PendingAccess.write(Places.frame(Frame.TARGET_PFN, Layout.CONTENT)), STORE);
        Labels.pending(PendingAccess.read(Places.frame(Frame.TARGET_PFN, Layout.CONTENT)), LOAD);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.FLAGS)), SET_DIRTY);
        Labels.pending(PendingAccess.rmw(Places.frame(Frame.TARGET_PFN, Layout.REFCOUNT)), PUT);
    }

    /** The first step of {@link Op#FORCE_WRITE} or {@link Op#FORCE_READ}. */
    static int begin(Machine m, int t, int f) {
        int[] s = m.s;
        boolean write = m.code[s[f + Frame.OP]] == Op.FORCE_WRITE;
        s[f + Frame.PIN] = NO_SET;
        s[f + Frame.START] = Program.operand(m, f, 1);
        s[f + Frame.NR] = 0;
        s[f + Frame.NR_ALL] = 1;
        s[f + Frame.FOLL] = Foll.GET | Foll.FORCE | (write ? Foll.WRITE : 0);
        return MMAP_LOCK;
    }

    /** GUP returned: with the page, or without. */
    static int found(Machine m, int f) {
        if (m.s[f + Frame.NR] == 0) {
            return MMAP_UNLOCK;
        }
        return (m.s[f + Frame.FOLL] & Foll.WRITE) != 0 ? STORE : LOAD;
    }

    private static final class MmapLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapReadLock(m, t);
            return GupSlow.FIND_VMA;
        }
    }

    private static final class Store extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            Contents.remoteStore(m, t, s[f + Frame.START], s[f + Frame.TARGET_PFN], Program.operand(m, f, 2));
            return m.layout.hasRmap ? SET_DIRTY : PUT;
        }
    }

    private static final class Load extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int page = s[f + Frame.START];
            int seen = Contents.remoteLoad(m, t, page, s[f + Frame.TARGET_PFN]);
            Program.expect(m, t, f, page, seen, 2);
            return PUT;
        }
    }

    private static final class SetDirty extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int at = m.pageAt(m.s[f + Frame.TARGET_PFN]) + Layout.FLAGS;
            m.rmw(at);
            m.s[at] |= Layout.FLAG_DIRTY;
            return PUT;
        }
    }

    private static final class Put extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Memory.put(m, t, m.s[f + Frame.TARGET_PFN], 1);
            return MMAP_UNLOCK;
        }
    }

    private static final class MmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            return Program.next(m, t);
        }
    }
}
