package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gupfuzz.simulator.kernel.KernelFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelsVerbTest {
    @TempDir
    Path directory;

    @Test
    void shouldListTheKernels() throws Exception {
        assertThat(CommandLineRun.of("kernels", "list").out().lines())
                .hasSize(17)
                .allMatch(line -> line.matches("v[456]\\.\\S+ +(a0|[a-h]['0+]*) +\\S.*"));
        JsonNode kernels = FuzzVerbTest.json("kernels", "list", "--json").get("kernels");
        assertThat(kernels).hasSize(17);
        assertThat(FuzzVerbTest.fields(kernels.get(0)))
                .containsExactly(
                        "name", "base", "generation", "title", "summary", "promises", "safeguards", "alternatives");
    }

    @Test
    void shouldShowWhatAKernelConsistsOf() throws Exception {
        assertThat(CommandLineRun.of("kernels", "show", "v5.11").out())
                .contains(
                        "v5.11: write_protect_seq",
                        "generation e",
                        "write-pin ",
                        "safeguards, each can be removed with --without",
                        "pte-recheck  ",
                        "(M10; gup_pte_range(), mm/gup.c)",
                        "no effect yet: it needs a model of weak memory",
                        "alternatives, each can be added with --with",
                        "instead of seq-odd-check, seq-retry-check")
                .doesNotContain("not in use", "read-pin");
        JsonNode kernel =
                FuzzVerbTest.json("kernels", "show", "v5.11", "--json").at("/kernels/0");
        JsonNode barrier = named(kernel.get("safeguards"), "seq-end-wmb");
        assertThat(FuzzVerbTest.fields(barrier))
                .containsExactly("name", "summary", "source", "review", "needs", "buildsOn", "insteadOf");
        assertThat(barrier.get("needs").asText()).isEqualTo("memory");
        assertThat(barrier.at("/review/0").asText()).isEqualTo("M9");
        assertThat(barrier.at("/buildsOn/0").asText()).isEqualTo("write-protect-seq");
        assertThat(named(kernel.get("safeguards"), "pte-recheck").has("needs")).isFalse();
        assertThat(kernel.at("/promises/0/name").asText()).isEqualTo("write-pin");
    }

    @Test
    void shouldSayWhatHasNothingToActOn() {
        assertThat(CommandLineRun.of("kernels", "show", "v5.11 without write-protect-seq with recheck-before-grab")
                        .out())
                .contains(
                        "nothing to act on: it builds on write-protect-seq",
                        "nothing to act on: it builds on unpin-on-retry",
                        "not in use: recheck-before-grab is in its place");
    }

    @Test
    void shouldCompareTwoKernelsAsAPatchDoes() throws Exception {
        CommandLineRun run = CommandLineRun.of("kernels", "diff", "v5.9-rc7", "v5.9");
        assertThat(run.exitCode()).isEqualTo(ExitCode.CLEAN);
        assertThat(run.out().lines().filter(line -> !line.startsWith("  ")).toList())
                .hasSize(4)
                .startsWith("--- v5.9-rc7", "+++ v5.9")
                .anyMatch(line -> line.startsWith("- fork-wrprotect-first  fork write-protects"))
                .anyMatch(line -> line.startsWith("- fork-restores-pte "));

        JsonNode document = FuzzVerbTest.json("kernels", "diff", "v5.18", "v5.19", "--json");
        assertThat(FuzzVerbTest.fields(document))
                .containsExactly("version", "from", "to", "adds", "drops", "promisesAdded", "promisesDropped");
        assertThat(document.at("/to/generation").asText()).isEqualTo("g");
        named(document.get("adds"), "anon-exclusive");
        named(document.get("promisesAdded"), "read-pin");
        assertThat(document.get("promisesDropped")).isEmpty();

        JsonNode back = FuzzVerbTest.json("kernels", "diff", "v5.19", "v5.18", "--json");
        assertThat(back.get("adds")).isEqualTo(document.get("drops"));
        assertThat(back.get("drops")).isEqualTo(document.get("adds"));
        assertThat(CommandLineRun.of("kernels", "diff", "v6.4", "v6.4").out()).contains("no difference");
    }

    @Test
    void shouldTakeAKernelFromAFile() throws Exception {
        Path file = write("""
                kernel  no-reader
                summary a sequence that nobody reads
                base    v5.11
                without seq-odd-check
                without seq-retry-check
                """);
        String canonical = "v5.11 without seq-odd-check without seq-retry-check";

        assertThat(CommandLineRun.of("kernels", "show", file.toString()).out())
                .contains("no-reader: a sequence that nobody reads", "kernel     " + canonical);
        assertThat(CommandLineRun.of("kernels", "diff", "v5.11", file.toString())
                        .out())
                .contains("+++ no-reader (" + canonical + ")", "- seq-odd-check ", "- seq-retry-check ");

        CommandLineRun fuzz = CommandLineRun.of("fuzz", "--kernel", file.toString(), "--seeds", "20000", "--json");
        assertThat(fuzz.exitCode()).isEqualTo(ExitCode.VIOLATED);
        assertThat(fuzz.out()).contains("\"" + canonical + "\"").doesNotContain("no-reader", file.toString());
    }

    @Test
    void shouldTellEverythingThatIsWrongInAFile() throws Exception {
        Path file = write("kernel a b\nbase v5.1\nwithot x\n");
        CommandLineRun run = CommandLineRun.of("fuzz", "--kernel", file.toString(), "--seeds", "0");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines())
                .hasSize(4)
                .anyMatch(line -> line.startsWith("gupfuzz: " + file + ":1:10: "))
                .anyMatch(line -> line.startsWith("gupfuzz: " + file + ":2:6: unknown kernel 'v5.1'"))
                .anyMatch(line ->
                        line.startsWith("gupfuzz: " + file + ":3:1: unknown word 'withot' (did you mean 'without'"))
                .anyMatch(line -> line.contains("--seeds '0'"));
    }

    @Test
    void shouldRefuseFilesThatAreNoKernels() throws Exception {
        Path large = directory.resolve("large.kernel");
        Files.writeString(large, "#".repeat(KernelFile.BYTES_MAX + 1));
        Path binary = directory.resolve("binary.kernel");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});

        assertThat(CommandLineRun.of("kernels", "show", large.toString(), binary.toString(), directory + "/")
                        .err()
                        .lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("is longer than 65536 bytes"))
                .anyMatch(line -> line.contains("this is not text in UTF-8"))
                .anyMatch(line -> line.contains("cannot be read"));
    }

    /** A clean verdict about a system call that is not there would say nothing. */
    @Test
    void shouldRefuseAScenarioThatTheKernelCannotRun() throws Exception {
        Path scenario = Files.writeString(directory.resolve("wp.gup"), """
                scenario wp "write-protects a page"
                process parent {
                    region buffer[1] written uffd-wp
                }
                thread manager in parent {
                    uffd-protect buffer
                }
                window cow-copy
                sometimes cow-copy
                """);
        String[] line = {"explore", "--scenario", scenario.toString(), "--kernel", "v4.19", "--kernel", "v5.7"};
        CommandLineRun run = CommandLineRun.of(line);

        assertThat(run.err())
                .isEqualTo("gupfuzz: the scenario 'wp' cannot run on kernel v4.19: there is no UFFDIO_WRITEPROTECT\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("my.kernel"), text, StandardCharsets.UTF_8);
    }

    private static JsonNode named(JsonNode list, String name) {
        for (JsonNode entry : list) {
            if (entry.get("name").asText().equals(name)) {
                return entry;
            }
        }
        throw new AssertionError(name + " is not in " + list);
    }
}
