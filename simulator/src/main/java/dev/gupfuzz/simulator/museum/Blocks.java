package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A table as text: blocks, each with a name on a line of its own and indented lines of a word and what belongs to it. Lines that begin
 * with # are comments. What is wrong is collected, each problem with its line.
 */
final class Blocks {

    /** Characters of a table, at most. */
    private static final int LENGTH_MAX = 1 << 18;

    private static final int BLOCKS_MAX = 1000;

    private final String source;
    private final List<String> problems = new ArrayList<>();

    /** A line of a block. */
    record Field(String key, String value, int line) {}

    /** A name and its lines. */
    record Block(String name, int line, List<Field> fields) {}

    /**
     * @param source what problems name as the place, such as a file
     */
    Blocks(String source) {
        this.source = source;
    }

    /** The text of a resource beside this class. */
    static String resource(String name) {
        try (InputStream in = Blocks.class.getResourceAsStream("/dev/gupfuzz/simulator/museum/" + name)) {
            if (in == null) {
                throw new IllegalStateException("[simulator bug] missing resource: " + name);
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the text into blocks of which every word is one of these. */
    List<Block> read(String text, List<String> keys) {
        if (text.length() > LENGTH_MAX) {
            throw new BadInput(source + ": a table has at most " + LENGTH_MAX + " characters: " + text.length());
        }
        List<Block> blocks = new ArrayList<>();
        String[] lines = text.split("\r?\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split("\\s+", 2);
            if (!Character.isWhitespace(line.charAt(0))) {
                if (words.length > 1 || !words[0].matches("[A-Za-z0-9][A-Za-z0-9._-]{0,39}")) {
                    problem(i + 1, "a name of letters, digits, '-', '.' and '_' is expected, alone on its line");
                }
                blocks.add(new Block(words[0], i + 1, new ArrayList<>()));
            } else if (!keys.contains(words[0])) {
                problem(i + 1, "unknown word '" + printable(words[0]) + "'" + Nearest.hint(words[0], keys));
            } else if (blocks.isEmpty()) {
                problem(i + 1, "a block begins with its name, which is not indented");
            } else {
                Field field = new Field(words[0], words.length > 1 ? words[1] : "", i + 1);
                blocks.get(blocks.size() - 1).fields().add(field);
            }
        }
        if (blocks.size() > BLOCKS_MAX) {
            throw new BadInput(source + ": a table has at most " + BLOCKS_MAX + " blocks: " + blocks.size());
        }
        List<String> names = new ArrayList<>();
        for (Block block : blocks) {
            if (names.contains(block.name())) {
                problem(block.line(), "there are two blocks " + block.name());
            }
            names.add(block.name());
        }
        return blocks;
    }

    private static String printable(String word) {
        return word.replaceAll("\\p{Cntrl}", "?");
    }

    void problem(int line, String what) {
        problems.add(source + ":" + line + ": " + what);
    }

    /** What a line means; a problem of it is kept, and {@code otherwise} taken. */
    <T> T attempt(Field field, Supplier<T> reading, T otherwise) {
        try {
            return reading.get();
        } catch (BadInput bad) {
            bad.problems().forEach(problem -> problem(field.line(), problem));
            return otherwise;
        }
    }

    /**
     * @throws BadInput with all problems, when there are some
     */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
    }
}
