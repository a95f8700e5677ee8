package dev.gupfuzz.simulator.scenario;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a file says, as its parser leaves it: nothing is looked up and nothing unrolled. */
sealed interface Node {

    At at();

    /** A name or a text, with the names of numbers in braces still in it. */
    record Text(At at, String text) {}

    /**
     * Pages of a region or of a file, or entries of a pin set: all of them, one, or a range.
     *
     * @param from first, or null for all
     * @param to last, or null for one
     */
    record Place(Text name, @Nullable Expr from, @Nullable Expr to) {
        At at() {
            return name.at();
        }
    }

    /** {@code param NAME = DEFAULT in MIN..MAX "SUMMARY"}. */
    record Param(At at, String name, int value, int min, int max, String summary) implements Node {}

    /** {@code simpler NAME}. */
    record Simpler(At at, String name) implements Node {}

    /** {@code process NAME}, or {@code child NAME}. */
    record Process(
            At at,
            Text name,
            boolean child,
            boolean isStatic,
            @Nullable Expr pinnedBefore,
            List<Node> regions) implements Node {}

    /**
     * {@code region NAME[PAGES] ...}.
     *
     * @param words what stands behind it without a value
     * @param maps the file's page that its first page shows, or null
     */
    record Region(
            At at,
            Text name,
            Expr pages,
            List<Lexeme> words,
            @Nullable Place maps,
            @Nullable Expr start,
            @Nullable Expr table)
            implements Node {}

    /** {@code file NAME[PAGES] ...}. */
    record File(At at, Text name, Expr pages, List<Lexeme> words) implements Node {}

    /** {@code swap SLOTS}. */
    record Swap(At at, Expr slots, boolean synchronous) implements Node {}

    /** {@code lru-batch}. */
    record LruBatch(At at) implements Node {}

    /** {@code promise get}. */
    record PromiseGet(At at) implements Node {}

    /** {@code check only ...} or {@code check all but ...}. */
    record Check(At at, boolean only, List<Lexeme> invariants) implements Node {}

    /** {@code sometimes GOAL}, of a goal of its own with a summary. */
    record Sometimes(At at, Text goal, @Nullable Text summary) implements Node {}

    /** {@code window GOAL}. */
    record Window(At at, Text goal) implements Node {}

    /** {@code thread NAME in PROCESS}, or {@code agent NAME}, whose process is null. */
    record Thread(
            At at,
            Text name,
            @Nullable Text process,
            @Nullable Expr cpu,
            @Nullable Expr priority,
            List<Node> program) implements Node {}

    /** {@code if CONDITION}. */
    record If(At at, Expr condition, List<Node> then, List<Node> otherwise) implements Node {}

    /** {@code for NAME in FIRST..LAST}. */
    record ForNumber(At at, String name, Expr first, Expr last, List<Node> body) implements Node {}

    /** {@code for NAME in PLACE}. */
    record ForPlace(At at, String name, Place places, List<Node> body) implements Node {}

    /** {@code repeat TIMES}. */
    record Repeat(At at, Expr times, List<Node> body) implements Node {}

    /** What a thread does. */
    record Do(At at, Verb verb, Operands operands) implements Node {}

    /**
     * What belongs to a statement; which of them there are follows from its {@link Verb}.
     *
     * @param places what it is about
     * @param to where it goes
     * @param number how many
     * @param names processes, threads, events, goals, files, regions or pin sets
     * @param words of a protection, or of a GUP call
     * @param stored the name of what is stored, or null for the usual one
     * @param must what a read must see, or empty
     * @param goal the goal that a read reaches, or null
     * @param when what it must see for that
     */
    record Operands(
            @Nullable Place places,
            @Nullable Place to,
            @Nullable Expr number,
            List<Text> names,
            List<Lexeme> words,
            @Nullable Text stored,
            List<Text> must,
            @Nullable Text goal,
            List<Text> when) {}
}
