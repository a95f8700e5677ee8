package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.scenario.Op;

/** Moves a thread from one row of its program to the next. Local work: it rides on the last step of the row before. */
final class Program {

    private Program() {}

    /** The row is done: on to the next one that has something to do. */
    static void next(Machine m, int t) {
        int[] s = m.s;
        int f = m.frame(t);
        if ((m.inside & 1 << t) != 0) {
            m.leave(t);
        }
        int[][] program = m.programs[t];
        while (true) {
            int op = ++s[f + Frame.OP];
            if (op == program.length) {
                m.end(t);
                return;
            }
            if (begin(m, t, f, program[op])) {
                return;
            }
        }
    }

    /** Sets the registers for a row; false when there is nothing to do. */
    private static boolean begin(Machine m, int t, int f, int[] row) {
        int[] s = m.s;
        switch (row[0]) {
            case Op.LOAD:
            case Op.STORE:
                s[f + Frame.PAGE] = row[1];
                s[f + Frame.VALUE] = row[2];
                s[f + Frame.IS_WRITE] = row[0] == Op.STORE ? 1 : 0;
                User.beginAccess(m, t, f);
                return true;
            case Op.PIN:
                s[f + Frame.PIN] = row[1];
                s[f + Frame.START] = row[2];
                s[f + Frame.NR_ALL] = row[3];
                s[f + Frame.NR] = 0;
                s[f + Frame.IS_WRITE] = 1;
                GupFast.begin(m, t, f);
                return true;
            case Op.UNPIN:
                s[f + Frame.PIN] = row[1];
                s[f + Frame.CURSOR] = 0;
                if (s[m.layout.pin(row[1]) + Layout.PIN_NR] <= 0) {
                    return false;
                }
                m.go(t, m.unpinInTwo ? Unpin.SUB : Unpin.SUB_AND_TEST);
                return true;
            case Op.DEV_STORE:
            case Op.DEV_LOAD:
                if (row[2] >= s[m.layout.pin(row[1]) + Layout.PIN_NR]) {
                    return false; // the call pinned fewer pages
                }
                m.go(t, row[0] == Op.DEV_STORE ? User.DEV_STORE : User.DEV_LOAD);
                return true;
            case Op.FORK:
                s[f + Frame.CHILD_MM] = row[2];
                Fork.begin(m, t);
                return true;
            case Op.EXIT:
                return Zap.beginExit(m, t, f);
            case Op.MUNMAP:
                s[f + Frame.START] = row[1];
                s[f + Frame.NR_ALL] = row[2];
                m.go(t, Zap.MUNMAP_LOCK);
                return true;
            case Op.AWAIT:
                m.go(t, User.AWAIT);
                return true;
            default:
                throw new IllegalStateException("[simulator bug] no such operation: code=" + row[0]);
        }
    }

    /** The current row of the thread. */
    static int[] row(Machine m, int t, int f) {
        return m.programs[t][m.s[f + Frame.OP]];
    }
}
