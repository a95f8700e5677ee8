package dev.gupfuzz.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.strategy.Decisions;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The set of threads that can run, kept up to date step by step, against the same set worked out from nothing. */
class WaitingTest {

    private static final int SEEDS = 25;

    static List<Kernel> kernels() {
        return StepByStep.kernels();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldKnowAfterEachStepWhoCanRun(Kernel kernel) {
        for (Scenario scenario : Runs.scenarios()) {
            for (Strategy strategy : StepByStep.strategies()) {
                for (long seed = 1; seed <= SEEDS; seed++) {
                    StepByStep.run(kernel, scenario, strategy, seed, StepByStep.ALL, Watch::new);
                }
            }
        }
    }

    @Test
    void shouldComeToEveryKindOfWait() {
        boolean[] waited = new boolean[5];
        for (Scenario scenario : Runs.scenarios()) {
            for (long seed = 1; seed <= 200; seed++) {
                StepByStep.run(
                        dev.gupfuzz.simulator.kernel.Kernels.named("v5.11"),
                        scenario,
                        Strategy.named("random"),
                        seed,
                        StepByStep.ALL,
                        m -> new Watch(m, waited));
            }
        }
        assertThat(waited)
                .as("mmap_lock for read, for write, page-table lock, IPI, threads")
                .containsOnly(true);
    }

    /** Recording decides nothing: the run is the same without it, and so are the numbers that it leaves. */
    @ParameterizedTest
    @MethodSource("kernels")
    void shouldRunTheSameWhetherItIsRecordedOrNot(Kernel kernel) {
        for (Scenario scenario : List.of(
                Scenarios.named("two-forks-vs-pin-fast"),
                Scenarios.named("fork-vs-pin-fast-writer:pages=6"),
                Scenarios.named("fork-vs-write:pages=6"),
                Scenarios.named("pin-fast-vs-munmap:pages=2"))) {
            for (Strategy strategy :
                    List.of(Strategy.named("random"), Strategy.named("pct:1,k=1"), Strategy.named("pct:4,k=60"))) {
                Machine plain = Step.machine(kernel, scenario);
                Scheduler unrecorded = strategy.scheduler(plain);
                Machine kept = Step.machine(kernel, scenario);
                Scheduler recorded = strategy.scheduler(kept);
                Decisions record = new Decisions();
                recorded.record(record);
                for (long seed = 1; seed <= 100; seed++) {
                    unrecorded.run(seed);
                    record.clear();
                    recorded.run(seed);
                    assertThat(unrecorded.steps()).isEqualTo(recorded.steps());
                    assertThat(unrecorded.decisions())
                            .isEqualTo(recorded.decisions())
                            .isEqualTo(record.count());
                    assertThat(plain.stateHash()).isEqualTo(kept.stateHash());
                    assertThat(plain.violated).isEqualTo(kept.violated);
                    assertThat(Peek.goals(plain)).isEqualTo(Peek.goals(kept));
                }
            }
        }
    }

    /** After each step: is the machine's set the one that the state says? */
    private static final class Watch implements Follow.Observer {

        private final Machine m;
        private final boolean[] waited;

        Watch(Machine machine) {
            this(machine, new boolean[5]);
        }

        Watch(Machine machine, boolean[] waited) {
            this.m = machine;
            this.waited = waited;
        }

        @Override
        public void before(int thread, int enabled, int decision) {
            assertThat(enabled >> thread & 1).as("only enabled threads run").isOne();
        }

        @Override
        public void after(int thread) {
            if (m.violated >= 0) {
                return;
            }
            int able = 0;
            for (int t = 0; t < m.threads; t++) {
                if (Peek.live(m, t) && able(t)) {
                    able |= 1 << t;
                }
            }
            if (able != Peek.enabled(m)) {
                assertThat(Peek.roles(m, Peek.enabled(m)))
                        .as("after %s", Labels.text(Peek.stepping(m)))
                        .isEqualTo(Peek.roles(m, able));
            }
        }

        private boolean able(int t) {
            int pc = Peek.pc(m, t);
            if ((pc & Pc.BLOCKING) == 0) {
                return true;
            }
            int mm = m.layout.mm(m.scenario.world().threads.get(t).mm());
            boolean able = switch (Pc.waitKind(pc)) {
                case Pc.WAIT_MMAP_READ -> m.s[mm + Layout.MMAP_LOCK] >= 0;
                case Pc.WAIT_MMAP_WRITE -> m.s[mm + Layout.MMAP_LOCK] == 0;
                case Pc.WAIT_PTL -> m.s[mm + Layout.PTL] == 0;
                case Pc.WAIT_ACK -> takesInterrupt(m.s[m.frame(t) + Frame.ACK_CPU]);
                case Pc.WAIT_THREADS -> othersEnded(t);
                default -> throw new IllegalStateException("no such wait: pc=" + pc);
            };
            waited[Pc.waitKind(pc)] |= !able;
            return able;
        }

        private boolean takesInterrupt(int cpu) {
            int hold = m.s[m.frame(cpu) + Frame.HOLD];
            return m.kernel.has(Rule.IPI_TLB_FLUSH) ? hold == 0 : (hold & 2) == 0;
        }

        private boolean othersEnded(int t) {
            int awaits = -1;
            for (int[] row : Peek.program(m, t)) {
                if (row[0] == Op.AWAIT) {
                    awaits = row[1];
                }
            }
            for (int u = 0; u < m.threads; u++) {
                if ((awaits >> u & 1) != 0 && Peek.pc(m, u) != Pc.ENDED) {
                    return false;
                }
            }
            return true;
        }
    }
}
