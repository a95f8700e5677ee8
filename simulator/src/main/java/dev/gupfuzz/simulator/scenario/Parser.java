package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.scenario.Cursor.Lost;
import dev.gupfuzz.simulator.scenario.Lexeme.Kind;
import dev.gupfuzz.simulator.scenario.Node.Place;
import dev.gupfuzz.simulator.scenario.Node.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a scenario's file up to its threads' programs, which {@link StatementParser} reads. The grammar is in docs/scenarios.md. */
final class Parser {

    /** What the words of a block may be. */
    private enum Block {
        /** The file itself, and its loops and conditions. */
        FILE,
        /** What a process has. */
        PROCESS,
        /** What a thread does. */
        THREAD
    }

    static final List<String> FLOW = List.of("if", "for", "repeat");
    static final List<String> ITEMS = List.of(
            "param",
            "simpler",
            "process",
            "child",
            "file",
            "swap",
            "lru-batch",
            "thread",
            "agent",
            "sometimes",
            "window",
            "check",
            "promise");

    static final List<String> REGION_WORDS = List.of(
            "maps",
            "shared",
            "read-write",
            "read-only",
            "no-access",
            "never-writable",
            "dontcopy",
            "wipeonfork",
            "mixedmap",
            "uffd-wp",
            "uffd-minor",
            "soft-dirty",
            "empty",
            "read",
            "written",
            "protected",
            "swapped",
            "unmapped",
            "at",
            "table");
    static final List<String> FILE_WORDS = List.of("disk", "shmem", "cached");

    /** A file that was read. */
    record Result(String name, String summary, List<Node> items) {}

    private final Cursor in;
    private final StatementParser statements;

    private Parser(Cursor in) {
        this.in = in;
        this.statements = new StatementParser(in);
    }

    /** Reads a file; its mistakes have been told when it comes to null. */
    static @Nullable Result read(String text, Mistakes mistakes) {
        try {
            Parser parser = new Parser(new Cursor(Lexer.words(text, mistakes), mistakes));
            Result result = parser.file();
            return mistakes.any() ? null : result;
        } catch (Mistakes.TooMany enough) {
            return null;
        }
    }

    private Result file() {
        String name = "";
        String summary = "";
        in.skipEmptyLines();
        try {
            if (!in.peek().is("scenario")) {
                throw in.lost("'scenario NAME \"SUMMARY\"', which is the first line behind the comments");
            }
            in.take();
            At at = in.peek().at();
            name = in.plainName("the scenario's name");
            if (!name.matches("[a-z][a-z0-9-]*") || name.length() > Limits.NAME) {
                in.mistakes.add(
                        at,
                        "a scenario's name has small letters, digits and hyphens, " + Limits.NAME + " at most: '" + name
                                + "'");
            }
            summary = in.text("what the scenario is, in one sentence").text();
            in.endLine("the summary");
        } catch (Lost lost) {
            in.skipStatement();
        }
        List<Node> items = nodes(Block.FILE);
        while (in.peek().is("}")) {
            in.mistakes.add(in.peek().at(), "this '}' closes nothing");
            in.take();
            items.addAll(nodes(Block.FILE));
        }
        return new Result(name, summary, items);
    }

    /** Up to the closing brace, which stays, or the end of the file. */
    private List<Node> nodes(Block block) {
        List<Node> nodes = new ArrayList<>();
        in.skipEmptyLines();
        while (in.peek().kind() != Kind.END && !in.peek().is("}")) {
            int depth = in.depth();
            try {
                nodes.add(node(block));
            } catch (Lost lost) {
                in.depth(depth);
                in.skipStatement();
            }
            in.skipEmptyLines();
        }
        return nodes;
    }

    private List<Node> block(Block block) {
        Lexeme open = in.peek();
        in.expect("{");
        in.deeper();
        List<Node> nodes = nodes(block);
        if (!in.takeIf("}")) {
            in.mistakes.add(open.at(), "this '{' is not closed");
        }
        in.higher();
        return nodes;
    }

    private Node node(Block block) {
        Lexeme word = in.peek();
        if (word.kind() == Kind.NAME) {
            switch (word.text()) {
                case "if":
                    return condition(block);
                case "for":
                    return loop(block);
                case "repeat":
                    in.take();
                    return ended(new Node.Repeat(word.at(), in.expression(), block(block)), "the block");
                default:
                    Node node = switch (block) {
                        case FILE -> item(word);
                        case PROCESS -> word.text().equals("region") ? region() : null;
                        case THREAD -> statements.statement();
                    };
                    if (node != null) {
                        return ended(node, "'" + word.text() + "' and what belongs to it");
                    }
            }
        }
        List<String> valid = new ArrayList<>(
                switch (block) {
                    case FILE -> ITEMS;
                    case PROCESS -> List.of("region");
                    case THREAD -> Verb.words();
                });
        valid.addAll(FLOW);
        String what = switch (block) {
            case FILE -> "a part of the scenario";
            case PROCESS -> "a region";
            case THREAD -> "a statement";
        };
        throw in.lost(what, valid);
    }

    private Node ended(Node node, String what) {
        in.endLine(what);
        return node;
    }

    private Node condition(Block block) {
        At at = in.take().at();
        Expr condition = in.expression();
        List<Node> then = block(block);
        List<Node> otherwise = List.of();
        if (in.takeIf("else")) {
            otherwise = block(block);
        }
        return ended(new Node.If(at, condition, then, otherwise), "the block");
    }

