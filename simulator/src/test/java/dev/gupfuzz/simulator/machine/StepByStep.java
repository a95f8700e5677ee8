package dev.gupfuzz.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Safeguard;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.strategy.Decisions;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Runs a seed as searches do, then once more step by step under the eyes of an observer; both must end alike. */
final class StepByStep {

    /** Every invariant is checked. */
    static final int ALL = -1;

    private final String what;
    private final Machine first;
    private final Machine second;
    private final Scheduler scheduler;
    private final Decisions record = new Decisions();

    /** @param checked mask of the invariants that end a run */
    StepByStep(Kernel kernel, Scenario scenario, Strategy strategy, int checked) {
        what = kernel + ", " + scenario + ", " + strategy;
        first = Step.machine(kernel, scenario);
        second = Step.machine(kernel, scenario);
        first.checked = checked;
        second.checked = checked;
        scheduler = strategy.scheduler(first);
        scheduler.record(record);
    }

    /** The followed machine after its last step; the next run takes it again. */
    Machine run(long seed, Function<Machine, Follow.Observer> observer) {
        record.clear();
        scheduler.run(seed);
        second.reset();
        Follow follow = new Follow(second, record.toArray(), first.choices.made(), observer.apply(second));
        follow.precise(first.violated == Invariant.I5.ordinal());
        follow.run(0);
        assertThat(follow.divergedAt()).as("%s, seed %d", what, seed).isNegative();
        assertThat(follow.steps()).isEqualTo(scheduler.steps());
        assertThat(second.stateHash()).isEqualTo(first.stateHash());
        assertThat(second.violated).isEqualTo(first.violated);
        return second;
    }

    @Override
    public String toString() {
        return what;
    }

    /** The built-in kernels, v5.11 with each safeguard removed in turn, and the pairs that matter. */
    static List<Kernel> kernels() {
        List<Kernel> kernels = new ArrayList<>(Kernels.all());
        for (Safeguard safeguard : Kernels.named("v5.11").safeguards()) {
            kernels.add(Kernels.named("v5.11 without " + safeguard.name()));
        }
        kernels.add(Kernels.named("v5.11 without pte-recheck without ipi-tlb-flush"));
        kernels.add(Kernels.named("v5.11 without fork-mmap-write-lock without fork-tlb-flush"));
        return kernels;
    }

    static List<Strategy> strategies() {
        return List.of(Strategy.named("random"), Strategy.named("pct:3,k=80"));
    }
}
