package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Contents;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.scenario.Op;

/** Moves a thread from one row of its program to the next. Local work: it rides on the last step of the row before. */
final class Program {

    private Program() {}

    /** No step: the row has nothing to do. */
    static final int NOTHING = -1;

    /** The row is done: the first step of the next one that has something to do. */
    static int next(Machine m, int t) {
        int[] s = m.s;
        int f = m.frame(t);
        m.leave(t);
        if (m.forgets) {
            m.forget(f);
        }
        while (true) {
            int op = s[f + Frame.OP] + Op.WORDS;
            s[f + Frame.OP] = op;
            if (op == m.codeEnd[t]) {
                return m.end(t);
            }
            int pc = begin(m, t, f, op);
            if (pc != NOTHING) {
                return pc;
            }
        }
    }

    /** Sets the registers for a row: its first step, or {@link #NOTHING}. */
    private static int begin(Machine m, int t, int f, int op) {
        int[] s = m.s;
        int[] code = m.code;
        switch (code[op]) {
            case Op.LOAD:
            case Op.STORE:
                s[f + Frame.PAGE] = code[op + 1];
                s[f + Frame.VALUE] = code[op + 2];
                s[f + Frame.IS_WRITE] = code[op] == Op.STORE ? 1 : 0;
                return User.beginAccess(m, t, f);
            case Op.GUEST_LOAD:
            case Op.GUEST_STORE:
                return Guest.TRANSLATE;
            case Op.PIN:
                s[f + Frame.PIN] = code[op + 1];
                s[f + Frame.START] = code[op + 2];
                s[f + Frame.NR_ALL] = code[op + 3];
                s[f + Frame.NR] = 0;
                s[f + Frame.FOLL] = GupFast.resolve(m, code[op + 4]);
                return GupFast.begin(m, t, f);
            case Op.UNPIN:
                s[f + Frame.PIN] = code[op + 1];
                return Unpin.begin(m, f);
            case Op.DEV_STORE:
            case Op.DEV_LOAD:
                m.see(m.layout.call(code[op + 1]));
                if (code[op + 2] >= s[m.pinAt(code[op + 1]) + Layout.PIN_NR]) {
                    return NOTHING; // the call pinned fewer pages
                }
                return code[op] == Op.DEV_STORE ? User.DEV_STORE : User.DEV_LOAD;
            case Op.FORK:
                s[f + Frame.CHILD_MM] = code[op + 2];
                return Fork.begin(m, t);
            case Op.EXIT:
                return Zap.beginExit(m, t, f);
            case Op.MUNMAP:
                s[f + Frame.START] = code[op + 1];
                s[f + Frame.NR_ALL] = code[op + 2];
                return Zap.MUNMAP_LOCK;
            case Op.AWAIT:
                return User.AWAIT;
            case Op.POST:
                return Sync.POST;
            case Op.WAIT:
                return Sync.WAIT;
            case Op.POLL:
                return Sync.POLL;
            case Op.REACH:
                m.reachOwn(code[op + 1]);
                return NOTHING;
            case Op.UFFD_WP:
            case Op.UFFD_CONTINUE:
                return UserfaultIoctl.begin(m, f);
            case Op.MPROTECT:
            case Op.NUMA:
                return Mprotect.begin(m, f);
            case Op.MREMAP:
                return Mremap.begin(m, f);
            case Op.DONTNEED:
            case Op.MADV_FREE:
                return Madvise.begin(m, f);
            case Op.CLEAR_SOFT_DIRTY:
                return ClearRefs.begin(m);
            case Op.RECLAIM:
            case Op.FILE_RECLAIM:
                return Reclaim.begin(m, t, f);
            case Op.FILE_WRITE:
            case Op.FILE_READ:
            case Op.WRITEBACK:
                return FileIo.begin(m, t, f);
            case Op.TRUNCATE:
                return Truncate.begin();
            case Op.FORCE_WRITE:
            case Op.FORCE_READ:
                return ProcMem.begin(m, t, f);
            case Op.MMAP:
                return Mmap.begin();
            case Op.HOLD:
            case Op.RELEASE:
            case Op.LRU_DRAIN:
                return References.begin(m, t, f);
            default:
                throw new IllegalStateException("[simulator bug] no such operation: code=" + code[op]);
        }
    }

    /** A read of the current row saw {@code seen}; what the row expects begins at word {@code i}. */
    static void expect(Machine m, int t, int f, int page, int seen, int i) {
        Contents.expect(m, t, page, seen, operand(m, f, i), operand(m, f, i + 1), operand(m, f, i + 2));
    }

    /** Word {@code i} of the thread's current row. */
    static int operand(Machine m, int f, int i) {
        return m.code[m.s[f + Frame.OP] + i];
    }
}