    private Node loop(Block block) {
        At at = in.take().at();
        String name = in.plainName("the loop's name");
        in.expect("in");
        if (block == Block.THREAD && in.atPlace()) {
            Place places = in.place("pages");
            return ended(new Node.ForPlace(at, name, places, block(block)), "the block");
        }
        Expr first = in.expression();
        in.expect("..");
        Expr last = in.expression();
        return ended(new Node.ForNumber(at, name, first, last, block(block)), "the block");
    }

    private @Nullable Node item(Lexeme word) {
        return switch (word.text()) {
            case "param" -> param();
            case "simpler" -> new Node.Simpler(in.take().at(), in.plainName("the name of a built-in scenario"));
            case "process" -> process(false);
            case "child" -> process(true);
            case "file" -> backing();
            case "swap" -> new Node.Swap(in.take().at(), in.expression(), in.takeIf("synchronous"));
            case "lru-batch" -> new Node.LruBatch(in.take().at());
            case "thread" -> thread(true);
            case "agent" -> thread(false);
            case "sometimes" -> sometimes();
            case "window" -> new Node.Window(in.take().at(), in.name("the name of a goal"));
            case "check" -> check();
            case "promise" -> promise();
            default -> null;
        };
    }

    private Node param() {
        At at = in.take().at();
        String name = in.plainName("the parameter's name");
        in.expect("=");
        int value = in.number("the parameter's default");
        in.expect("in");
        int min = in.number("the least value");
        in.expect("..");
        int max = in.number("the greatest value");
        if (min > value || value > max) {
            in.mistakes.add(
                    at,
                    "the default of parameter '" + name + "' must be from " + min + " to " + max + ": it is " + value);
        }
        return new Node.Param(
                at, name, value, min, max, in.text("what the parameter is").text());
    }

    private Node process(boolean child) {
        At at = in.take().at();
        Text name = in.name("the name of a process");
        boolean isStatic = !child && in.takeIf("static");
        Expr pinned = !child && in.takeIf("pinned-before") ? in.expression() : null;
        List<Node> regions = in.peek().is("{") ? block(Block.PROCESS) : List.of();
        return new Node.Process(at, name, child, isStatic, pinned, regions);
    }

    private Node region() {
        At at = in.take().at();
        Text name = in.name("the name of a region");
        in.expect("[");
        Expr pages = in.expression();
        in.expect("]");
        List<Lexeme> words = new ArrayList<>();
        TreeSet<String> said = new TreeSet<>();
        Place maps = null;
        Expr start = null;
        Expr table = null;
        while (in.peek().kind() == Kind.NAME) {
            if (!REGION_WORDS.contains(in.peek().text())) {
                throw in.lost("what the region is", REGION_WORDS);
            }
            Lexeme word = in.take();
            if (!said.add(word.text())) {
                in.mistakes.add(word.at(), "'" + word.text() + "' is said twice");
            }
            switch (word.text()) {
                case "maps" -> maps = in.place("the name of a file");
                case "at" -> start = in.expression();
                case "table" -> table = in.expression();
                default -> words.add(word);
            }
        }
        return new Node.Region(at, name, pages, words, maps, start, table);
    }

    private Node backing() {
        At at = in.take().at();
        Text name = in.name("the name of a file");
        in.expect("[");
        Expr pages = in.expression();
        in.expect("]");
        List<Lexeme> words = new ArrayList<>();
        while (in.peek().kind() == Kind.NAME) {
            if (!FILE_WORDS.contains(in.peek().text())) {
                throw in.lost("what the file is", FILE_WORDS);
            }
            words.add(in.take());
        }
        return new Node.File(at, name, pages, words);
    }

    private Node thread(boolean inProcess) {
        At at = in.take().at();
        Text name = in.name("the name of a thread");
        Text process = null;
        if (inProcess) {
            in.expect("in");
            process = in.name("the name of a process");
        }
        Expr cpu = null;
        Expr priority = null;
        if (in.takeIf("on")) {
            in.expect("cpu");
            cpu = in.expression();
            priority = in.takeIf("priority") ? in.expression() : null;
        }
        return new Node.Thread(at, name, process, cpu, priority, block(Block.THREAD));
    }

    private Node sometimes() {
        At at = in.take().at();
        Text goal = in.name("the name of a goal");
        return new Node.Sometimes(at, goal, in.peek().kind() == Kind.TEXT ? in.text("what it is") : null);
    }

    private Node check() {
        At at = in.take().at();
        boolean only = in.peek().is("only");
        if (!only && !in.peek().is("all")) {
            throw in.lost("'only' or 'all but'", List.of("only", "all"));
        }
        in.take();
        if (!only) {
            in.expect("but");
        }
        List<Lexeme> invariants = new ArrayList<>();
        do {
            if (in.peek().kind() != Kind.NAME) {
                throw in.lost("the name of an invariant");
            }
            invariants.add(in.take());
        } while (in.takeIf(","));
        return new Node.Check(at, only, invariants);
    }

    private Node promise() {
        At at = in.take().at();
        if (!in.takeIf("get")) {
            in.mistakes.add(
                    in.peek().at(),
                    "expected 'get', found " + in.peek().told()
                            + Nearest.hint(in.peek().text(), List.of("get")));
            throw new Lost();
        }
        return new Node.PromiseGet(at);
    }
}
