package dev.gupfuzz.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gupfuzz completion}: prints the script for the shell. */
@Command(
        name = "completion",
        description = {"Print the completion script of bash and zsh.", "", "Use it with: source <(gupfuzz completion)"})
final class CompletionVerb implements Verb {
    @Mixin
    HelpOption help = new HelpOption();

    @Override
    public int run(Session session) {
        session.problems().throwIfAny();
        session.terminal().out().print(AutoComplete.bash("gupfuzz", CommandTree.complete()));
        return ExitCode.CLEAN;
    }
}
