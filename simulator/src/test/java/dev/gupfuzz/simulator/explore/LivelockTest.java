package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.explore.Endings.Kind;
import dev.gupfuzz.simulator.explore.Endings.Lasso;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.explore.SmallProgram.Code;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.minimize.Explanation;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.FaultScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedules without an end: whether there are any, and whether they keep somebody waiting. */
class LivelockTest {

    private static final Reductions SYMMETRY = new Reductions(false, false, false, true);
    /** The oracle takes the square of the states. */
    private static final int STATES_MAX = 250;

    private static final Kernel KEEPS_ENTRY = Kernels.named("v5.11 without fault-tlb-drop");
    private static final Scenario FORK = Scenarios.named("fork-vs-write:populated=0,writers=1");

    @ParameterizedTest
    @CsvSource({"program, 200", "loops, 300", "twins, 200"})
    void shouldSayWhatTheOracleSays(String corpus, int programs) {
        Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
        for (int seed = 0; seed < programs; seed++) {
            Text text = switch (corpus) {
                case "loops" -> Corpus.loops(seed);
                case "twins" -> Corpus.twins(seed);
                default -> Corpus.program(seed);
            };
            if (isLarge(text)) {
                continue;
            }
            FairCycles oracle = new FairCycles(new SmallProgram(text));
            Kind expected = oracle.fair ? Kind.LIVELOCK : oracle.any ? Kind.ALL_FAIR : Kind.ALL;
            for (int cores : seed % 10 == 0 ? new int[] {1, 2, 4} : new int[] {1}) {
                for (Plan plan : List.of(Plan.ALL, new Plan(false, true, false), Plan.ALL.with(SYMMETRY))) {
                    Exploration found = explore(text, cores, plan.withEndings());
                    assertThat(found.endings().kind())
                            .as("%s %s %s", text, cores, plan)
                            .isEqualTo(expected);
                    assertThat(counts(found)).isEqualTo(counts(explore(text, cores, plan)));
                    if (expected == Kind.LIVELOCK) {
                        checked(text, found.endings().lasso());
                    }
                }
            }
            kinds.merge(expected, 1, Integer::sum);
        }
        assertThat(kinds).containsKey(Kind.ALL);
        if (!corpus.equals("program")) {
            assertThat(kinds.get(Kind.LIVELOCK)).isGreaterThanOrEqualTo(3);
            assertThat(kinds.get(Kind.ALL_FAIR)).isGreaterThanOrEqualTo(3);
        }
    }

    private static boolean isLarge(Text text) {
        try {
            return new EveryState(new SmallProgram(text), STATES_MAX).states.size() > STATES_MAX;
        } catch (EveryState.TooManyException e) { // or without an end
            return true;
        }
    }

    private static List<Object> counts(Exploration found) {
        return List.of(
                found.states(), found.transitions(), found.ends(), found.levels(), found.reached(), found.broken());
    }

    private static Exploration explore(Text text, int cores, Plan plan) {
        return StateSearch.explore(() -> new SmallProgram(text), cores, Bounds.NONE, plan);
    }

    /** It comes back to the state in which the loop begins, and who could run in the loop did. */
    private static void checked(Text text, Lasso lasso) {
        SmallProgram program = new SmallProgram(text);
        for (Move move : lasso.stem()) {
            take(program, move);
        }
        int[] begins = program.words().clone();
        int could = 0;
        int did = 0;
        for (Move move : lasso.loop()) {
            could |= program.enabled();
            did |= 1 << move.thread();
            take(program, move);
        }
        assertThat(lasso.loop()).isNotEmpty();
        assertThat(program.words()).as("%s", text).isEqualTo(begins);
        assertThat(did).as("%s", text).isEqualTo(could);
    }

    private static void take(SmallProgram program, Move move) {
        assertThat(program.enabled() >> move.thread() & 1).isEqualTo(1);
        assertThat(program.take(move.thread(), move.choice())).isGreaterThan(move.choice());
        assertThat(program.broken()).isEqualTo(TransitionSystem.INTACT);
    }

