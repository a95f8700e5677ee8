package dev.gupfuzz.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;

/** A table of the user's in place of a built-in one. */
final class TableArgument {
    /** More than a table may have. */
    private static final int BYTES_MAX = 1 << 20;

    private TableArgument() {}

    /** The table in a file; empty when it cannot be read or is wrong, which the problems then tell. */
    static <T> Optional<T> read(String file, BiFunction<String, String, T> parser, Problems problems) {
        String shown = Problems.printable(file);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            String text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
            return problems.attempt(() -> parser.apply(shown, text));
        } catch (IOException | IllegalArgumentException unreadable) {
            problems.add("--table '" + shown + "' is not a file that can be read");
            return Optional.empty();
        }
    }
}
