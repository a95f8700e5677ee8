package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Report;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The argument that names a finding: a token, a file that holds one or the long form, or {@code -} for standard input. */
final class FindingArgument {
    /** A finding's file is a few kilobytes; this bounds what a wrong file name costs. */
    private static final int BYTES_MAX = 16 << 20;

    private FindingArgument() {}

    /**
     * The one finding that was given; empty when there is none, which the problems then tell.
     *
     * @param nothing what to say when no argument was given
     * @param files scenarios' files, for a token of one that is not built in
     */
    static Optional<Finding> read(List<String> given, String nothing, List<String> files, Session session) {
        if (given.size() != 1) {
            session.problems().add(given.isEmpty() ? nothing : "one finding at a time, not " + given.size());
            return Optional.empty();
        }
        List<ScenarioText> known = new ArrayList<>();
        for (String file : files) {
            ScenarioArgument argument = ScenarioArgument.of(file);
            if (!argument.isFile() || !argument.parameters().isEmpty()) {
                session.problems()
                        .add("a finding brings its scenario: with one --scenario names the file that declares it, not '"
                                + Problems.printable(file) + "'");
            } else {
                session.problems().attempt(argument::text).ifPresent(known::add);
            }
        }
        return text(given.get(0), session)
                .flatMap(text -> session.problems().attempt(() -> Finding.parse(text, known)));
    }

    /**
     * The command that replays the finding that was given: by its token, or by its file where that alone holds the scenario.
     *
     * @param argument as the user wrote it
     */
    static String command(String argument, Finding finding) {
        boolean atHand = finding.cell()
                .scenario()
                .text()
                .filter(text -> !text.builtIn() && text.path().isEmpty())
                .isEmpty();
        return atHand || isToken(argument) || argument.equals("-")
                ? Report.command(finding)
                : "./gupfuzz replay " + Report.quoted(argument);
    }

    private static boolean isToken(String argument) {
        return argument.matches("(?s)\\s*gf[0-9]+:.*");
    }

    private static Optional<String> text(String argument, Session session) {
        if (isToken(argument)) {
            return Optional.of(argument.strip());
        }
        try (InputStream in =
                argument.equals("-") ? session.terminal().in() : Files.newInputStream(Path.of(argument))) {
            return Optional.of(new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8));
        } catch (IOException | IllegalArgumentException unreadable) {
            session.problems()
                    .add("'" + Problems.printable(argument)
                            + "' is neither a token, which starts with gf1: or gf2:, nor a file" + " that can be read");
            return Optional.empty();
        }
    }
}
