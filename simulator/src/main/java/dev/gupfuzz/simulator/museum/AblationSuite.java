package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.museum.Blocks.Block;
import dev.gupfuzz.simulator.museum.Blocks.Field;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The scenarios that safeguards are tried with: {@code ablate.txt}, or a table of the user's in the same form. */
public final class AblationSuite {

    private static final List<String> KEYS = List.of("scenario", "kernel", "quick");

    private AblationSuite() {}

    /** The built-in suite. */
    public static List<Trial> builtIn() {
        return parse("ablate.txt", Blocks.resource("ablate.txt"), Scenarios::named);
    }

    /**
     * Reads a suite.
     *
     * @param source what problems name as its place
     * @param scenarios what a scenario's name leads to; a {@link BadInput} of it is a problem of the line
     * @throws BadInput naming everything that is wrong, each with its line
     */
    public static List<Trial> parse(String source, String text, Function<String, Scenario> scenarios) {
        Blocks blocks = new Blocks(source);
        List<Trial> trials = new ArrayList<>();
        for (Block block : blocks.read(text, KEYS)) {
            read(blocks, block, scenarios).ifPresent(trials::add);
        }
        blocks.throwIfAny();
        if (trials.isEmpty()) {
            throw new BadInput(source + ": the table is empty");
        }
        return List.copyOf(trials);
    }

    private static Optional<Trial> read(Blocks blocks, Block block, Function<String, Scenario> scenarios) {
        Optional<Scenario> scenario = Optional.empty();
        Changes changes = Changes.NONE;
        boolean quick = false;
        List<String> seen = new ArrayList<>();
        for (Field field : block.fields()) {
            if (seen.contains(field.key())) {
                blocks.problem(field.line(), block.name() + " has two lines '" + field.key() + "'");
            }
            seen.add(field.key());
            switch (field.key()) {
                case "scenario" ->
                    scenario =
                            blocks.attempt(field, () -> Optional.of(scenarios.apply(field.value())), Optional.empty());
                case "kernel" -> changes = blocks.attempt(field, () -> Changes.parse(field.value()), Changes.NONE);
                default -> quick = true;
            }
        }
        if (!seen.contains("scenario")) {
            blocks.problem(block.line(), block.name() + " has no line 'scenario'");
        }
        boolean isQuick = quick;
        Changes changed = changes;
        return scenario.map(program -> new Trial(block.name(), program, changed, isQuick));
    }
}
