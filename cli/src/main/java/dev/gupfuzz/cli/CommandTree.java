package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParseResult;

/**
 * The verbs, and the parser for one command line. Only the verb that is asked for is built: reflection over all of them
 * would cost a search a third of its start-up.
 */
final class CommandTree {
    private static final int USAGE_WIDTH = 100;

    private static final Map<String, Supplier<Object>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("up", UpVerb::new);
        VERBS.put("fuzz", FuzzVerb::new);
        VERBS.put("explore", ExploreVerb::new);
        VERBS.put("replay", ReplayVerb::new);
        VERBS.put("minimize", MinimizeVerb::new);
        VERBS.put("matrix", MatrixVerb::new);
        VERBS.put("ablate", AblateVerb::new);
        VERBS.put("bisect", BisectVerb::new);
        VERBS.put("litmus", LitmusVerb::new);
        VERBS.put("kernels", KernelsVerb::new);
        VERBS.put("scenarios", ScenariosVerb::new);
        VERBS.put("campaign", CampaignVerb::new);
        VERBS.put("coordinator", CoordinatorVerb::new);
        VERBS.put("worker", WorkerVerb::new);
        VERBS.put("broker", BrokerVerb::new);
        VERBS.put("doctor", DoctorVerb::new);
        VERBS.put("healthcheck", HealthcheckVerb::new);
        VERBS.put("completion", CompletionVerb::new);
        VERBS.put("version", VersionVerb::new);
    }

    /** The program itself, without a verb. */
    @Command(
            name = "gupfuzz",
            description = "Fuzzes the schedules of Linux fork against get_user_pages and copy-on-write, on a simulated"
                    + " kernel.",
            synopsisSubcommandLabel = "VERB",
            footer = {
                "",
                "Exit codes: 0 nothing found and goals reached; 1 violation; 2 bad usage; 3 incomplete;",
                "4 replay differs; 5 self-check failed; 6 infrastructure; 130 search interrupted."
            })
    static final class Program {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help and exit.")
        boolean help;

        @Option(
                names = {"-V", "--version"},
                description = "Print the version and exit.")
        boolean version;
    }

    private CommandTree() {}

    /** The parser for these arguments: with the one verb they name, or with all when they name none. */
    static CommandLine forArguments(String... args) {
        if (args.length > 0 && VERBS.containsKey(args[0])) {
            return tree(Map.of(args[0], VERBS.get(args[0])));
        }
        return complete();
    }

    /** The parser with every verb. */
    static CommandLine complete() {
        return tree(VERBS);
    }

    private static CommandLine tree(Map<String, Supplier<Object>> verbs) {
        CommandLine program = new CommandLine(new Program());
        verbs.forEach((name, verb) -> program.addSubcommand(name, verb.get()));
        program.setExpandAtFiles(false);
        program.setUnmatchedArgumentsAllowed(true);
        program.setUsageHelpWidth(USAGE_WIDTH);
        collectErrors(program.getCommandSpec());
        return program;
    }

    private static void collectErrors(CommandSpec spec) {
        spec.parser().collectErrors(true);
        spec.subcommands().values().forEach(sub -> collectErrors(sub.getCommandSpec()));
    }

    /** Everything the parser did not like about the arguments, as sentences. */
    static void problems(ParseResult parsed, Problems problems) {
        for (ParseResult level = parsed; level != null; level = level.subcommand()) {
            level.errors().forEach(error -> problems.add(sentence(error)));
            unmatched(level, problems);
        }
    }

    /** The innermost command that was named. */
    static ParseResult innermost(ParseResult parsed) {
        ParseResult level = parsed;
        while (level.hasSubcommand()) {
            level = level.subcommand();
        }
        return level;
    }

    private static void unmatched(ParseResult level, Problems problems) {
        boolean afterUnknownOption = false;
        for (String argument : level.unmatched()) {
            String shown = "'" + Problems.printable(argument) + "'";
            if (argument.startsWith("-") && argument.length() > 1) {
                String name = argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
                problems.add("unknown option " + shown + Nearest.hint(name, options(level.commandSpec())));
                afterUnknownOption = !argument.contains("=");
            } else if (afterUnknownOption) {
                afterUnknownOption = false; // its value, most likely
            } else if (!level.commandSpec().subcommands().isEmpty()) {
                problems.add("unknown verb " + shown + Nearest.hint(argument, verbs(level.commandSpec())));
            } else {
                problems.add("unexpected argument " + shown + ": `gupfuzz "
                        + level.commandSpec().qualifiedName().replaceFirst("^gupfuzz ", "")
                        + " --help` shows what it takes");
            }
        }
    }

    private static List<String> verbs(CommandSpec spec) {
        return spec.parent() == null
                ? List.copyOf(VERBS.keySet())
                : List.copyOf(spec.subcommands().keySet());
    }

    private static List<String> options(CommandSpec spec) {
        List<String> names = new ArrayList<>();
        spec.options().forEach(option -> names.add(option.longestName()));
        return names;
    }

    private static String sentence(Exception error) {
        if (error instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            return missing.getMissing().stream().map(CommandTree::needsValue).collect(Collectors.joining("; "));
        }
        if (error instanceof OverwrittenOptionException twice && twice.getOverwritten() instanceof OptionSpec option) {
            return option.longestName() + " is given more than once";
        }
        return Problems.printable(error.getMessage());
    }

    private static String needsValue(ArgSpec missing) {
        String label = missing.paramLabel();
        return missing instanceof OptionSpec option
                ? option.longestName() + " needs a value: " + option.longestName() + " " + label
                : label + " is missing";
    }
}
