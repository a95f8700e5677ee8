package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding.Loop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The many-line form of a finding: a word and its value a line, the checksum last. Unknown words are ignored, an unknown
 * format version is refused.
 */
final class FindingFile {

    private static final String MAGIC = "gupfuzz-finding";
    private static final int FORMAT = 1;
    /** With the word {@code loop}. */
    private static final int LOOP_FORMAT = 2;

    /** A line of the scenario's file, where the scenario is not built in. */
    private static final String PROGRAM = "program";

    private FindingFile() {}

    static String write(Finding f) {
        Finding.Checks checks = f.checksOn(f.cell.kernel());
        StringBuilder text = new StringBuilder(MAGIC + " " + (f.loop.exists() ? LOOP_FORMAT : FORMAT) + "\n");
        line(text, "model", Model.version());
        line(text, "engine", Model.engine());
        line(text, "kernel", f.cell.kernel().name());
        line(text, "scenario", f.cell.scenario().identity());
        line(text, "strategy", f.cell.strategy().name());
        line(text, "seed", Finding.hex(f.seed));
        line(text, "invariant", f.invariant.id());
        line(text, "where", f.where);
        line(text, "steps", Integer.toString(f.steps));
        line(text, "state", Finding.hex(f.stateHash));
        if (f.loop.exists()) {
            line(text, "loop", f.loop.from() + " " + f.loop.to());
        }
        for (String deviation : Deviations.lines(f.cell.scenario(), f.threads, checks)) {
            line(text, "deviate", deviation);
        }
        line(text, "decide", threads(f.cell.scenario().threads(), f.threads));
        line(text, "choose", numbers(f.choices));
        line(text, "check", numbers(f.checks));
        f.cell.scenario().text().filter(program -> !program.builtIn()).ifPresent(program -> {
            for (String programLine : program.text().split("\n", -1)) {
                line(text, PROGRAM, programLine);
            }
        });
        return text + "sum " + sum(text.toString()) + "\n";
    }

    /** The text of the scenario that the finding brings; nothing when it is a built-in one. */
    private static List<ScenarioText> program(List<String> lines) {
        List<String> program = lines.stream()
                .filter(line -> line.startsWith(PROGRAM + " "))
                .map(line -> line.substring(PROGRAM.length() + 1))
                .toList();
        return program.isEmpty()
                ? List.of()
                : List.of(ScenarioText.read(
                        "the finding's scenario", String.join("\n", program).getBytes(StandardCharsets.UTF_8)));
    }

    static Finding read(String text, Collection<ScenarioText> known) {
        List<String> lines = text.lines().toList();
        String[] head = lines.get(0).strip().split("\\s+");
        if (head.length != 2 || !head[0].equals(MAGIC)) {
            throw new BadInput("this is not a finding file: its first line must be '" + MAGIC + " " + FORMAT + "'");
        }
        boolean loops = head[1].equals(Integer.toString(LOOP_FORMAT));
        if (!head[1].equals(Integer.toString(FORMAT)) && !loops) {
            throw new BadInput("finding file of format " + head[1] + ": this program reads formats " + FORMAT + " and "
                    + LOOP_FORMAT);
        }
        int sumAt = text.lastIndexOf("\nsum ") + 1;
        if (sumAt == 0) {
            throw new BadInput("the finding file was truncated: its last line must be the checksum");
        }
        if (!text.substring(sumAt).strip().equals("sum " + sum(text.substring(0, sumAt)))) {
            throw new BadInput("the finding file was damaged: its checksum does not fit");
        }
        Map<String, String> fields = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int space = line.indexOf(' ');
            fields.put(
                    space < 0 ? line : line.substring(0, space),
                    space < 0 ? "" : line.substring(space).strip());
        }
        Finding.requireThisModel(field(fields, "model"));
        List<ScenarioText> texts = new ArrayList<>(program(lines));
        texts.addAll(known);
        try {
            Cell cell = new Cell(
                    Kernels.named(field(fields, "kernel")),
                    Scenarios.identified(field(fields, "scenario"), texts),
                    Strategy.recorded(field(fields, "strategy")));
            int steps = Integer.parseInt(field(fields, "steps"));
            return new Finding(
                    cell,
                    hex(fields, "seed"),
                    threads(cell.scenario().threads(), field(fields, "decide")),
                    numbers(field(fields, "choose")),
                    numbers(field(fields, "check")),
                    Token.invariant(field(fields, "invariant")),
                    field(fields, "where"),
                    steps,
                    hex(fields, "state"),
                    loops ? loop(field(fields, "loop"), steps) : Loop.NONE);
        } catch (IllegalArgumentException e) {
            throw new BadInput("the finding file is malformed: " + e.getMessage());
        }
    }

    private static Loop loop(String text, int steps) {
        int[] ends = numbers(text);
        if (ends.length != 2) {
            throw new BadInput("the finding file's 'loop' must be two numbers of steps: loop=" + text);
        }
        return Token.loop(ends[0], ends[1], steps);
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new BadInput("the finding file has no line '" + name + "'");
        }
        return value;
    }

    private static long hex(Map<String, String> fields, String name) {
        String value = field(fields, name);
        if (!value.matches("0x[0-9a-f]{16}")) {
            throw new BadInput("the finding file's '" + name + "' must be 0x and 16 hex digits: " + name + "=" + value);
        }
        return Long.parseUnsignedLong(value.substring(2), 16);
    }

    private static void line(StringBuilder text, String word, String value) {
        text.append(word).append(' ').append(value).append('\n');
    }

    private static String sum(String text) {
        byte[] sum = Token.sum(text.getBytes(StandardCharsets.UTF_8));
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            hex.append(String.format("%02x", sum[i]));
        }
        return hex.toString();
    }

    private static String threads(List<String> roles, int[] threads) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < threads.length; ) {
            int end = i;
            while (end < threads.length && threads[end] == threads[i]) {
                end++;
            }
            text.append(i == 0 ? "" : " ")
                    .append(roles.get(threads[i]))
                    .append('*')
                    .append(end - i);
            i = end;
        }
        return text.toString();
    }

    private static int[] threads(List<String> roles, String text) {
        List<Integer> threads = new ArrayList<>();
        for (String run : text.isEmpty() ? new String[0] : text.split(" ")) {
            int star = run.indexOf('*');
            int role = star < 0 ? -1 : roles.indexOf(run.substring(0, star));
            if (role < 0) {
                throw new BadInput("the finding file names an unknown thread: '" + run + "'");
            }
            int length = Integer.parseInt(run.substring(star + 1));
            if (length < 1 || length > Token.COUNT_MAX - threads.size()) {
                throw new BadInput("the finding file has an impossible number of decisions: '" + run + "'");
            }
            for (int i = 0; i < length; i++) {
                threads.add(role);
            }
        }
        return threads.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String numbers(int[] values) {
        StringBuilder text = new StringBuilder();
        for (int value : values) {
            text.append(text.length() == 0 ? "" : " ").append(value);
        }
        return text.toString();
    }

    private static int[] numbers(String text) {
        return text.isEmpty()
                ? new int[0]
                : java.util.Arrays.stream(text.split(" "))
                        .mapToInt(Integer::parseUnsignedInt)
                        .toArray();
    }
}
