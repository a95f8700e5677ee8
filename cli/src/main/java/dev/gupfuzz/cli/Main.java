package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.simulator.BadInput;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The entry point of the program {@code gupfuzz}: finds the verb, runs it, turns what it threw into an exit code. */
public final class Main {
    /** Verbs that run until a signal stops them. */
    private static final Set<String> SERVICES = Set.of("up", "coordinator", "worker", "broker");

    private final Terminal terminal;
    private final Interrupts interrupts;

    private Main(Terminal terminal, Interrupts interrupts) {
        this.terminal = terminal;
        this.interrupts = interrupts;
    }

    public static void main(String[] args) {
        Interrupts interrupts = Interrupts.ofProcess();
        if (args.length > 0 && SERVICES.contains(args[0])) {
            interrupts.allow(BrokerVerb.GRACE, ExitCode.CLEAN); // before the options are read, which takes a moment
        }
        Terminal terminal = Terminal.ofProcess();
        interrupts.exit(run(terminal, interrupts, args));
    }

    /** Runs one command line and returns its exit code; everything it printed is flushed. */
    static int run(Terminal terminal, Interrupts interrupts, String... args) {
        Terminal chosen = Arrays.asList(args).contains(OutputOptions.NO_COLOR) ? terminal.withoutColour() : terminal;
        int exitCode = new Main(chosen, interrupts).run(args);
        if (terminal.out().checkError()) {
            terminal.err().println("gupfuzz: standard output cannot be written: make room, or keep its reader open");
            exitCode = ExitCode.INFRASTRUCTURE;
        }
        terminal.err().flush();
        return exitCode;
    }

    private int run(String... args) {
        boolean json = Arrays.asList(args).contains(OutputOptions.JSON);
        try {
            return dispatch(args);
        } catch (BadInput bad) {
            return failed(ExitCode.USAGE, bad.problems(), json);
        } catch (InfrastructureException broken) {
            return failed(ExitCode.INFRASTRUCTURE, List.of(broken.getMessage()), json);
        } catch (OutOfMemoryError small) {
            return failed(
                    ExitCode.INFRASTRUCTURE,
                    List.of("the heap is too small for this: raise it with GUPFUZZ_JAVA_OPTS=-Xmx..."),
                    json);
        } catch (Exception | Error bug) {
            bug.printStackTrace(terminal.err());
            return failed(ExitCode.SELF_CHECK, List.of("[gupfuzz bug] " + bug), json);
        }
    }

    private int dispatch(String... args) throws Exception {
        CommandLine commands = CommandTree.forArguments(args);
        ParseResult parsed = commands.parseArgs(args);
        ParseResult innermost = CommandTree.innermost(parsed);
        if (innermost.isUsageHelpRequested()) {
            innermost.commandSpec().commandLine().usage(terminal.out());
            return ExitCode.CLEAN;
        }
        Problems problems = new Problems();
        CommandTree.problems(parsed, problems);
        Session session = new Session(terminal, interrupts, problems);
        Object command = innermost.commandSpec().userObject();
        if (command instanceof Verb verb) {
            return verb.run(session);
        }
        problems.throwIfAny();
        if (command instanceof CommandTree.Program program && program.version) {
            return new VersionVerb().run(session);
        }
        innermost.commandSpec().commandLine().usage(terminal.err());
        return ExitCode.USAGE;
    }

    private int failed(int exitCode, List<String> problems, boolean json) {
        for (String problem : problems) {
            terminal.err().println("gupfuzz: " + problem);
        }
        if (json) {
            Map<String, Object> document = Json.document();
            document.put("verdict", "error");
            document.put("exitCode", exitCode);
            document.put("problems", problems);
            Json.print(terminal.out(), document);
        }
        return exitCode;
    }
}
