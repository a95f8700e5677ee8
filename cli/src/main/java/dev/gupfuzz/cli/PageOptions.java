package dev.gupfuzz.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** As text, as a document, or as a page for people elsewhere. */
final class PageOptions {
    @Option(
            names = "--markdown",
            description = "A page in Markdown on standard output, with a token for each schedule.")
    boolean markdown;

    @Mixin
    OutputOptions output = new OutputOptions();

    void check(Problems problems) {
        if (markdown && output.json) {
            problems.add("--json and --markdown are two forms of the same: give one");
        }
    }
}
