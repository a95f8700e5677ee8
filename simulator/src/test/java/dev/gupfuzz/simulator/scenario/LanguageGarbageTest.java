package dev.gupfuzz.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.machine.Machine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever a file holds, it comes to a scenario that a machine can be made for, or to problems with their places. */
class LanguageGarbageTest {

    private static final long SEED = 20261123;
    /** Reading and unrolling one file; the work bound keeps it to tens of milliseconds. */
    private static final long NANOS_MAX = 30_000_000_000L;

    private final Random random = new Random(SEED);
    private int scenarios;
    private int refused;
    private final TreeSet<String> sentences = new TreeSet<>();

    private void read(byte[] content) {
        long start = System.nanoTime();
        try {
            Scenario scenario = ScenarioText.read("x.gup", content).scenario();
            scenarios++;
            Machine machine = new Machine(Kernels.named("v6.12"), scenario);
            assertThat(machine.threads).isBetween(1, Limits.THREADS);
            assertThat(scenario.world().pages).isBetween(1, Limits.PAGES);
        } catch (BadInput bad) {
            refused++;
            assertThat(bad.problems()).isNotEmpty().hasSizeLessThanOrEqualTo(Limits.PROBLEMS + 1);
            for (String problem : bad.problems()) {
                assertThat(problem).startsWith("x.gup:").doesNotContain("\n");
                sentences.add(problem.replaceAll("[0-9]+|'[^']*'", "?").replaceFirst("^\\S+ ", ""));
            }
        }
        assertThat(System.nanoTime() - start).isLessThan(NANOS_MAX);
    }

    private static List<String> files() {
        List<String> files = new ArrayList<>();
        Scenarios.names().forEach(name -> files.add(Scenarios.text(name).text()));
        return files;
    }

    private static List<String> words() {
        TreeSet<String> words = new TreeSet<>(Verb.words());
        for (String file : files()) {
            for (String line : file.lines().filter(l -> !l.startsWith("#")).toList()) {
                words.addAll(List.of(line.strip().split("\\s+")));
            }
        }
        words.addAll(StatementParser.FLAGS);
        words.addAll(List.of(
                "{",
                "}",
                "\n",
                "..",
                "[",
                "]",
                "(",
                ")",
                "or",
                "and",
                "not",
                "-",
                "*",
                "==",
                "as",
                "must",
                "reach",
                "when",
                "zero",
                "initial",
                "\"",
                "#",
                "999999999",
                "0",
                "x{i}",
                "{",
                "}",
                "child",
                "agent",
                "file",
                "swap",
                "shared",
                "maps",
                "at",
                "table",
                "unmapped",
                "repeat",
                "if",
                "else",
                "for",
                "in",
                "\u00e9"));
        return new ArrayList<>(words);
    }

    /** Whole words are exchanged, doubled, moved and left out. */
    @Test
    void shouldSurviveFilesWithOtherWords() {
        List<String> words = words();
        for (String file : files()) {
            for (int i = 0; i < 120; i++) {
                List<String> parts = new ArrayList<>(List.of(file.split("(?<=\\s)|(?=\\s)")));
                for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                    int at = random.nextInt(parts.size());
                    switch (random.nextInt(4)) {
                        case 0 -> parts.set(at, words.get(random.nextInt(words.size())));
                        case 1 -> parts.add(at, words.get(random.nextInt(words.size())));
                        case 2 -> parts.remove(at);
                        default -> parts.add(at, parts.get(random.nextInt(parts.size())));
                    }
                }
                read(String.join("", parts).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(scenarios).as("mutants that are scenarios still").isGreaterThan(50);
        assertThat(refused).isGreaterThan(400);
        assertThat(sentences).as("different problems").hasSizeGreaterThan(80);
    }

    @Test
    void shouldSurviveFilesWithOtherBytes() {
        for (String file : files()) {
            for (int i = 0; i < 120; i++) {
                byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
                for (int edits = 1 + random.nextInt(5); edits > 0; edits--) {
                    bytes[random.nextInt(bytes.length)] =
                            (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 32 + random.nextInt(95));
                }
                read(random.nextInt(4) == 0 ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
            }
        }
        assertThat(scenarios + refused).isEqualTo(120 * files().size());
    }

    /** Sentences of the language's own words, with braces more often closed than not. */
    @Test
    void shouldSurviveFilesOfRandomWords() {
        List<String> words = words();
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder("scenario s \"s\"\nwindow segv\nsometimes segv\n");
            int length = random.nextInt(random.nextInt(20) == 0 ? 4000 : 120);
            for (int w = 0; w < length; w++) {
                text.append(words.get(random.nextInt(words.size()))).append(random.nextInt(5) == 0 ? "\n" : " ");
            }
            read(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        assertThat(refused).isEqualTo(300);
    }

    @Test
    void shouldSurviveRandomBytes() {
        for (int i = 0; i < 400; i++) {
            byte[] bytes = new byte[random.nextInt(3000)];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                for (int b = 0; b < bytes.length; b++) {
                    bytes[b] = (byte) (bytes[b] & 0x7f);
                }
            }
            read(bytes);
        }
        assertThat(refused).isEqualTo(400);
    }

    /** Files whose only purpose is to be a lot of work. */
    @Test
    void shouldEndOnFilesThatAreALotOfWork() {
        String head = "scenario s \"s\"\nwindow segv\nsometimes segv\nprocess p { region a[128] }\n";
        String loops = "for i%d in 1..999999999 {\n";
        StringBuilder nested = new StringBuilder(head + "thread t in p {\n");
        for (int i = 0; i < 20; i++) {
            nested.append(String.format(loops, i));
        }
        String sum = "1" + " + 1".repeat(50);
        for (String text : List.of(
                nested + "load a\n" + "}\n".repeat(21),
                head + "thread t in p {\nrepeat 400000 { repeat " + sum + " { load a } }\n}\n",
                head + "for i in 0 - 999999999..999999999 { process q{i} }\n",
                head + "thread t in p {\nfor i in 1..400000 { store a as \"" + "{i}".repeat(60) + "\" }\n}\n",
                head + "thread t in p {\nfor i in 1..9999999 { await nobody{i} }\n}\n",
                head + "thread t in p {\nfor i in 1..9999999 { load nothing{i} }\n}\n",
                head + "thread t in p {\n" + "load a must \"x\"\n".repeat(4000) + "}\n",
                head + "swap 1" + " + 1".repeat(15_000) + "\n",
                head + "a".repeat(65_000),
                head + "-".repeat(65_000),
                head + "swap " + "- ".repeat(30_000) + "1\n",
                head + "thread t in p {\n" + "for x in a { for y in a { for z in a { load z } } }\n".repeat(900)
                        + "}\n",
                head + "\"".repeat(65_000),
                head + "if 1 { ".repeat(9_000))) {
            read(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(scenarios).isZero();
        assertThat(refused).isEqualTo(14);
    }
}
