package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.scenario.Lexeme.Kind;
import dev.gupfuzz.simulator.scenario.Node.Operands;
import dev.gupfuzz.simulator.scenario.Node.Place;
import dev.gupfuzz.simulator.scenario.Node.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one statement of a thread by the form that its {@link Verb} has. */
final class StatementParser {

    static final List<String> ACCESS = List.of("read-write", "read-only", "no-access");
    /** What a GUP call is for, which function it is, and the rest. */
    static final List<String> FLAGS = List.of("write", "read", "fast", "slow", "fast-only", "longterm", "force");

    private final Cursor in;

    private @Nullable Place places;
    private @Nullable Place to;
    private @Nullable Expr number;
    private List<Text> names = new ArrayList<>();
    private List<Lexeme> words = new ArrayList<>();
    private @Nullable Text stored;
    private List<Text> must = List.of();
    private @Nullable Text goal;
    private List<Text> when = List.of();

    StatementParser(Cursor in) {
        this.in = in;
    }

    /** The statement that begins here; null when its first word is none. */
    @Nullable
    Node statement() {
        Verb verb = Verb.of(in.peek().text());
        if (verb == null) {
            return null;
        }
        At at = in.take().at();
        places = null;
        to = null;
        number = null;
        names = new ArrayList<>();
        words = new ArrayList<>();
        stored = null;
        must = List.of();
        goal = null;
        when = List.of();
        for (String part : verb.form) {
            part(verb, part);
        }
        return new Node.Do(at, verb, new Operands(places, to, number, names, words, stored, must, goal, when));
    }

    private void part(Verb verb, String part) {
        switch (part) {
            case "PAGES" -> places = in.place("pages: a region, or a page of it as in buffer[0]");
            case "FILES" -> places = in.place("pages of a file: its name, or one as in data[0]");
            case "ENTRIES" -> places = in.place("what a pin call returned: its name, or one page of it as in io[0]");
            case "TO" -> to = in.place("where it goes: a region, or pages of it");
            case "N" -> number = in.expression();
            case "NAME" -> names.add(in.name("the " + what(verb)));
            case "NAMES" -> {
                do {
                    names.add(in.name("the name of a thread"));
                } while (in.takeIf(","));
            }
            case "ACCESS" -> {
                if (!ACCESS.contains(in.peek().text())) {
                    throw in.lost("what becomes allowed", ACCESS);
                }
                words.add(in.take());
            }
            case "FLAGS" -> flags();
            case "STORED" -> stored = in.takeIf("as") ? in.text("the store's name") : null;
            case "OF" -> {
                if (in.takeIf("in")) {
                    names.add(in.name("the name of a process"));
                }
            }
            case "EXPECT" -> {
                must = in.takeIf("must") ? in.values() : List.of();
                if (in.takeIf("reach")) {
                    goal = in.name("the name of a goal");
                    in.expect("when");
                    when = in.values();
                }
            }
            default -> in.expect(part);
        }
    }

    private static String what(Verb verb) {
        return switch (verb) {
            case FORK -> "name of a child";
            case MMAP -> "name of a region";
            case TRUNCATE -> "name of a file";
            case POST, WAIT, POLL -> "name of an event";
            case REACH -> "name of a goal";
            default -> "name of what the call returns";
        };
    }

    private void flags() {
        while (in.peek().kind() == Kind.NAME) {
            if (!FLAGS.contains(in.peek().text())) {
                throw in.lost("how the call is made", FLAGS);
            }
            words.add(in.take());
        }
    }
}
