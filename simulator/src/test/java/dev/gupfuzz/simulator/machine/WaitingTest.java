package dev.gupfuzz.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.scenario.WideScenarios;
import dev.gupfuzz.simulator.strategy.Decisions;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The set of threads that can run, kept up to date step by step, against the same set worked out from nothing. */
@Tag("one-jdk")
class WaitingTest {

    private static final int SEEDS = 12;
    private static final int FEW_SEEDS = 2;

    /** Of waits, {@code Pc.WAIT_MMAP_READ} to {@code Pc.WAIT_KICK}. */
    private static final int KINDS = 14;

    static List<Kernel> kernels() {
        return StepByStep.kernels();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldKnowAfterEachStepWhoCanRun(Kernel kernel) {
        for (Scenario scenario : Runs.scenarios()) {
            for (Strategy strategy : StepByStep.strategies()) {
                StepByStep runs = new StepByStep(kernel, scenario, strategy, StepByStep.ALL);
                for (long seed = 1; seed <= SEEDS; seed++) {
                    runs.run(seed, Watch::new);
                }
            }
        }
        for (Scenario scenario : WideScenarios.all()) {
            StepByStep runs = new StepByStep(kernel, scenario, Strategy.named("random"), StepByStep.ALL);
            for (long seed = 1; seed <= FEW_SEEDS; seed++) {
                runs.run(seed, Watch::new);
            }
        }
    }

    @Test
    void shouldComeToEveryKindOfWait() {
        boolean[] waited = new boolean[KINDS];
        List<Scenario> scenarios = new ArrayList<>(Runs.scenarios());
        scenarios.addAll(WideScenarios.all());
        for (String kernel : List.of("v5.11 with spinning-reader", "v6.12")) {
            for (Scenario scenario : scenarios) {
                StepByStep runs =
                        new StepByStep(Kernels.named(kernel), scenario, Strategy.named("random"), StepByStep.ALL);
                for (long seed = 1; seed <= 40; seed++) {
                    runs.run(seed, m -> new Watch(m, waited));
                }
            }
        }
        Set<Integer> never = new TreeSet<>();
        for (int kind = 0; kind < KINDS; kind++) {
            if (!waited[kind]) {
                never.add(kind);
            }
        }
        assertThat(never).as("kinds of waits, of Pc, that nobody came to").isEmpty();
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
            this(machine, new boolean[KINDS]);
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
            Layout l = m.layout;
            int mm = l.mm(m.scenario.world().threads.get(t).mm());
            boolean able = switch (Pc.waitKind(pc)) {
                case Pc.WAIT_MMAP_READ -> m.s[mm + Layout.MMAP_LOCK] >= 0;
                case Pc.WAIT_MMAP_WRITE -> m.s[mm + Layout.MMAP_LOCK] == 0;
                case Pc.WAIT_PTL -> m.s[pageTableLock(t)] == 0;
                case Pc.WAIT_ACK -> takesInterrupt(m.s[m.frame(t) + Frame.ACK_CPU]);
                case Pc.WAIT_THREADS -> othersEnded(t);
                case Pc.WAIT_EVENT -> posted(Peek.program(m, t)[Peek.row(m, t)][1]);
                case Pc.WAIT_PAGE ->
                    (m.s[lock(t, l.pageBase, l.allocBase, 1 << Layout.PAGE_SHIFT, Layout.FLAGS)] & Layout.FLAG_LOCKED)
                            == 0;
                case Pc.WAIT_VMA -> readersOfVma(t) == 0;
                case Pc.WAIT_WAKE -> m.s[m.frame(t) + Frame.ASLEEP] == 0;
                case Pc.WAIT_GRACE -> (m.s[m.frame(m.s[m.frame(t) + Frame.ACK_CPU]) + Frame.HOLD] & 1) == 0;
                case Pc.WAIT_SEQ -> m.s[mm + Layout.SEQ] % 2 == 0;
                case Pc.WAIT_SLOT -> {
                    int slot = lock(t, l.swapBase, l.fileBase, Layout.SWAP_WORDS, 0);
                    boolean coming = m.s[slot + Layout.SWAP_HAS_CACHE] != 0 && m.s[slot + Layout.SWAP_CACHE] == 0;
                    yield !coming;
                }
                case Pc.WAIT_QUIET -> m.s[SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS)] == 0;
                case Pc.WAIT_KICK ->
                    (m.s[m.frame(m.s[m.frame(t) + Frame.ACK_CPU]) + Frame.HOLD] & SecondaryMmu.IN_GUEST) == 0;
                default -> throw new IllegalStateException("no such wait: kind=" + Pc.waitKind(pc));
            };
            waited[Pc.waitKind(pc)] |= !able;
            return able;
        }

        /** What the thread is about to lock, which must be the lock of one of the things from {@code base} to {@code end}. */
        private int lock(int t, int base, int end, int words, int within) {
            int at = m.s[m.frame(t) + Frame.LOCK];
            assertThat(at)
                    .as("the lock that %s aims at", Labels.text(Pc.label(Peek.pc(m, t))))
                    .isBetween(base, end - 1);
            assertThat((at - base) % words).isEqualTo(within);
            return at;
        }

        /** Of a page-table page, or of the PMD page. */
        private int pageTableLock(int t) {
            Layout l = m.layout;
            if (l.secondaryMm >= 0 && m.s[m.frame(t) + Frame.LOCK] == SecondaryMmu.at(m, SecondaryMmu.LOCK)) {
                return SecondaryMmu.at(m, SecondaryMmu.LOCK);
            }
            return l.isOfTable(m.s[m.frame(t) + Frame.LOCK])
                    ? lock(t, l.tableBase, l.pteBase, Layout.TABLE_WORDS, Layout.PTL)
                    : lock(t, l.pmd(0), l.pteBase, Layout.PMD_WORDS, Layout.PMD_LOCK);
        }

        private int readersOfVma(int t) {
            int mm = m.layout.mm(m.scenario.world().threads.get(t).mm());
            int first = mm + Layout.VMAS;
            int at = lock(t, first, mm + m.layout.mmWords, Layout.VMA_WORDS, Layout.VMA_LOCK);
            return m.s[at] & ~Layout.VMA_WRITE_LOCKED;
        }

        /** Some thread is past the row that posts the event. */
        private boolean posted(int event) {
            for (int u = 0; u < m.threads; u++) {
                int[][] program = Peek.program(m, u);
                for (int row = 0; row < program.length; row++) {
                    if (program[row][0] == Op.POST && program[row][1] == event && Peek.row(m, u) > row) {
                        return true;
                    }
                }
            }
            return false;
        }

        private boolean takesInterrupt(int cpu) {
            int hold = m.s[m.frame(cpu) + Frame.HOLD];
            return m.kernel.has(Rule.IPI_TLB_FLUSH) ? hold == 0 : (hold & 2) == 0;
        }

        private boolean othersEnded(int t) {
            int awaits = Peek.program(m, t)[Peek.row(m, t)][1];
            for (int u = 0; u < m.threads; u++) {
                if ((awaits >> u & 1) != 0 && Peek.pc(m, u) != Pc.ENDED) {
                    return false;
                }
            }
            return true;
        }
    }
}
