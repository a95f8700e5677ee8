package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gupfuzz.simulator.explore.Endings;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExploreVerbTest {

    private static final String[] FIXED = {"explore", "--kernel", "v5.11", "--scenario", "fork-vs-pin-fast"};

    @Test
    void shouldProveTheFix() throws Exception {
        JsonNode document = json(ExitCode.CLEAN, "explore", "--kernel", "v5.11", "--json");

        assertThat(document.get("verdict").asText()).isEqualTo("clean");
        JsonNode cell = document.at("/cells/0");
        assertThat(cell.get("ended").asText()).isEqualTo("complete");
        assertThat(cell.get("violations")).isEmpty();
        assertThat(cell.get("unreachedGoals")).isEmpty();
        assertThat(cell.get("goals")).isNotEmpty().allMatch(JsonNode::asBoolean);
        assertThat(cell.get("states").asLong()).isGreaterThan(1000);
        assertThat(cell.get("collisionProbability").asDouble()).isBetween(0.0, 1e-9);
        assertThat(CommandLineRun.of(FIXED).out()).contains("v5.11 x fork-vs-pin-fast: proved");
    }

    @Test
    void shouldProveAndRefuteWithEitherEngine() throws Exception {
        JsonNode proof = json(ExitCode.CLEAN, "explore", "--kernel", "v5.11", "--engine", "dpor", "--json");
        assertThat(proof.at("/cells/0/engine").asText()).isEqualTo("dpor");
        assertThat(proof.at("/cells/0/ended").asText()).isEqualTo("complete");
        assertThat(proof.at("/cells/0/unreachedGoals")).isEmpty();
        assertThat(proof.get("classes").asLong()).isGreaterThan(100);
        assertThat(proof.at("/cells/0/blocked").asLong()).isZero();

        JsonNode refuted = json(ExitCode.VIOLATED, "explore", "--engine", "dpor", "--json");
        assertThat(refuted.get("invariant").asText()).isEqualTo("I1b");
        assertThat(refuted.at("/cells/0/certificate/preemptions").asInt()).isEqualTo(1);
        assertThat(refuted.get("token"))
                .isEqualTo(json(ExitCode.VIOLATED, "explore", "--json").get("token"));
        assertThat(CommandLineRun.of("explore", "--kernel", "v5.11", "--engine", "dpor")
                        .out())
                .contains("classes of schedules");
        assertThat(CommandLineRun.of("explore", "--kernel", "v5.11", "--engine", "dpor", "--states", "1000")
                        .exitCode())
                .isEqualTo(ExitCode.INCOMPLETE);
        assertThat(CommandLineRun.of("explore", "--engine", "dpr").err()).contains("did you mean 'dpor'");
    }

    @Test
    void shouldShowACounterexampleThatReplays() throws Exception {
        JsonNode document = json(ExitCode.VIOLATED, "explore", "--json");

        assertThat(document.get("invariant").asText()).isEqualTo("I1b");
        assertThat(document.at("/cells/0/ended").asText()).isEqualTo("violation");
        assertThat(document.get("preemptions").asInt()).isEqualTo(1);
        assertThat(document.at("/cells/0/certificate/preemptions").asInt()).isEqualTo(1);
        String token = document.get("token").asText();
        JsonNode replayed = json(ExitCode.VIOLATED, "replay", "--json", token);
        assertThat(replayed.get("verdict").asText()).isNotEqualTo("error");
        assertThat(CommandLineRun.of("explore").out())
                .contains("I1b broken", "found by  exploration", token, "nothing breaks with 0, proved");
    }

    @Test
    void shouldShowEveryPlaceWhenItKeepsGoing() throws Exception {
        JsonNode cell =
                json(ExitCode.VIOLATED, "explore", "--keep-going", "--json").at("/cells/0");

        assertThat(cell.get("ended").asText()).isEqualTo("complete");
        assertThat(cell.get("violations")).hasSizeGreaterThan(1);
        assertThat(cell.get("violations")).allMatch(v -> v.get("token").asText().startsWith("gf1:"));
    }

    @Test
    void shouldEndIncompleteAtABound() throws Exception {
        JsonNode document = json(ExitCode.INCOMPLETE, "explore", "--kernel", "v5.11", "--states", "100", "--json");

        assertThat(document.get("verdict").asText()).isEqualTo("incomplete");
        assertThat(document.at("/cells/0/ended").asText()).isEqualTo("states");
        CommandLineRun memory = CommandLineRun.of(
                "explore", "--kernel", "v5.11", "--scenario", "fork-vs-pin-fast-writer", "--memory-limit", "1");
        assertThat(memory.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(memory.out()).contains("--memory-limit");
    }

    @Test
    void shouldTakeAnUnreachableGoalForAViolation() {
        Kernel kernel = Kernels.named("v5.11");
        Scenario scenario = Scenarios.named("cow-vs-reader");
        long all = scenario.goals(kernel).stream().mapToLong(goal -> goal.bit()).reduce(0, (a, b) -> a | b);
        long one = scenario.goals(kernel).get(0).bit();

        assertThat(explored(kernel, scenario, Ended.COMPLETE, all).verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(explored(kernel, scenario, Ended.STATES, all).verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(explored(kernel, scenario, Ended.STATES, all & ~one).verdict())
                .isEqualTo(Verdict.INCOMPLETE);
        ExploreResult.Explored lacking = explored(kernel, scenario, Ended.COMPLETE, all & ~one);
        assertThat(lacking.verdict()).isEqualTo(Verdict.VIOLATED);
        assertThat(ExploreDocument.of(new ExploreResult(List.of(lacking), List.of(), List.of(), 1, false)))
                .containsEntry("invariant", scenario.goals(kernel).get(0).id());
    }

    /** One of two searches broke something that the other, which left nothing, did not come to. */
    @Test
    void shouldNotHideThatTwoSearchesDisagree() {
        Kernel kernel = Kernels.named("v5.9");
        Scenario scenario = Scenarios.named("fork-vs-pin-fast");
        Exploration broken =
                StateSearch.explore(() -> new MachineSystem(kernel, scenario), 1, StateSearch.Bounds.NONE, Plan.FIRST);
        Exploration clean = new Exploration(
                Plan.FEWEST_PREEMPTIONS,
                Ended.COMPLETE,
                1,
                1,
                1,
                1,
                0,
                new TreeMap<>(),
                Exploration.Extent.NONE,
                Endings.NOT_LOOKED_FOR);

        assertThatThrownBy(() -> ExploreResult.Explored.of(kernel, scenario, broken, Optional.of(clean), 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("disagree");
    }

    @Test
    void shouldPutAViolationBeforeACheckpointThatCannotBeWritten() {
        Kernel kernel = Kernels.named("v5.11");
        Scenario scenario = Scenarios.named("cow-vs-reader");
        ExploreResult.Explored bounded = explored(kernel, scenario, Ended.STATES, 0);
        ExploreResult.Explored violated = explored(kernel, scenario, Ended.COMPLETE, 0);
        List<String> full = List.of("checkpoint 'x' cannot be written: no space");

        assertThat(new ExploreResult(List.of(bounded), List.of(), full, 1, true).exitCode())
                .isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(new ExploreResult(List.of(violated), List.of(), full, 1, false).exitCode())
                .isEqualTo(ExitCode.VIOLATED);
        assertThat(new ExploreResult(List.of(bounded), List.of(), List.of(), 1, false).exitCode())
                .isEqualTo(ExitCode.INCOMPLETE);
    }

    @Test
    void shouldSayWhetherEveryScheduleEnds() throws Exception {
        assertThat(CommandLineRun.of("explore", "--kernel", "v5.11").out()).contains("every schedule comes to an end");
        assertThat(CommandLineRun.of("explore", "--kernel", "v5.11", "--reductions", "sleep")
                        .out())
                .contains("a livelock would not be found");
        String[] planted = {
            "explore",
            "--kernel",
            "v5.11",
            "--without",
            "fault-tlb-drop",
            "--scenario",
            "fork-vs-write:populated=0,writers=1"
        };
        JsonNode document = json(ExitCode.VIOLATED, concat(planted, "--json"));
        assertThat(document.get("invariant").asText()).isEqualTo("I11");
        assertThat(document.at("/cells/0/endings").asText()).isEqualTo("livelock");
        String token = document.get("token").asText();
        assertThat(CommandLineRun.of(planted).out()).contains("goes round for ever", token, "no way into a loop");
        assertThat(CommandLineRun.of("replay", token).exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(CommandLineRun.of("minimize", token).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(CommandLineRun.of("replay", token, "--rewind").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    /** A flush that waits for nobody's interrupts is a kernel without that safeguard, by whichever name. */
    @Test
    void shouldFlushAsAsked() throws Exception {
        String[] asked = {
            "explore", "--json", "--kernel", "v5.11", "--without", "pte-recheck", "--scenario", "pin-fast-vs-munmap"
        };
        assertThat(json(ExitCode.CLEAN, asked).at("/cells/0/ended").asText()).isEqualTo("complete");
        assertThat(json(ExitCode.CLEAN, concat(asked, "--flush=ipi"))
                        .at("/cells/0/ended")
                        .asText())
                .isEqualTo("complete");
        JsonNode hypercall = json(ExitCode.VIOLATED, concat(asked, "--flush=hypercall"));
        assertThat(hypercall.get("invariant").asText()).isEqualTo("I6");
        assertThat(hypercall.at("/cells/0/kernel").asText())
                .isEqualTo(Kernels.named("v5.11")
                        .without("pte-recheck")
                        .without("ipi-tlb-flush")
                        .name());
    }

    /** A reader above the writer: it must not spin, and the section must not forbid to sleep. */
    @Test
    void shouldPreemptAsAsked() throws Exception {
        String[] asked = {
            "explore", "--json", "--kernel", "v5.11", "--scenario", "rt-reader-preempts-fork", "--preempt", "rt"
        };
        assertThat(json(ExitCode.CLEAN, asked).at("/cells/0/kernel").asText())
                .isEqualTo(Kernels.named("v5.11").with("preempt-rt").name());

        JsonNode spins = json(ExitCode.VIOLATED, concat(asked, "--with=spinning-reader"));
        assertThat(spins.get("invariant").asText()).isEqualTo("I11");
        assertThat(spins.toString()).contains("reader waits at lockless_pages_from_mm: seq = read_seqcount_begin");

        assertThat(json(ExitCode.VIOLATED, concat(asked, "--with=seq-preempt-off"))
                        .toString())
                .contains("may sleep while it holds a spinlock");
    }

    private static String[] concat(String[] some, String more) {
        String[] all = Arrays.copyOf(some, some.length + 1);
        all[some.length] = more;
        return all;
    }

    private static ExploreResult.Explored explored(Kernel kernel, Scenario scenario, Ended ended, long reached) {
        Exploration exploration = new Exploration(
                Plan.FIRST, ended, 1, 1, 1, 1, reached, new TreeMap<>(), Exploration.Extent.NONE, Endings.ALL);
        return ExploreResult.Explored.of(kernel, scenario, exploration, Optional.empty(), 0);
    }

    private static JsonNode json(int exitCode, String... arguments) throws Exception {
        CommandLineRun run = CommandLineRun.of(arguments);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        return new ObjectMapper().readTree(run.out());
    }
}