    /** A thread that spins on a flag: whether it is a livelock depends on whether somebody will set it. */
    @ParameterizedTest
    @CsvSource({"1, ALL_FAIR", "2, LIVELOCK"})
    void shouldTellASpinFromALivelock(int value, Kind expected) {
        List<Instruction> spins = List.of(new Instruction(Code.LOAD, 0, 0), new Instruction(Code.JUMP_UNLESS, 0, 1, 0));
        List<Instruction> sets = List.of(new Instruction(Code.SET, 1, 1), new Instruction(Code.SET, 0, value));

        assertThat(explore(text(spins, sets), 2, Plan.ALL.withEndings())
                        .endings()
                        .kind())
                .isEqualTo(expected);
    }

    /** Each gives its own lock back when it does not get the other's: polite, and for ever if they keep in step. */
    @Test
    void shouldFindTwoThreadsThatGiveWayToEachOther() {
        Lasso lasso = explore(text(polite(0, 1), polite(1, 0)), 1, Plan.ALL.withEndings())
                .endings()
                .lasso();

        assertThat(lasso.loop().stream().map(Move::thread).distinct()).containsExactlyInAnyOrder(0, 1);
    }

    private static List<Instruction> polite(int mine, int yours) {
        return List.of(
                new Instruction(Code.TRYLOCK, 0, mine),
                new Instruction(Code.JUMP_UNLESS, 0, 1, 0),
                new Instruction(Code.TRYLOCK, 0, yours),
                new Instruction(Code.UNLOCK, mine),
                new Instruction(Code.JUMP_UNLESS, 0, 1, 0),
                new Instruction(Code.UNLOCK, yours));
    }

    @SafeVarargs
    private static Text text(List<Instruction>... threads) {
        return new Text(2, 1, List.of(threads), new int[] {0, 0}, -1, 0, 0, 0, -1, 0, 0);
    }

    /** The other engine follows schedules to their ends, and gives one up that has none. */
    @Test
    void shouldNotFollowASpinForEverByClasses() {
        List<Instruction> spins = List.of(new Instruction(Code.LOAD, 0, 0), new Instruction(Code.JUMP_UNLESS, 0, 1, 0));

        ClassSearch.Result found = ClassSearch.explore(() -> new SmallProgram(text(spins)), 1, Bounds.NONE, false);

        assertThat(found.ended()).isEqualTo(Exploration.Ended.LENGTH);
        assertThat(found.longest()).isGreaterThan(ClassSearch.SCHEDULE_MAX);
    }

