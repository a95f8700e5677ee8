package dev.gupfuzz.campaign;

import dev.gupfuzz.campaign.wire.RangeResult.Outcome;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one range. What comes out depends on the range alone: not on the cores, the machine's speed, or who runs it. Both
 * the workers and a campaign without Kafka run ranges here, so that their results can be compared byte for byte.
 */
public final class RangeRun {
    /** The step budget is looked at after each of so many equal parts, which places an early end by count, not by time. */
    private static final int PARTS = 4;

    private static final int ERROR_CHARACTERS_MAX = 2_000;

    private final Cell cell;
    private final long firstSeed;
    private final long count;
    private final long stepBudget;

    /**
     * What a range yielded.
     *
     * @param outcome CLEAN, VIOLATION, BUDGET_EXHAUSTED, or ENGINE_ERROR
     * @param tally null exactly if the outcome is ENGINE_ERROR
     * @param digest equal for every execution of the range; 0 for an engine error
     * @param error one line; empty unless the outcome is ENGINE_ERROR
     */
    public record Yield(Outcome outcome, @Nullable Tally tally, long digest, String error) {
        /** What a range yields in which gupfuzz itself fails; the text is cut and put on one line. */
        public static Yield engineError(String error) {
            String line = error.replaceAll("\\p{Cntrl}+", " ");
            return new Yield(
                    Outcome.ENGINE_ERROR, null, 0, line.substring(0, Math.min(line.length(), ERROR_CHARACTERS_MAX)));
        }
    }

    /**
     * @param firstSeed first seed; unsigned
     * @param count how many seeds; at least 1
     * @param stepBudget steps after which the range ends early; 0 for no budget
     */
    public RangeRun(Cell cell, long firstSeed, long count, long stepBudget) {
        this.cell = cell;
        this.firstSeed = firstSeed;
        this.count = count;
        this.stepBudget = stepBudget;
    }

    /**
     * Runs the range on {@code cores} threads.
     *
     * @param stop asked between sub-intervals; once true, the range is given up
     * @param schedulesDone told how many schedules were executed since it was last told; called from several threads
     * @return nothing if the range was given up
     */
    public Optional<Yield> run(int cores, BooleanSupplier stop, LongConsumer schedulesDone) {
        Tally tally = Tally.empty(cell);
        long part = (count - 1) / PARTS + 1;
        long done = 0;
        while (done < count) {
            if (stepBudget > 0 && tally.steps() > stepBudget) {
                return Optional.of(counted(Outcome.BUDGET_EXHAUSTED, tally));
            }
            long size = Math.min(part, count - done);
            Tally next;
            try {
                next = Sampler.sample(cell, firstSeed + done, size, cores, false, stop, schedulesDone);
            } catch (RuntimeException e) {
                // A simulator that throws is gupfuzz's own fault; it must neither end the worker nor look like a
                // finding.
                return Optional.of(Yield.engineError("the simulator failed: " + e));
            }
            if (next.selfCheckFailure().isPresent()) {
                return Optional.of(Yield.engineError("two executions differ: seed="
                        + String.format("0x%016x", next.selfCheckFailure().getAsLong())));
            }
            if (next.schedules() < size) {
                return Optional.empty();
            }
            tally = tally.merge(next);
            done += size;
        }
        return Optional.of(counted(tally.violations().isEmpty() ? Outcome.CLEAN : Outcome.VIOLATION, tally));
    }

    private Yield counted(Outcome outcome, Tally tally) {
        long digest = Digests.of("gupfuzz range")
                .text(cell.kernel().name())
                .text(cell.scenario().identity())
                .text(cell.strategy().name())
                .number(firstSeed)
                .number(count)
                .text(outcome.name())
                .bytes(tally.toBytes())
                .first64();
        return new Yield(outcome, tally, digest, "");
    }
}
