package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayVerbTest {
    private static JsonNode found;
    private static String token;

    @BeforeAll
    static void findTheRace() throws Exception {
        found = FuzzVerbTest.json("fuzz", "--json", "--strategy", "pct:3").get("finding");
        token = found.get("token").asText();
    }

    @Test
    void shouldReproduceATokenBitForBit() throws Exception {
        CommandLineRun run = CommandLineRun.of("replay", token, "--json");

        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(document.get("outcome").asText()).isEqualTo("reproduced");
        assertThat(document.get("verdict").asText()).isEqualTo("violated");
        assertThat(document.get("stateHash")).isEqualTo(found.get("stateHash"));
        assertThat(document.get("invariant")).isEqualTo(found.get("invariant"));
    }

    @Test
    void shouldTellTheTraceStepByStep() throws Exception {
        JsonNode document = FuzzVerbTest.json("replay", token, "--json");

        JsonNode steps = document.get("steps");
        assertThat(steps).hasSizeGreaterThan(5);
        for (int i = 0; i < steps.size(); i++) {
            assertThat(FuzzVerbTest.fields(steps.get(i)))
                    .contains("index", "thread", "label", "text", "access", "object", "changed");
        }
        assertThat(document.get("states")).isNotEmpty();
    }

    @Test
    void shouldDrawTheRaceInColumnsOf72() {
        CommandLineRun run = CommandLineRun.of("replay", token);

        assertThat(run.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(run.out())
                .contains(" | ", "reproduced", found.get("stateHash").asText());
    }

    @Test
    void shouldReadTheTokenFromAFileOrStandardInput(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("token"), token + "\n");

        assertThat(CommandLineRun.of("replay", file.toString()).exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(CommandLineRun.withInput(token + "\n", Map.of(), new Interrupts(), "replay", "-")
                        .exitCode())
                .isEqualTo(ExitCode.VIOLATED);
    }

    @Test
    void shouldSayWhereItDivergesOnAnotherKernel() throws Exception {
        CommandLineRun text = CommandLineRun.of("replay", token, "--kernel", "v5.11");
        CommandLineRun json = CommandLineRun.of("replay", token, "--kernel", "v5.11", "--json");

        assertThat(text.exitCode()).isEqualTo(ExitCode.DIVERGED);
        assertThat(text.out()).contains("decision");
        JsonNode document = new ObjectMapper().readTree(json.out());
        assertThat(json.exitCode()).isEqualTo(ExitCode.DIVERGED);
        assertThat(document.get("outcome").asText()).isNotEqualTo("reproduced");
        assertThat(document.get("detail").asText()).isNotBlank();
    }

    @Test
    void shouldRefuseEveryTruncationAndDamageOfAToken() {
        for (int length = 4; length < token.length(); length += 1 + token.length() / 40) {
            CommandLineRun run = CommandLineRun.of("replay", token.substring(0, length));
            assertThat(run.exitCode()).as(run.out()).isEqualTo(ExitCode.USAGE);
        }
        for (int position = 4; position < token.length(); position += 1 + token.length() / 40) {
            char other = token.charAt(position) == 'A' ? 'B' : 'A';
            String damaged = token.substring(0, position) + other + token.substring(position + 1);
            CommandLineRun run = CommandLineRun.of("replay", damaged);
            assertThat(run.exitCode()).as(run.out()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).startsWith("gupfuzz: ");
        }
    }

    @Test
    void shouldReplayABareSeed() throws Exception {
        String seed = found.get("seed").asText();

        JsonNode document = FuzzVerbTest.json("replay", "--seed", seed, "--strategy", "pct:3", "--json");

        assertThat(document.get("outcome").asText()).isEqualTo("violated");
        assertThat(document.get("stateHash")).isEqualTo(found.get("stateHash"));
        assertThat(document.get("token").asText()).isEqualTo(token);
    }

    @Test
    void shouldDrawABareSeedThatBreaksNothing() throws Exception {
        CommandLineRun run = CommandLineRun.of("replay", "--seed", "1", "--kernel", "v5.11");
        JsonNode document = FuzzVerbTest.json("replay", "--seed", "1", "--kernel", "v5.11", "--json");

        assertThat(run.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(run.out()).contains("no violation");
        assertThat(document.get("outcome").asText()).isEqualTo("clean");
        assertThat(document.get("steps")).isNotEmpty();
    }

    @Test
    void shouldShowTheRaceTolerantlyOnAKernelWithMoreSteps() throws Exception {
        String[] elsewhere = {"replay", token, "--kernel", "v5.11", "--without", "seq-odd-check"};

        assertThat(CommandLineRun.of(elsewhere).exitCode()).isEqualTo(ExitCode.DIVERGED);
        CommandLineRun text = CommandLineRun.of(
                "replay", token, "--kernel", "v5.11", "--without", "seq-odd-check", "--mode", "tolerant");
        assertThat(text.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(text.out()).contains(" | ", "I1b breaks here", "0 left out");
        JsonNode fixed = FuzzVerbTest.json("replay", token, "--kernel", "v5.11", "--mode", "tolerant", "--json");
        assertThat(fixed.get("exitCode").asInt()).isEqualTo(ExitCode.DIVERGED);
        assertThat(fixed.get("outcome").asText()).isEqualTo("noViolation");
        assertThat(fixed.get("mode").asText()).isEqualTo("tolerant");
    }

    @Test
    void shouldReproduceInEveryMode() throws Exception {
        for (String mode : new String[] {"strict", "tolerant", "continue", "causal"}) {
            JsonNode document = FuzzVerbTest.json("replay", token, "--mode", mode, "--json");
            assertThat(document.get("outcome").asText()).as(mode).isEqualTo("reproduced");
            assertThat(document.get("mode").asText()).isEqualTo(mode);
            assertThat(document.get("skipped").asInt()).isZero();
        }
    }

    @Test
    void shouldDrawTheRewindCurve() throws Exception {
        JsonNode curve = FuzzVerbTest.json("replay", token, "--rewind", "--continuations", "50", "--json")
                .get("rewind");

        assertThat(curve).hasSizeGreaterThan(10);
        JsonNode last = curve.get(curve.size() - 1);
        assertThat(last.get("runs").asInt()).isEqualTo(50);
        assertThat(last.get("fails").asInt()).isEqualTo(50);
        for (JsonNode point : curve) {
            double share = point.get("fails").asDouble() / 50;
            assertThat(point.get("low").asDouble()).isLessThanOrEqualTo(share);
            assertThat(point.get("high").asDouble()).isGreaterThanOrEqualTo(share);
        }
        assertThat(CommandLineRun.of("replay", token, "--rewind").out())
                .contains("200 random continuations", " 100 % [");
    }
}
