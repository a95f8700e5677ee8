package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Utf8;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.litmus.LitmusTest.Observed;
import dev.gupfuzz.simulator.litmus.LitmusTest.Quantifier;
import dev.gupfuzz.simulator.memory.MemoryModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A litmus test that was read, and the final states that it has under a memory model: all of them. */
public final class Litmus {

    private static final int BYTES_MAX = 64 * 1024;
    private static final long STATES_MAX = 5_000_000;
    private static final long MEMORY_MAX = 512L << 20;

    private final LitmusTest test;

    private Litmus(LitmusTest test) {
        this.test = test;
    }

    /**
     * What a run found.
     *
     * @param states the final states, as herd7 prints them
     * @param positive how many fulfil the condition
     * @param observation how often it is fulfilled
     * @param answer whether what the test asks is so
     * @param stuck whether some execution never ends: somebody waits for a lock for ever
     * @param explored states on the way
     */
    public record Result(
            List<String> states, int positive, Observation observation, boolean answer, boolean stuck, long explored) {

        /** Final states that do not fulfil the condition. */
        public int negative() {
            return states.size() - positive;
        }
    }

    /**
     * Reads a test.
     *
     * @param file its name in error messages
     * @throws BadInput with line and column of the first mistake
     */
    public static Litmus read(String file, byte[] content) {
        if (content.length > BYTES_MAX) {
            throw new BadInput(file + ": a litmus test may have " + BYTES_MAX + " bytes at most");
        }
        return new Litmus(LitmusParser.read(file, Utf8.text(file, content).replace("\r\n", "\n")));
    }

    public String name() {
        return test.name();
    }

    /** The question, e.g. {@code exists (1:r0=1 /\ 1:r1=0)}. */
    public String condition() {
        return test.quantifier().text() + " " + test.conditionText();
    }

    /** What herd7 calls a test that asks so: {@code Allowed}, {@code Forbidden} or {@code Required}. */
    public String kind() {
        return switch (test.quantifier()) {
            case EXISTS -> "Allowed";
            case NOT_EXISTS -> "Forbidden";
            case FORALL -> "Required";
        };
    }

    /** Whether it asks for what must hold in every state. */
    public boolean isRequired() {
        return test.quantifier() != Quantifier.EXISTS;
    }

    /** What a comment of the test says that the kernel's memory model says. */
    public Optional<Observation> expected() {
        return test.result();
    }

    /**
     * All final states.
     *
     * @throws BadInput when there are too many to look at
     */
    public Result run(MemoryModel model) {
        ConcurrentSkipListSet<int[]> found = new ConcurrentSkipListSet<>(Arrays::compare);
        AtomicBoolean stuck = new AtomicBoolean();
        Exploration exploration = StateSearch.explore(
                () -> new LitmusSystem(test, model, state -> {
                    if (state == null) {
                        stuck.set(true);
                    } else if (test.filter().holds(state)) {
                        found.add(state);
                    }
                }),
                1,
                new Bounds(STATES_MAX, MEMORY_MAX, () -> false),
                Plan.ALL);
        if (exploration.ended() != Exploration.Ended.COMPLETE) {
            throw new BadInput(test.name() + ": more than " + STATES_MAX + " states: a smaller test is needed");
        }
        int positive = (int) found.stream().filter(test.condition()::holds).count();
        Observation observation = positive == 0
                ? Observation.NEVER
                : positive == found.size() ? Observation.ALWAYS : Observation.SOMETIMES;
        boolean answer = switch (test.quantifier()) {
            case EXISTS -> positive > 0;
            case NOT_EXISTS -> positive == 0;
            case FORALL -> positive == found.size();
        };
        return new Result(
                found.stream().map(this::told).toList(),
                positive,
                observation,
                answer,
                stuck.get(),
                exploration.states());
    }

    private String told(int[] state) {
        return IntStream.range(0, state.length)
                .mapToObj(i -> {
                    Observed observed = test.observed().get(i);
                    String name = observed.thread() < 0 ? "[" + observed.text() + "]" : observed.text();
                    return name + "=" + test.told(state[i]) + ";";
                })
                .collect(Collectors.joining(" "));
    }
}
