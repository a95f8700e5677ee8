package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FuzzVerbTest {

    @Test
    void shouldShowWhatBrokeThenTheScheduleThenTheCommandThatReplaysIt() {
        CommandLineRun run = CommandLineRun.of(
                "fuzz", "--kernel", "v5.9", "--scenario", "fork-vs-pin-fast", "--seeds", "200000", "--seed", "1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.VIOLATED);
        int invariant = run.out().indexOf("I1");
        int columns = run.out().indexOf(" | ");
        int command = run.out().indexOf("gupfuzz replay");
        int tried = run.out().indexOf("tried ");
        assertThat(List.of(invariant, columns, command, tried)).isSorted().allMatch(position -> position >= 0);
        assertThat(run.out()).contains("gf1:");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void shouldFindTheSameLowestSeedOnAnyNumberOfCores() throws Exception {
        List<String> found = new ArrayList<>();
        for (String cores : List.of("1", "2", "3")) {
            JsonNode document = json("fuzz", "--json", "--cores", cores);
            found.add(document.at("/cells/0/violations/0/seed").asText() + " "
                    + document.get("token").asText());
        }
        assertThat(found.get(0)).startsWith("0x");
        assertThat(found).containsOnly(found.get(0));
    }

    @Test
    void shouldFindTheRaceWithoutAnyOption() throws Exception {
        JsonNode document = json("fuzz", "--json");

        assertThat(document.at("/cells/0/kernel").asText()).isEqualTo("v5.9");
        assertThat(document.at("/cells/0/scenario").asText()).isEqualTo("fork-vs-pin-fast");
        assertThat(document.at("/cells/0/strategy").asText()).startsWith("portfolio:");
        assertThat(document.get("verdict").asText()).isEqualTo("violated");
    }

    @Test
    void shouldTellWhatEachMemberOfThePortfolioDidAndFound() throws Exception {
        CommandLineRun run = CommandLineRun.of("fuzz", "--seeds", "4000", "--keep-going");
        JsonNode document = json("fuzz", "--json", "--seeds", "4000", "--keep-going");

        JsonNode cell = document.at("/cells/0");
        long schedules = 0;
        long violating = 0;
        for (JsonNode member : cell.get("strategies")) {
            schedules += member.get("schedules").asLong();
            violating += member.get("violating").asLong();
            String form = member.get("strategy").asText().split("[:,](?![0-9])", 2)[0];
            assertThat(run.out()).contains("  member    " + form + " ");
            double yield =
                    1e6 * member.get("violating").asLong() / member.get("steps").asLong();
            assertThat(member.get("violatingPerMillionSteps").asDouble()).isCloseTo(yield, within(1e-6));
        }
        assertThat(cell.get("strategies"))
                .hasSize(Strategy.named(Strategy.DEFAULT).members().size());
        assertThat(schedules).isEqualTo(4_000);
        assertThat(violating).isPositive();
        for (JsonNode violation : cell.get("violations")) {
            String found = violation.get("strategy").asText();
            assertThat(cell.get("strategies"))
                    .anyMatch(member -> member.get("strategy").asText().equals(found));
            violating -= violation.get("count").asLong();
        }
        assertThat(violating).isZero();
    }

    @Test
    void shouldReportGoalsAndRiskWhereTheRaceIsFixed() throws Exception {
        CommandLineRun run = CommandLineRun.of("fuzz", "--kernel", "v5.11", "--seeds", "200000");
        JsonNode document = json("fuzz", "--json", "--kernel", "v5.11", "--seeds", "200000");

        assertThat(run.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(run.out()).contains("v5.11 x fork-vs-pin-fast", "tried     200,000 schedules", "goal ", "risk: ");
        JsonNode cell = document.at("/cells/0");
        assertThat(document.get("verdict").asText()).isEqualTo("clean");
        assertThat(cell.get("schedules").asLong()).isEqualTo(200_000);
        assertThat(cell.get("unreachedGoals")).isEmpty();
        assertThat(cell.get("goals")).isNotEmpty().allMatch(count -> count.asLong() > 0);
        assertThat(cell.get("violations")).isEmpty();
        assertThat(cell.get("evidence").asLong()).isPositive();
        assertThat(cell.get("risk").asText()).isNotBlank();
    }

    @Test
    void shouldFindTheOldBugInOneSchedule() {
        CommandLineRun run = CommandLineRun.of(
                "fuzz", "--kernel", "v5.9-rc4", "--scenario", "pin-fork-child-exits-write", "--seeds", "1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(run.out()).contains("gf1:");
    }

    @Test
    void shouldFollowTheSchemaOfTheDocument() throws Exception {
        JsonNode document = json("fuzz", "--json", "--seeds", "20000", "--keep-going");

        assertThat(document.get("version").asInt()).isEqualTo(1);
        assertThat(fields(document))
                .contains(
                        "verb",
                        "verdict",
                        "exitCode",
                        "model",
                        "engine",
                        "schedules",
                        "steps",
                        "seconds",
                        "invariant",
                        "token",
                        "preemptions",
                        "cells",
                        "notRun");
        JsonNode cell = document.at("/cells/0");
        assertThat(fields(cell))
                .contains(
                        "kernel",
                        "scenario",
                        "strategy",
                        "verdict",
                        "ended",
                        "firstSeed",
                        "seeds",
                        "schedules",
                        "steps",
                        "goals",
                        "violations",
                        "seconds");
        assertThat(cell.get("firstSeed").asText()).isEqualTo("0x0000000000000001");
        assertThat(cell.get("schedules").asLong()).isEqualTo(20_000);
        JsonNode violation = cell.at("/violations/0");
        assertThat(fields(violation))
                .contains("invariant", "where", "count", "lowestSeeds", "token", "preemptions", "stateHash");
        assertThat(violation.get("seed").asText())
                .isEqualTo(violation.at("/lowestSeeds/0").asText());
        assertThat(violation.get("stateHash").asText()).matches("0x[0-9a-f]{16}");
    }

    @Test
    void shouldCountByInvariantAndPlaceWhenItKeepsGoing() {
        CommandLineRun run = CommandLineRun.of("fuzz", "--seeds", "20000", "--keep-going");

        assertThat(run.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(run.out()).contains("invariant", "lowest seeds", "tried     20,000 schedules");
    }

    @Test
    void shouldStopAtTheFirstViolationAndNameWhatDidNotRun() throws Exception {
        JsonNode document = json("fuzz", "--json", "--kernel", "v5.9", "--kernel", "v5.11");

        assertThat(document.get("cells")).hasSize(1);
        assertThat(document.at("/notRun/0").asText()).isEqualTo("v5.11 x fork-vs-pin-fast");
    }

    @Test
    void shouldRunKernelsAndScenariosInTheOrderGiven() throws Exception {
        JsonNode document = json(
                ("fuzz --json --kernel v5.11 --kernel v5.9 --scenario pin-fast-vs-munmap --scenario fork-vs-pin-fast:pages=2"
                                + " --seeds 2000 --keep-going")
                        .split(" "));

        List<String> order = new ArrayList<>();
        document.get("cells")
                .forEach(cell -> order.add(
                        cell.get("kernel").asText() + " " + cell.get("scenario").asText()));
        assertThat(order)
                .containsExactly(
                        "v5.11 pin-fast-vs-munmap",
                        "v5.11 fork-vs-pin-fast:pages=2",
                        "v5.9 pin-fast-vs-munmap",
                        "v5.9 fork-vs-pin-fast:pages=2");
    }

    @Test
    void shouldEndIncompleteWhenAGoalIsUnreachedAndNameIt() throws Exception {
        CommandLineRun run = CommandLineRun.of("fuzz", "--kernel", "v5.11", "--seeds", "1");
        JsonNode document = json("fuzz", "--json", "--kernel", "v5.11", "--seeds", "1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        String goal = document.at("/cells/0/unreachedGoals/0").asText();
        assertThat(goal).isNotBlank();
        assertThat(run.out()).contains("incomplete: no schedule reached").contains(goal);
        assertThat(document.get("verdict").asText()).isEqualTo("incomplete");
    }

    @Test
    void shouldBeCleanWhenTheTimeWasTheQuestion() throws Exception {
        CommandLineRun run = CommandLineRun.of("fuzz", "--json", "--kernel", "v5.11", "--for", "1s");

        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(document.at("/cells/0/ended").asText()).isEqualTo("time");
        assertThat(document.get("schedules").asLong()).isPositive();
    }

    @Test
    void shouldEndIncompleteWhenTheTimeIsOverBeforeTheSeedsAreRun() throws Exception {
        CommandLineRun run =
                CommandLineRun.of("fuzz", "--json", "--kernel", "v5.11", "--for", "300ms", "--seeds", "1000000000000");

        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(document.get("verdict").asText()).isEqualTo("incomplete");
    }

    @Test
    void shouldPrintWhatWasCoveredWhenInterrupted() throws Exception {
        Interrupts interrupts = new Interrupts();
        interrupts.request();
        CommandLineRun run = CommandLineRun.in(
                Map.of(), interrupts, "fuzz", "--json", "--kernel", "v5.11", "--seeds", "1000000000000");

        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(document.get("interrupted").asBoolean()).isTrue();
        assertThat(document.get("notRun")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x7", "7", "0x0000000000000007"})
    void shouldTakeSeedsInAnyForm(String seed) throws Exception {
        assertThat(json("fuzz", "--json", "--kernel", "v5.11", "--seeds", "10", "--seed", seed)
                        .at("/cells/0/firstSeed")
                        .asText())
                .isEqualTo("0x0000000000000007");
    }

    @Test
    void shouldRunTheVeryLastSeed() throws Exception {
        JsonNode document =
                json("fuzz", "--json", "--kernel", "v5.11", "--seeds", "3", "--seed", "18446744073709551613");

        assertThat(document.get("schedules").asLong()).isEqualTo(3);
    }

    /** Every seed of this cell violates; without --seeds as many are run as there are from the first one on. */
    @Test
    void shouldShowAViolationOfTheVeryLastSeed() throws Exception {
        String command =
                "fuzz --json --kernel v5.9-rc4 --scenario pin-fork-child-exits-write --no-minimize --keep-going"
                        + " --seed 0xffffffffffffffff";
        JsonNode document = json(command.split(" "));

        assertThat(document.get("schedules").asLong()).isEqualTo(1);
        assertThat(document.at("/cells/0/violations/0/lowestSeeds").toString()).isEqualTo("[\"0xffffffffffffffff\"]");
        assertThat(document.at("/cells/0/violations/0/count").asLong()).isEqualTo(1);
    }

    @Test
    void shouldTakeSafeguardsOutOfEveryKernel() throws Exception {
        JsonNode kernels = json("kernels", "show", "v5.11", "--json");
        String safeguard = kernels.at("/kernels/0/safeguards/0/name").asText();

        JsonNode document = json("fuzz", "--json", "--kernel", "v5.11", "--without", safeguard, "--seeds", "10");

        assertThat(document.at("/cells/0/kernel").asText()).isEqualTo("v5.11 without " + safeguard);
    }

    static JsonNode json(String... args) throws Exception {
        CommandLineRun run = CommandLineRun.of(args);
        assertThat(run.err()).isEmpty();
        return new ObjectMapper().readTree(run.out());
    }

    static List<String> fields(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
