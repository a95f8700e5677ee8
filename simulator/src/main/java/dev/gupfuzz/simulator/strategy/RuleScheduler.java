package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;

/** Runs schedules that a {@link Rule} chooses, step by step. */
final class RuleScheduler extends Scheduler {

    private final Rule rule;

    RuleScheduler(MachinePending pending, Rule rule) {
        super(pending.machine());
        this.rule = rule;
    }

    @Override
    public void run(long seed) {
        final int[] s = m.s;
        m.reset();
        m.choices.draw(seed);
        rule.pending.begin();
        rule.begin(seed);
        int decided = 0;
        int enabled;
        while ((enabled = s[Sched.ENABLED]) > 0 && s[Sched.TAKEN] < STEPS_MAX) {
            int t = Integer.numberOfTrailingZeros(enabled);
            if ((enabled & (enabled - 1)) != 0) {
                decided++;
                t = rule.choose(enabled);
                if (record != null) {
                    record.add(t);
                }
            }
            rule.takes(t);
            Step.run(m, t, 1);
        }
        decisions = decided;
        finish(seed);
    }
}
