package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** A table of the user's in place of a built-in one. Scenarios' files are looked for beside it. */
final class TableArgument {
    /** More than a table may have. */
    private static final int BYTES_MAX = 1 << 20;

    private TableArgument() {}

    /** Makes a table of its text. */
    interface Parser<T> {
        /**
         * @param source what problems name as its place
         * @param scenarios what the name of a scenario, or of its file, leads to
         */
        T parse(String source, String text, Function<String, Scenario> scenarios);
    }

    /** The table in a file; empty when it cannot be read or is wrong, which the problems then tell. */
    static <T> Optional<T> read(String file, Parser<T> parser, Problems problems) {
        String shown = Problems.printable(file);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            String text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
            return problems.attempt(() -> parser.parse(shown, text, written -> scenario(file, written)));
        } catch (IOException | IllegalArgumentException unreadable) {
            problems.add("--table '" + shown + "' is not a file that can be read");
            return Optional.empty();
        }
    }

    private static Scenario scenario(String table, String written) {
        ScenarioArgument argument = ScenarioArgument.of(written);
        if (!argument.isFile()) {
            return Scenarios.named(written);
        }
        ScenarioArgument beside = argument.beside(table);
        return Scenarios.with(beside.text(), beside.parameters());
    }
}
