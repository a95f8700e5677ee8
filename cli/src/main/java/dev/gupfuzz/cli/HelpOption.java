package dev.gupfuzz.cli;

import picocli.CommandLine.Option;

/** {@code --help}, for commands that print nothing else. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;
}
