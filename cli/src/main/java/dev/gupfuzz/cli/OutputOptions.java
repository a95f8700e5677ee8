package dev.gupfuzz.cli;

import picocli.CommandLine.Option;

/** The options that say how a verb prints. {@code Main} reads them too, from the raw arguments, to report bad usage. */
final class OutputOptions {
    static final String JSON = "--json";
    static final String NO_COLOR = "--no-color";

    @Option(
            names = JSON,
            description = "One JSON document on standard output, nothing else. When the run cannot start or fails it is"
                    + " {\"verdict\": \"error\", \"problems\": [...]}.")
    boolean json;

    @Option(names = NO_COLOR, description = "No colour, even on a terminal (NO_COLOR does the same).")
    boolean noColor;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;
}
