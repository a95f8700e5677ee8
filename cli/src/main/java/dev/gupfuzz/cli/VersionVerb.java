package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.Model;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gupfuzz version}: of the program, of the model, and which simulator this is. */
@Command(name = "version", description = "The version of the program, the model and the simulator's sources.")
final class VersionVerb implements Verb {
    @Mixin
    OutputOptions output = new OutputOptions();

    @Override
    public int run(Session session) {
        session.problems().throwIfAny();
        String java = Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
        if (output.json) {
            Map<String, Object> document = Json.document();
            document.put("gupfuzz", number());
            document.put("model", Model.version());
            document.put("engine", Model.engine());
            document.put("java", java);
            Json.print(session.terminal().out(), document);
        } else {
            session.terminal().out().println("gupfuzz " + number());
            session.terminal().out().println("model   " + Model.version());
            session.terminal().out().println("engine  " + Model.engine());
            session.terminal().out().println("java    " + java);
        }
        return ExitCode.CLEAN;
    }

    /** The version of this program, which the build writes into a resource. */
    static String number() {
        Properties properties = new Properties();
        try (InputStream in = VersionVerb.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException broken) {
            throw new IllegalStateException("[gupfuzz bug] the program does not know its version", broken);
        }
        return properties.getProperty("version");
    }
}
