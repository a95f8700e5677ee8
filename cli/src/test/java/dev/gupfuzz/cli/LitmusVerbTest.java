package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code litmus}: its layout, its exit codes, its errors. */
class LitmusVerbTest {

    private static final Path SET = Path.of("..", "docs", "litmus");

    @TempDir
    Path directory;

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static String test(String name) {
        return SET.resolve(name + ".litmus").toString();
    }

    @Test
    void shouldPrintAsHerd7Does() {
        CommandLineRun run = CommandLineRun.of("litmus", test("SB+poonceonces"), "--memory", "tso");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines().toList())
                .startsWith(
                        "Test SB+poonceonces Allowed",
                        "States 4",
                        "0:r0=0; 1:r0=0;",
                        "0:r0=0; 1:r0=1;",
                        "0:r0=1; 1:r0=0;",
                        "0:r0=1; 1:r0=1;",
                        "Ok",
                        "Witnesses",
                        "Positive: 1 Negative: 3",
                        "Condition exists (0:r0=0 /\\ 1:r0=0)",
                        "Observation SB+poonceonces Sometimes 1 3");
        assertThat(run.out()).contains("1 test: 0 Never, 1 Sometimes, 0 Always; 0 contradicted");
    }

    @Test
    void shouldRunAWholeDirectory() throws IOException {
        CommandLineRun run = CommandLineRun.of("litmus", SET.toString(), "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.get("verdict").asText()).isEqualTo("clean");
        assertThat(document.get("memory").asText()).isEqualTo("weak");
        try (var files = Files.list(SET)) {
            assertThat(document.get("tests")).hasSize((int) files.count());
        }
        assertThat(document.get("tests").get(0).get("contradicted").asBoolean()).isFalse();
    }

    @Test
    void shouldSayWhereATestIsContradicted() throws IOException {
        String forbidden =
                Files.readString(Path.of(test("SB+poonceonces"))).replace("Result: Sometimes", "Result: Never");
        CommandLineRun never = CommandLineRun.of("litmus", file("never.litmus", forbidden));
        assertThat(never.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(never.out()).contains("Contradicted: the test says Never");

        CommandLineRun sc = CommandLineRun.of("litmus", file("never.litmus", forbidden), "--memory", "sc");
        assertThat(sc.exitCode()).isZero();

        String required = Files.readString(Path.of(test("Lock+counts"))).replace("[x]=2", "[x]=1");
        CommandLineRun forall = CommandLineRun.of("litmus", file("forall.litmus", required));
        assertThat(forall.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(forall.out()).contains("Test Lock+counts Required", "\nNo\n");

        CommandLineRun less = CommandLineRun.of("litmus", test("LB+poonceonces"));
        assertThat(less.exitCode()).isZero();
        assertThat(less.out()).contains("Allowed by the test's 'Result: Sometimes', and not shown");
    }

    @Test
    void shouldRefuseWhatItCannotRead() throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "litmus",
                file("bad.litmus", "C bad\n{}\nP0() { oops }\n"),
                directory + "/none.litmus",
                "--memory",
                "power");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains(
                        "there is no memory model 'power'",
                        "bad.litmus:3:13: expected '=' or '('",
                        "none.litmus: there is no such file");
        assertThat(CommandLineRun.of("litmus").err()).contains("no litmus test: give files or directories");
        Files.createDirectory(directory.resolve("empty"));
        assertThat(CommandLineRun.of("litmus", directory + "/empty").err()).contains("no file there ends with .litmus");
    }
}
