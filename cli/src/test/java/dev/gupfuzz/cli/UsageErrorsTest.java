package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input of every verb: exit code 2, a sentence that names the value, and nothing on standard output. */
class UsageErrorsTest {

    @ParameterizedTest(name = "gupfuzz {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            foo                                   | unknown verb 'foo'
            fuz                                   | did you mean 'fuzz'?
            --foo                                 | unknown option '--foo'
            explore --states 0                    | --states '0' is too small
            explore --memory-limit -1             | --memory-limit '-1' is negative
            explore --for x                       | --for 'x' is not a duration
            explore --seeds 5                     | unknown option '--seeds'
            explore --strategy random             | unknown option '--strategy'
            explore --kernel v5.99                | unknown kernel 'v5.99' (did you mean 'v5.19'?
            minimise                              | unknown verb 'minimise'
            gate                                  | unknown verb 'gate'
            minimize                              | nothing to minimize
            minimize gf1:x --for 1                | --for '1' is not a duration
            minimize gf1:x --states 0             | --states '0' is too small
            replay gf1:x --mode loose             | --mode 'loose' is none of strict, tolerant, continue, causal
            replay gf1:x --mode tolerent          | did you mean 'tolerant'?
            replay gf1:x --continuations 5        | --continuations goes with --rewind
            replay --seed 1 --mode causal         | go with a finding
            fuzz --kernel v5.99                   | unknown kernel 'v5.99' (did you mean 'v5.19'?
            fuzz --scenario fork-vs-pin           | unknown scenario 'fork-vs-pin'
            fuzz --scenario fork-vs-pin-fast:p=1  | 'p'
            fuzz --strategy pct                   | 'pct'
            fuzz --strategy pct:0                 | 'pct:0'
            fuzz --without pte-rechek             | 'pte-rechek'
            fuzz --with nothing                   | 'nothing'
            fuzz --flush hypercal                 | --flush 'hypercal' is none of ipi, hypercall (did you mean 'hypercall'?
            explore --flush ipi --without ipi-tlb-flush | --flush ipi contradicts the kernel
            fuzz --preempt ful                    | --preempt 'ful' is none of none, full, rt (did you mean 'full'?
            explore --preempt none --with preempt-rt | --preempt none contradicts the kernel
            fuzz --pages 0                        | pages
            fuzz --pages -1                       | --pages '-1' is negative
            fuzz --pages three                    | --pages 'three'
            fuzz --param pages                    | --param 'pages' is not of the form NAME=VALUE
            fuzz --param pages=1 --pages 1        | the parameter 'pages' is given twice
            fuzz --param depth=1                  | 'depth'
            fuzz --seed -1                        | --seed '-1' is not a seed
            fuzz --seeds 0                        | --seeds '0' is too small
            fuzz --seeds -5                       | --seeds '-5' is negative
            fuzz --seed 0xffffffffffffffff --seeds 2 | goes past the largest seed: give at most --seeds 1
            fuzz --for 10                         | --for '10' is not a duration
            fuzz --cores 0                        | --cores '0' is too small
            fuzz --cores -2                       | --cores '-2' is negative
            fuzz --kernle v5.9                    | unknown option '--kernle' (did you mean '--kernel'?
            fuzz --kernle=v5.9                    | unknown option '--kernle=v5.9' (did you mean '--kernel'?
            fuzz v5.9                             | unexpected argument 'v5.9'
            fuzz --seed                           | --seed needs a value
            fuzz --seed 1 --seed 2                | --seed is given more than once
            fuzz --keep-going=maybe               | keep-going
            replay                                | nothing to replay
            replay gf1:                           | token
            replay gf9:abc                        | gf9
            replay no-such-file                   | 'no-such-file' is neither a token
            replay a b                            | one finding at a time
            replay --seed x                       | --seed 'x' is not a seed
            replay --seed 1 gf1:abc               | a finding brings its own seed
            replay --seed 1 --kernel v5.9 --kernel v5.11 | a replay takes one --kernel, not 2
            replay gf1:abc --scenario fork-vs-write | a finding brings its scenario
            kernels show                          | NAME is missing
            kernels show v6                       | unknown kernel 'v6'
            kernels diff v5.9                     | two kernels are compared, not 1
            kernels diff v5.9 v5.10               | unknown kernel 'v5.10'
            kernels show no/such                  | 'no/such' cannot be read
            fuzz --kernel no-such.kernel          | 'no-such.kernel' cannot be read
            kernels lst                           | unknown verb 'lst' (did you mean 'list'?
            scenarios show                        | NAME is missing
            scenarios show fork                   | unknown scenario 'fork'
            scenarios show fork-vs-write --kernel x | unknown kernel 'x'
            campaign lst                          | unknown verb 'lst' (did you mean 'list'?
            campaign create                       | FILE is missing
            campaign create no-such-file          | 'no-such-file' cannot be read
            campaign show                         | NAME is missing
            campaign watch a b                    | one NAME at a time
            campaign watch a --for never          | --for 'never' is not a duration
            campaign cancel                       | NAME is missing
            campaign export                       | NAME is missing
            campaign list --url localhost:8484    | --url 'localhost:8484' is not an address
            campaign list --url http://h:70000    | --url 'http://h:70000' is not an address
            fuzz --seeds 9223372036854775807      | --seeds '9223372036854775807' is too large
            campaign list --token-file no-such    | the token file no-such cannot be read
            campaign run                          | FILE is missing
            campaign run no-such-file --local     | 'no-such-file' cannot be read
            coordinator --port 65536              | --port '65536' is too large
            coordinator --bootstrap here          | --bootstrap 'here' is not of the form HOST:PORT
            coordinator --kafka-config no-such    | --kafka-config 'no-such' cannot be read
            worker --cores 0                      | --cores '0' is too small
            worker --id a/b                       | --id 'a/b'
            worker --metrics-port x               | --metrics-port 'x'
            broker --port -1                      | --port '-1' is negative
            up --port 99999                       | --port '99999' is too large
            up --for soon                         | --for 'soon' is not a duration
            up --cores 0                          | --cores '0' is too small
            doctor --bootstrap x                  | --bootstrap 'x'
            doctor --deep                         | unknown option '--deep'
            healthcheck --url here                | --url 'here' is not an address
            completion fish                       | unexpected argument 'fish'
            version now                           | unexpected argument 'now'
            """)
    void shouldNameTheValueAndExitWithTwo(String line, String sentence, @TempDir Path empty) {
        CommandLineRun run =
                CommandLineRun.in(Map.of("XDG_DATA_HOME", empty.toString()), new Interrupts(), line.split(" +"));

        assertThat(run.err()).contains(sentence).startsWith("gupfuzz: ");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void shouldTellEveryProblemAtOnce() {
        CommandLineRun run = CommandLineRun.of(
                ("fuzz --kernel v5.99 --kernel v4 --scenario x --strategy y --without z --seed s --seeds -1 --for 1d"
                                + " --cores 0 --param q --pages -1 --bogus --json")
                        .split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).hasSizeGreaterThanOrEqualTo(12).allMatch(line -> line.startsWith("gupfuzz: "));
        assertThat(run.err())
                .contains(
                        "'v5.99'",
                        "'v4'",
                        "'x'",
                        "'y'",
                        "'z'",
                        "'s'",
                        "--seeds '-1'",
                        "'1d'",
                        "--cores '0'",
                        "'q'",
                        "--pages '-1'",
                        "'--bogus'");
    }

    @Test
    void shouldAlsoTellProblemsAsTheOneJsonDocument() throws Exception {
        CommandLineRun run = CommandLineRun.of("fuzz", "--json", "--kernel", "v5.99", "--seeds", "0");

        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.get("version").asInt()).isEqualTo(1);
        assertThat(document.get("verdict").asText()).isEqualTo("error");
        assertThat(document.get("exitCode").asInt()).isEqualTo(ExitCode.USAGE);
        assertThat(document.get("problems")).hasSize(2);
        assertThat(run.err().lines()).hasSize(2);
    }

    @Test
    void shouldNotLetArgumentsRepaintTheTerminal() {
        CommandLineRun run = CommandLineRun.of("fuzz", "--kernel", "\u001b[2Jv5.9", "--\u001b[2J", "\u001b]0;x\u0007");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).doesNotContain("\u001b", "\u0007");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b=c", "bootstrap.servers=evil:1", "sasl.login.class=Evil"})
    void shouldRefuseKafkaSettingsThatAreNotOnTheList(String setting, @TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("kafka.properties"), setting + "\n");

        CommandLineRun run = CommandLineRun.of("worker", "--kafka-config", file.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(setting.substring(0, setting.indexOf('=')), "not allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "up --help",
                "fuzz --help",
                "replay -h",
                "kernels --help",
                "kernels list --help",
                "kernels diff --help",
                "scenarios show --help",
                "campaign --help",
                "campaign create --help",
                "campaign run --help",
                "campaign watch --help",
                "coordinator --help",
                "worker --help",
                "broker --help",
                "doctor --help",
                "healthcheck --help",
                "completion --help",
                "version --help"
            })
    void shouldShowHelpOfEveryVerb(String line) {
        CommandLineRun run = CommandLineRun.of(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(run.out()).startsWith("Usage: gupfuzz");
        assertThat(run.out().lines())
                .allSatisfy(text -> assertThat(text.length()).isLessThanOrEqualTo(100));
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kernels", "scenarios", "campaign"})
    void shouldShowUsageAndFailWithoutAVerb(String line) {
        CommandLineRun run = CommandLineRun.of(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("Usage: gupfuzz");
        assertThat(run.out()).isEmpty();
    }
}
