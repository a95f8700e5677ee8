package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.museum.Blocks.Block;
import dev.gupfuzz.simulator.museum.Blocks.Field;
import dev.gupfuzz.simulator.museum.Exhibit.Note;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The bugs that are looked for on every kernel: {@code museum.txt}, or a table of the user's in the same form. */
public final class MuseumTable {

    private static final List<String> KEYS = List.of(
            "title", "scenario", "kernel", "shows", "history", "absent", "differs", "because", "source", "quick");

    /** What can be found in place of what history says. */
    private static final List<Kind> DIFFERENT =
            List.of(Kind.REACHABLE, Kind.UNREACHABLE, Kind.GOAL_UNREACHED, Kind.OTHERWISE);

    private MuseumTable() {}

    /** The built-in table. */
    public static List<Exhibit> builtIn() {
        return parse("museum.txt", Blocks.resource("museum.txt"), Scenarios::named);
    }

    /**
     * Reads a table.
     *
     * @param source what problems name as its place
     * @param scenarios what a scenario's name leads to; a {@link BadInput} of it is a problem of the line
     * @throws BadInput naming everything that is wrong, each with its line
     */
    public static List<Exhibit> parse(String source, String text, Function<String, Scenario> scenarios) {
        Blocks blocks = new Blocks(source);
        List<Exhibit> exhibits = new ArrayList<>();
        for (Block block : blocks.read(text, KEYS)) {
            exhibits.add(new Reader(blocks, block, scenarios).read());
        }
        blocks.throwIfAny();
        if (exhibits.isEmpty()) {
            throw new BadInput(source + ": the table is empty");
        }
        return List.copyOf(exhibits);
    }

    /** Reads one block. */
    private static final class Reader {
        private final Blocks blocks;
        private final Block block;
        private final Function<String, Scenario> scenarios;
        private final List<String> seen = new ArrayList<>();
        private final List<Note> absences = new ArrayList<>();
        private final List<Note> differences = new ArrayList<>();

        Reader(Blocks blocks, Block block, Function<String, Scenario> scenarios) {
            this.blocks = blocks;
            this.block = block;
            this.scenarios = scenarios;
        }

        Exhibit read() {
            Exhibit exhibit = new Exhibit(
                    block.name(),
                    "",
                    Optional.empty(),
                    Changes.NONE,
                    Shows.ANYTHING,
                    KernelRange.NONE,
                    absences,
                    differences,
                    false);
            for (int i = 0; i < block.fields().size(); i++) {
                exhibit = with(exhibit, block.fields().get(i), i);
            }
            for (String needed : List.of("title", "shows", "history")) {
                if (!seen.contains(needed)) {
                    blocks.problem(block.line(), block.name() + " has no line '" + needed + "'");
                }
            }
            check(exhibit);
            return exhibit;
        }

        private Exhibit with(Exhibit e, Field field, int at) {
            boolean many = List.of("absent", "differs", "because", "source").contains(field.key());
            if (!many && seen.contains(field.key())) {
                blocks.problem(field.line(), block.name() + " has two lines '" + field.key() + "'");
            }
            seen.add(field.key());
            if (field.value().isEmpty() == !field.key().equals("quick")) {
                blocks.problem(
                        field.line(),
                        "'" + field.key() + "' " + (field.value().isEmpty() ? "needs a value" : "takes no value"));
                return e;
            }
            String title = e.title();
            Optional<Scenario> scenario = e.scenario();
            Changes changes = e.changes();
            Shows shows = e.shows();
            KernelRange history = e.history();
            boolean quick = e.quick();
            switch (field.key()) {
                case "title" -> title = field.value();
                case "scenario" ->
                    scenario =
                            blocks.attempt(field, () -> Optional.of(scenarios.apply(field.value())), Optional.empty());
                case "kernel" -> changes = blocks.attempt(field, () -> Changes.parse(field.value()), Changes.NONE);
                case "shows" -> shows = blocks.attempt(field, () -> Shows.parse(field.value()), Shows.ANYTHING);
                case "history" -> history = range(field, field.value());
                case "quick" -> quick = true;
                case "absent" -> absences.add(note(field, at, Kind.NOT_EXPRESSIBLE, field.value()));
                case "differs" -> differences.add(difference(field, at));
                default -> requireNote(field, at);
            }
            return new Exhibit(e.id(), title, scenario, changes, shows, history, e.absences(), e.differences(), quick);
        }

        private KernelRange range(Field field, String text) {
            return blocks.attempt(field, () -> KernelRange.parse(text), KernelRange.NONE);
        }

        private Note difference(Field field, int at) {
            String[] words = field.value().split("\\s+");
            String word = words[words.length - 1];
            List<String> valid = DIFFERENT.stream().map(Kind::text).toList();
            Optional<Kind> kind =
                    DIFFERENT.stream().filter(k -> k.text().equals(word)).findFirst();
            if (kind.isEmpty()) {
                blocks.problem(
                        field.line(), "kernels and what is found on them are expected" + Nearest.hint(word, valid));
            }
            String kernels = String.join(" ", Arrays.asList(words).subList(0, words.length - 1));
            return note(field, at, kind.orElse(Kind.OTHERWISE), kernels);
        }

        /** A note with the lines 'because' and 'source' that follow it. */
        private Note note(Field field, int at, Kind kind, String kernels) {
            String because = follower(at + 1, "because");
            String source = follower(at + 2, "source");
            if (because.isEmpty() || source.isEmpty()) {
                blocks.problem(
                        field.line(), "behind '" + field.key() + "' a line 'because' and a line 'source' are expected");
            }
            return new Note(range(field, kernels.isEmpty() ? "none" : kernels), kind, because, source);
        }

        private String follower(int at, String key) {
            boolean there =
                    at < block.fields().size() && block.fields().get(at).key().equals(key);
            return there ? block.fields().get(at).value() : "";
        }

        private void requireNote(Field field, int at) {
            int back = field.key().equals("because") ? 1 : 2;
            String before = at < back ? "" : block.fields().get(at - back).key();
            if (!before.equals("absent") && !before.equals("differs")) {
                blocks.problem(field.line(), "'" + field.key() + "' belongs behind 'absent' or 'differs'");
            }
        }

        /** What lines say together. */
        private void check(Exhibit e) {
            for (Note absence : absences) {
                for (String kernel : absence.kernels().kernels()) {
                    if (e.shouldShow(kernel) || e.difference(kernel).isPresent()) {
                        blocks.problem(block.line(), block.name() + " is absent on " + kernel + " and yet found there");
                    }
                }
            }
            for (Note difference : differences) {
                for (String kernel : difference.kernels().kernels()) {
                    Kind expected = e.shouldShow(kernel) ? Kind.REACHABLE : Kind.UNREACHABLE;
                    if (difference.kind() == expected) {
                        blocks.problem(
                                block.line(),
                                block.name() + " is said to differ on " + kernel + " by what history says too: "
                                        + expected.text());
                    }
                }
            }
        }
    }
}
