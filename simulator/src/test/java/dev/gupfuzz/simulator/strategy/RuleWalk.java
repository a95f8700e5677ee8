package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.explore.SmallProgram;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import java.util.List;
import java.util.function.Function;

/** Runs schedules of a small program that a {@link Rule} chooses: what {@link RuleScheduler} is to the machine. */
final class RuleWalk {

    private final SmallProgram program;
    private final TextPending pending;
    private final Rule rule;
    private final int[] start;
    /** Who took each step of the last run. */
    final StringBuilder order = new StringBuilder();

    int decisions;

    RuleWalk(Text text, List<int[]> groups, Function<Pending, Rule> rule) {
        program = new SmallProgram(text);
        pending = new TextPending(program, text, groups);
        start = program.words().clone();
        this.rule = rule.apply(pending);
    }

    RuleWalk(Text text, Function<Pending, Rule> rule) {
        this(text, List.of(), rule);
    }

    /** Whether the run ended badly. */
    boolean run(long seed) {
        System.arraycopy(start, 0, program.words(), 0, start.length);
        program.restored();
        order.setLength(0);
        decisions = 0;
        pending.begin();
        rule.begin(seed);
        int enabled;
        while ((enabled = program.enabled()) != 0) {
            int t = Integer.numberOfTrailingZeros(enabled);
            if ((enabled & (enabled - 1)) != 0) {
                decisions++;
                t = rule.choose(enabled);
            }
            rule.takes(t);
            program.take(t, 0);
            order.append((char) ('0' + t));
        }
        program.end();
        return program.broken() == SmallProgram.BAD_END;
    }

    /** Runs of seeds 0 ... count - 1 that end badly. */
    int bad(int count) {
        int bad = 0;
        for (long seed = 0; seed < count; seed++) {
            bad += run(seed) ? 1 : 0;
        }
        return bad;
    }

    /** The most decisions of a run. */
    int longest(int count) {
        int longest = 0;
        for (long seed = 0; seed < count; seed++) {
            run(seed);
            longest = Math.max(longest, decisions);
        }
        return longest;
    }
}
