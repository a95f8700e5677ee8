package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.explore.Footprint;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.TransitionSystem;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.trace.Conductor;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The simulated machine with one failure to be looked for. A run that breaks anything else ends there and counts for nothing,
 * as the finding's own run would have ended there. Wrong counts are looked for after every call, as in the finding's own run.
 */
final class FailureSystem implements TransitionSystem {

    private final MachineSystem system;
    private final Failure failure;
    /** What {@link MachineSystem#broken} tells, and whether it is the failure. */
    private final SortedMap<Long, Boolean> known = new TreeMap<>();

    private boolean over;

    FailureSystem(Subject subject) {
        system = new MachineSystem(subject.kernel, subject.scenario);
        failure = subject.failure;
        system.machine().precise = subject.precise();
    }

    @Override
    public int threads() {
        return system.threads();
    }

    @Override
    public int[] words() {
        return system.words();
    }

    @Override
    public void restored() {
        system.restored();
        over = false;
    }

    @Override
    public int enabled() {
        return over ? 0 : system.enabled();
    }

    @Override
    public int take(int thread, int choice) {
        Machine machine = system.machine();
        if (machine.precise) {
            machine.touchAll();
        }
        int values = system.take(thread, choice);
        machine.s[Sched.ANY_DIRTY] = 0;
        over = system.broken() != INTACT;
        return values;
    }

    @Override
    public void end() {
        if (!over) {
            system.end();
        }
    }

    @Override
    public long broken() {
        long code = system.broken();
        return code != INTACT && known.computeIfAbsent(code, broken -> isFailure()) ? code : INTACT;
    }

    private boolean isFailure() {
        return Conductor.blame(system.machine())
                .filter(blame -> Failure.of(blame, system.machine().scenario).equals(failure))
                .isPresent();
    }

    @Override
    public long reached() {
        return system.reached();
    }

    @Override
    public long fingerprint() {
        return system.fingerprint();
    }

    @Override
    public int conditional() {
        return system.conditional();
    }

    @Override
    public void goOn() {
        system.goOn();
        over = false;
    }

    @Override
    public int objects() {
        return system.objects();
    }

    @Override
    public void noting(boolean on) {
        system.noting(on);
    }

    @Override
    public Footprint footprint() {
        return system.footprint();
    }

    @Override
    public void waitsFor(int thread, Footprint into) {
        system.waitsFor(thread, into);
    }

    @Override
    public void remaining(int thread, Footprint into) {
        system.remaining(thread, into);
    }
}
