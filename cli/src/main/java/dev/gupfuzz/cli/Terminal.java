package dev.gupfuzz.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a verb reads and writes: results to {@code out}, progress and problems to {@code err}.
 *
 * @param interactive whether a person watches {@code err}; progress bars are drawn only then
 * @param colour whether {@code out} may carry colour
 * @param width columns of the terminal, 80 when unknown
 */
record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean interactive,
        boolean colour,
        int width) {

    /** The terminal of this process. */
    static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        boolean plain = environment.containsKey("NO_COLOR") || "dumb".equals(environment.get("TERM"));
        return new Terminal(
                System.in,
                stream(FileDescriptor.out, false),
                stream(FileDescriptor.err, true),
                environment,
                isTerminal(2),
                isTerminal(1) && !plain,
                columns(environment.get("COLUMNS")));
    }

    Terminal withoutColour() {
        return new Terminal(in, out, err, environment, interactive, false, width);
    }

    String bold(String text) {
        return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    String red(String text) {
        return colour ? "\u001b[1;31m" + text + "\u001b[0m" : text;
    }

    private static PrintStream stream(FileDescriptor descriptor, boolean flushLines) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 13),
                flushLines,
                StandardCharsets.UTF_8);
    }

    /** {@code System.console()} tells of input and output together, so each descriptor is looked at by itself. */
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException unknown) {
            return false; // no /proc: better no progress bar than one in a log file
        }
    }

    private static int columns(@org.jspecify.annotations.Nullable String columns) {
        if (columns == null || !columns.matches("[0-9]{2,4}")) {
            return 80;
        }
        return Math.max(40, Integer.parseInt(columns));
    }
}
