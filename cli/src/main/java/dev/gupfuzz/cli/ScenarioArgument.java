package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What {@code --scenario} is given: {@code NAME[:P=V,...]} or {@code FILE[:P=V,...]}. A file has a {@code /} in its name or
 * ends with {@code .gup}.
 *
 * @param name of a built-in scenario, or of a file
 * @param parameters what stands behind the colon; empty when there is none
 */
record ScenarioArgument(String name, String parameters) {
    /** More is no scenario; the reader of the text says so. */
    private static final int BYTES_MAX = 1 << 17;

    static ScenarioArgument of(String written) {
        int colon = isFile(written) ? written.lastIndexOf(':') : written.indexOf(':');
        boolean inPath =
                colon >= 0 && isFile(written) && written.substring(colon).matches(":[^=]*(/.*|\\.gup)");
        return colon < 0 || inPath
                ? new ScenarioArgument(written, "")
                : new ScenarioArgument(written.substring(0, colon), written.substring(colon));
    }

    private static boolean isFile(String written) {
        return written.indexOf('/') >= 0 || written.matches("[^:]*\\.gup(:.*)?");
    }

    /** The same file, where a relative name is relative to another file's folder. */
    ScenarioArgument beside(String file) {
        return new ScenarioArgument(Path.of(file).resolveSibling(name).toString(), parameters);
    }

    /** Whether a file is named and no built-in scenario. */
    boolean isFile() {
        return isFile(name);
    }

    /**
     * The scenario's text.
     *
     * @throws BadInput when there is no such scenario or file, or the file is none
     */
    ScenarioText text() {
        return isFile() ? contents() : Scenarios.text(name);
    }

    /** As {@link #text}, where the name is a file's whatever it looks like. */
    ScenarioText contents() {
        try (InputStream in = Files.newInputStream(Path.of(name))) {
            return ScenarioText.read(Problems.printable(name), name, in.readNBytes(BYTES_MAX));
        } catch (IOException | InvalidPathException unreadable) {
            throw new BadInput("the scenario file '" + Problems.printable(name) + "' cannot be read: "
                    + Problems.reason(unreadable));
        }
    }
}
