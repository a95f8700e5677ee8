package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;

/** How the threads of a scenario wait for one another: events, which happen once. */
final class Sync {

    static final int POST = Pc.SYNC;
    static final int WAIT = Pc.SYNC | 1 | Pc.ON_EVENT;
    static final int POLL = Pc.SYNC | 2 | Pc.ON_POLL;

    private Sync() {}

    static void declare() {
        Labels.define(POST, "user", "POST", Target.THREAD, "tell the other threads", new Post());
        Labels.define(WAIT, "user", "WAIT", Target.THREAD, "wait to be told", new Wait());
        Labels.define(POLL, "user", "POLL", Target.THREAD, "poll until told", new Wait());
        Labels.pending(PendingAccess.write((m, t, f) -> Sched.EVENTS), POST);
        Labels.pending(PendingAccess.read((m, t, f) -> Sched.EVENTS), WAIT, POLL);
    }

    private static final class Post extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.happened(Program.operand(m, f, 1));
            return Program.next(m, t);
        }
    }

    private static final class Wait extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            m.awaited(Program.operand(m, f, 1));
            return Program.next(m, t);
        }
    }
}