    @Test
    void shouldNotTellWithinABound() {
        List<Instruction> spins = List.of(new Instruction(Code.LOAD, 0, 0), new Instruction(Code.JUMP_UNLESS, 0, 1, 0));
        List<Instruction> sets = List.of(new Instruction(Code.SET, 1, 1), new Instruction(Code.SET, 0, 1));
        Text text = text(spins, sets);
        int[] questions = {0};
        Exploration whole = StateSearch.explore(
                () -> new SmallProgram(text),
                1,
                new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, () -> questions[0]++ < 0),
                Plan.ALL.withEndings());
        int asked = questions[0];
        assertThat(whole.endings().kind()).isEqualTo(Kind.ALL_FAIR);
        questions[0] = 0;
        Exploration stopped = StateSearch.explore(
                () -> new SmallProgram(text),
                1,
                new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, () -> ++questions[0] == asked),
                Plan.ALL.withEndings());
        assertThat(stopped.endings()).isEqualTo(Endings.UNKNOWN);
        assertThat(StepGraph.of(new SmallProgram(text), StepGraph.BYTES_A_NODE, () -> false))
                .isNull();
    }

    /** Whoever leaves out steps could leave out the way round. */
    @Test
    void shouldNotTellWithFewerSteps() {
        assertThat(Plan.ALL.with(Reductions.ALL).withEndings().endings()).isFalse();
        assertThat(Plan.FEWEST_PREEMPTIONS.withEndings().endings()).isFalse();
        assertThatThrownBy(() -> new Plan(false, false, false, 0, Reductions.ALL, true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- on the machine
    // -----------------------------------------------------------------------------------------------

    private static Finding planted() {
        Exploration found = machine(KEEPS_ENTRY, FORK);
        assertThat(found.broken()).isEmpty();
        assertThat(found.endings().kind()).isEqualTo(Kind.LIVELOCK);
        return Finding.livelock(KEEPS_ENTRY, FORK, found.endings().lasso());
    }

    private static Exploration machine(Kernel kernel, Scenario scenario) {
        return StateSearch.explore(() -> new MachineSystem(kernel, scenario), 2, Bounds.NONE, Plan.FIRST.withEndings());
    }

    /** A scenario that leaves I11 out does not hear of it. */
    @Test
    void shouldNotReportWhatIsNotChecked() {
        Kernel kernel = Kernels.named("v6.12 without anon-exclusive");
        Scenario scenario = FaultScenarios.batchedForcedStore();

        Exploration found = StateSearch.explore(
                () -> {
                    MachineSystem system = new MachineSystem(kernel, scenario);
                    system.machine().checked = ~Invariant.I11.bit();
                    return system;
                },
                2,
                Bounds.NONE,
                Plan.FIRST.withEndings());

        assertThat(found.endings()).isEqualTo(Endings.NOT_LOOKED_FOR);
    }

    /** A thread that goes round for ever beside one that could run: every strategy cuts the run. */
    @ParameterizedTest
    @ValueSource(strings = {"pct:3", "random", "portfolio"})
    void shouldCutARunThatGoesRound(String strategy) {
        Kernel kernel = Kernels.named("v6.12 without anon-exclusive");
        Scheduler scheduler = Strategy.named(strategy)
                .freeze(kernel, FaultScenarios.forcedStoreBesideAReader())
                .scheduler(Step.machine(kernel, FaultScenarios.forcedStoreBesideAReader()));

        for (long seed = 0; seed < 3; seed++) {
            scheduler.run(seed);

            assertThat(scheduler.cut()).isTrue();
        }
    }

    /**
     * A forced write of v6.12 waits for a page that is exclusive, which without the mark none is: it faults for ever. Each fault may leave
     * the page that it copied in an LRU batch, whose room is bounded.
     */
    @Test
    void shouldFindTheForcedWriteThatFaultsForEver() {
        Kernel kernel = Kernels.named("v6.12 without anon-exclusive");
        Scenario scenario = FaultScenarios.batchedForcedStore();

        Exploration found = machine(kernel, scenario);

        assertThat(found.endings().lasso()).isNotNull();
        assertThat(Finding.livelock(kernel, scenario, found.endings().lasso())
                        .blame()
                        .invariant())
                .isEqualTo(Invariant.I11);
        assertThat(machine(Kernels.named("v6.12"), scenario).endings().lasso()).isNull();
    }

    /** A CPU that keeps a read-only entry over the fault, under a kernel that relies on its being dropped. */
    @Test
    void shouldFindTheSpuriousFaultThatComesForEver() {
        Finding finding = planted();

        assertThat(finding.blame().invariant()).isEqualTo(Invariant.I11);
        assertThat(finding.blame().where()).isEqualTo("child goes round through cpu: through a read-only TLB entry");
        assertThat(Explanation.of(finding).narration())
                .last()
                .asString()
                .contains(
                        "everything is as it was before step " + (finding.loop().from() + 1));
        assertThat(machine(Kernels.named("v5.11"), FORK).endings().kind()).isEqualTo(Kind.ALL);
    }

    @ParameterizedTest
    @CsvSource({
        "v5.9, pin-fork-child-exits-write",
        "v5.11, fork-vs-pin-fast",
        "v5.11, fork-vs-pin-fast:pages=2",
        "v5.11, two-forks-vs-pin-fast",
        "v5.11, pin-fast-vs-munmap",
        "v5.11, cow-vs-reader",
        "v5.11, munmap-vs-access"
    })
    void shouldProveThatEveryScheduleEnds(String kernel, String scenario) {
        assertThat(machine(Kernels.named(kernel), Scenarios.named(scenario))
                        .endings()
                        .kind())
                .isEqualTo(Kind.ALL);
    }
}
