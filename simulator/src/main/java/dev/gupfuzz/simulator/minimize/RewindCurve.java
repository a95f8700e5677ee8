package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.trace.Conductor;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.HappensBefore;
import dev.gupfuzz.simulator.trace.StepOrder;
import dev.gupfuzz.simulator.trace.Trace;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.util.ArrayList;
import java.util.List;

/**
 * How likely a failure is from each state on the way to it: the state before each step is taken up again many times and
 * carried on at random. Where the share rises, the step before it made the failure likelier.
 *
 * <p>A continuation fails when it breaks the finding's invariant, wherever.
 */
public final class RewindCurve {

    private static final double ERROR = 0.05;
    private static final long LANE = Mix.name("rewind");

    /**
     * The state before one step.
     *
     * @param step the step that the finding takes there
     * @param fails continuations that fail
     * @param runs continuations
     * @param share interval that holds the share with 95 %
     */
    public record Point(TraceStep step, int fails, int runs, ClopperPearson share) {}

    private RewindCurve() {}

    /**
     * A point for each step with a decision before it or not; steps that nobody else can tell go with the one before.
     *
     * @param runs continuations of each state
     */
    public static List<Point> of(Finding finding, int runs) {
        StepOrder order = Conductor.along(finding).order();
        List<TraceStep> steps = Trace.of(finding).steps();
        HappensBefore events =
                HappensBefore.of(finding.cell().kernel(), finding.cell().scenario(), order, finding.precise());
        Conductor run = new Conductor(finding.cell().kernel(), finding.cell().scenario(), finding.precise());
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < order.length(); i++) {
            run.mark();
            int fails = 0;
            for (int k = 0; k < runs; k++) {
                run.wander(Mix.keyed(LANE, finding.stateHash(), i, k));
                fails += run.blame()
                                .filter(blame ->
                                        blame.invariant() == finding.blame().invariant())
                                .isPresent()
                        ? 1
                        : 0;
                run.back();
            }
            points.add(new Point(
                    steps.get(events.events().get(i).trace()), fails, runs, ClopperPearson.of(fails, runs, ERROR)));
            run.take(order.threads()[i], order.choices()[i]);
        }
        return points;
    }
}
