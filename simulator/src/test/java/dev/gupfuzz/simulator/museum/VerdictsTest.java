package dev.gupfuzz.simulator.museum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.scenario.MadeScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.trace.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class VerdictsTest {

    private static final Shows PIN_LOST = Shows.parse("I1a I1b");

    private static Question question(String kernel, String scenario, Shows shows) {
        return new Question(Kernels.named(kernel), Scenarios.named(scenario), shows);
    }

    private static Answer answer(Question question, Limits limits) {
        List<Answer> told = new ArrayList<>();
        List<Answer> answers = new Verdicts(2, limits).answer(List.of(question), told::add);
        assertThat(told).isEqualTo(answers);
        return answers.get(0);
    }

    @Test
    void shouldShowTheRaceWithTheFewestPreemptions() {
        Answer answer = answer(question("v5.9", "fork-vs-pin-fast", PIN_LOST), Limits.NONE);

        assertThat(answer.kind()).isEqualTo(Kind.REACHABLE);
        Answer.Shown shown = answer.shown().orElseThrow();
        assertThat(shown.finding().blame().invariant()).isEqualTo(Invariant.I1B);
        assertThat(shown.preemptions()).isEqualTo(1);
        assertThat(shown.fewest()).isTrue();
        assertThat(Replay.of(shown.finding(), Kernels.named("v5.9")).kind()).isEqualTo(Replay.Kind.REPRODUCED);
    }

    @Test
    void shouldProveThatThereIsNone() {
        Answer answer = answer(question("v5.11", "fork-vs-pin-fast", PIN_LOST), Limits.NONE);

        assertThat(answer.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(answer.effort().complete()).isTrue();
        assertThat(answer.effort().states()).isGreaterThan(1000);
        assertThat(answer.unreached()).isEmpty();
    }

    @Test
    void shouldTellWhatBreaksInstead() {
        Answer answer = answer(question("v5.9", "fork-vs-pin-fast", Shows.only(Invariant.I7)), Limits.NONE);

        assertThat(answer.kind()).isEqualTo(Kind.OTHERWISE);
        assertThat(answer.other().orElseThrow().invariant()).isIn(Invariant.I1A, Invariant.I1B);
        assertThat(answer.reason()).startsWith("something else breaks: I1");
    }

    @Test
    void shouldTellGoalsThatAreOutOfReach() {
        Scenario scenario = MadeScenarios.independent(2, 2);
        scenario.world().goals.add(GoalPoint.COW_COPY);
        Question question = new Question(Kernels.named("v5.11"), scenario, PIN_LOST);
        Answer answer = answer(question, Limits.NONE);
        assertThat(answer.kind()).isEqualTo(Kind.GOAL_UNREACHED);
        assertThat(answer.unreached()).containsExactly("cow-copy");
        assertThat(answer.reason()).isEqualTo("no schedule reaches cow-copy");
    }

    /** A goal may be the answer itself: then nothing has to break, and where it is out of reach nothing is missing. */
    @Test
    void shouldTakeAGoalForAnAnswer() {
        Answer reached = answer(question("v5.11", "fork-vs-pin-fast", Shows.parse("I7 eagain")), Limits.NONE);
        assertThat(reached.kind()).isEqualTo(Kind.REACHABLE);
        assertThat(reached.shown()).isEmpty();
        assertThat(reached.reason()).isEqualTo("reached: eagain");

        Answer loss = answer(question("v5.11", "fork-vs-pin-fast", Shows.parse("accepted-loss")), Limits.NONE);
        assertThat(loss.kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void shouldEndAtItsBounds() {
        Question question = question("v5.11", "fork-vs-pin-fast", PIN_LOST);
        Answer few = answer(question, Limits.NONE.withStates(1));
        assertThat(few.kind()).isEqualTo(Kind.UNDECIDED);
        assertThat(few.reason()).isEqualTo("as many states as were allowed");

        AtomicLong clock = new AtomicLong();
        Limits second = new Limits(Long.MAX_VALUE, Long.MAX_VALUE, 1_000, () -> clock.addAndGet(600), () -> false);
        Answer late = answer(question, second);
        assertThat(late.kind()).isEqualTo(Kind.UNDECIDED);
        assertThat(late.reason()).isEqualTo("the time was over");

        Limits stopped = new Limits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, () -> 0, () -> true);
        assertThat(answer(question, stopped).reason()).isEqualTo("the time was over before it began");
    }

    /** A livelock has no step that breaks something. */
    @Test
    void shouldFindLivelocks() {
        Answer answer = answer(
                question("v5.11 without fault-tlb-drop", "fork-vs-write:writers=1", Shows.only(Invariant.I11)),
                Limits.NONE);
        assertThat(answer.kind()).isEqualTo(Kind.REACHABLE);
        assertThat(answer.shown().orElseThrow().finding().loop().exists()).isTrue();
    }

    /** Larger than what one core looks at alone, so reductions and all cores take part. */
    @Test
    void shouldAnswerLargeQuestions() {
        Question large = question("v5.11", "fork-vs-pin-fast-writer", PIN_LOST);
        Answer answer = answer(large, Limits.NONE);
        assertThat(answer.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(answer.effort().reduced()).isTrue();
    }

    @Test
    void shouldNotDependOnTheNumberOfCores() {
        List<Question> questions = new ArrayList<>();
        for (String kernel : List.of("v5.9-rc4", "v5.9", "v5.11")) {
            questions.add(question(kernel, "fork-vs-pin-fast", PIN_LOST));
            questions.add(question(kernel, "pin-fork-child-exits-write", PIN_LOST));
        }
        List<String> one = texts(new Verdicts(1, Limits.NONE).answer(questions, answer -> {}));
        List<String> four = texts(new Verdicts(4, Limits.NONE).answer(questions, answer -> {}));
        assertThat(four).isEqualTo(one).hasSize(6);
    }

    private static List<String> texts(List<Answer> answers) {
        return answers.stream()
                .map(a -> a.kind() + " " + a.effort().states() + " "
                        + a.shown().map(shown -> shown.finding().token()).orElse(""))
                .toList();
    }

    /** The race and the write-protection of 5.9-rc4, against history and against histories that are wrong. */
    @Test
    void shouldCompareWithHistory() {
        String text = """
                right
                  title     the race
                  scenario  fork-vs-pin-fast
                  shows     I1a I1b
                  history   v5.9..v5.11
                wrong
                  title     the race, mended too late
                  scenario  fork-vs-pin-fast
                  shows     I1a I1b
                  history   v5.9..v5.12
                explained
                  title     the race, mended too late
                  scenario  fork-vs-pin-fast
                  shows     I1a I1b
                  history   v5.9..v5.12
                  differs   v5.11 unreachable
                  because   the table is older
                  source    here
                stale
                  title     the race, with a note that is not true any more
                  scenario  fork-vs-pin-fast
                  shows     I1a I1b
                  history   none
                  differs   v5.9..v5.12 reachable
                  because   the table is older
                  source    here
                absent
                  title     the race, where the system call is not there
                  scenario  fork-vs-pin-fast
                  shows     I1a I1b
                  history   v5.9
                  absent    v5.11
                  because   it is not
                  source    here
                later
                  title     no scenario yet
                  shows     I1a
                  history   all
                """;
        List<Museum.Row> rows = Museum.rows(
                MuseumTable.parse("t", text, Scenarios::named),
                List.of(Kernels.named("v5.9"), Kernels.named("v5.11")),
                2,
                Limits.NONE,
                answer -> {});
        assertThat(rows.stream()
                        .map(row -> row.cells().stream()
                                .map(cell -> cell.agreement().name())
                                .toList()))
                .containsExactly(
                        List.of("AGREES", "AGREES"),
                        List.of("AGREES", "DISAGREES"),
                        List.of("AGREES", "EXPLAINED"),
                        List.of("EXPLAINED", "DISAGREES"),
                        List.of("AGREES", "AGREES"),
                        List.of());
        assertThat(rows.get(4).cells().get(1).answer().kind()).isEqualTo(Kind.NOT_EXPRESSIBLE);
    }
}
