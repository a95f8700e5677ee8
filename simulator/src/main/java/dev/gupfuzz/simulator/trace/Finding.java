package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.explore.Endings.Lasso;
import dev.gupfuzz.simulator.explore.Exploration.Move;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Decisions;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A broken invariant with its schedule, in all three forms: the seed that regenerates it, the decisions that are the truth,
 * and the deviations from "keep running the same thread" for people. The forms are checked against one another when a
 * finding is made.
 */
public final class Finding {

    /**
     * Where a schedule goes round for ever.
     *
     * @param from steps before the loop
     * @param to steps up to its end, where the state is again what it was before; 0 when there is no loop
     */
    public record Loop(int from, int to) {
        /** It ends. */
        public static final Loop NONE = new Loop(0, 0);

        public boolean exists() {
            return to > 0;
        }
    }

    /** Decisions between two checks of the state. */
    static final int CHECK_EVERY = 16;

    final Cell cell;
    final long seed;
    final int[] threads;
    final int[] choices;
    final int[] checks;
    final Invariant invariant;
    final String where;
    final int steps;
    final long stateHash;
    final Loop loop;

    Finding(
            Cell cell,
            long seed,
            int[] threads,
            int[] choices,
            int[] checks,
            Invariant invariant,
            String where,
            int steps,
            long stateHash,
            Loop loop) {
        this.cell = cell;
        this.seed = seed;
        this.threads = threads;
        this.choices = choices;
        this.checks = checks;
        this.invariant = invariant;
        this.where = where;
        this.steps = steps;
        this.stateHash = stateHash;
        this.loop = loop;
    }

    /**
     * Runs a seed again, twice, and keeps what it broke. It is a finding of the member of a portfolio that ran the seed: that
     * alone repeats it.
     *
     * @throws BadInput when the seed breaks nothing
     * @throws IllegalStateException when the two executions differ, which is a bug of gupfuzz
     */
    public static Finding witness(Cell searched, long seed) {
        List<Strategy> members = searched.strategy().members();
        Strategy member = members.get(searched.strategy().memberOf(seed));
        Cell cell = new Cell(searched.kernel(), searched.scenario(), member);
        Machine machine = Step.machine(cell.kernel(), cell.scenario());
        Scheduler scheduler = cell.strategy().scheduler(machine);
        Decisions record = new Decisions();
        scheduler.record(record);
        scheduler.run(seed);
        if (machine.violated < 0) {
            throw new BadInput("seed " + hex(seed) + " of " + cell.text() + " breaks no invariant");
        }
        int steps = scheduler.steps();
        long hash = machine.stateHash();
        int[] threads = record.toArray();
        int[] choices = machine.choices.made();
        Blame blame = Trace.blame(machine).orElseThrow();
        Checks checks = Checks.along(
                cell.kernel(), cell.scenario(), threads, choices, blame.invariant() == Invariant.I5, Loop.NONE);
        if (checks.steps() != steps
                || checks.stateHash() != hash
                || !checks.violation().equals(Trace.blame(machine))) {
            throw new IllegalStateException("[simulator bug] two executions of one seed differ: seed=" + hex(seed)
                    + " cell=" + cell.text() + " steps=" + steps + "/" + checks.steps());
        }
        Deviations.verify(cell.scenario(), threads, checks);
        return new Finding(
                cell,
                seed,
                threads,
                choices,
                checks.hashes(),
                blame.invariant(),
                blame.where(),
                steps,
                hash,
                Loop.NONE);
    }

    /**
     * A schedule that an exploration came to, executed here twice.
     *
     * @param moves from the start of the scenario to what they break
     * @throws IllegalStateException when it breaks nothing, or the two executions differ, which is a bug of gupfuzz
     */
    public static Finding explored(Kernel kernel, Scenario scenario, List<Move> moves) {
        MachineSystem.Schedule schedule = new MachineSystem(kernel, scenario).schedule(moves);
        int[] threads = schedule.threads();
        boolean precise =
                Checks.along(kernel, scenario, threads, schedule.choices(), false, Loop.NONE).violation().stream()
                        .anyMatch(blame -> blame.invariant() == Invariant.I5);
        Finding found = scheduled(kernel, scenario, threads, schedule.choices(), precise);
        StepOrder order = Conductor.along(found).order();
        Conductor run = new Conductor(kernel, scenario, precise);
        StepOrder early = EarlySwitches.of(kernel, scenario, order, precise);
        if (run.takeAll(early) > 0 || !run.blame().equals(Optional.of(found.blame()))) {
            return found; // the promise that breaks is asked for at a step that came to stand elsewhere
        }
        return scheduled(kernel, scenario, run.decisions(), run.dataChoices(), precise);
    }

    /**
     * A schedule that no seed drew, executed here twice.
     *
     * @param threads who runs wherever several can
     * @param choices the values of the data choices, in the order of the run
     * @param precise whether counts are compared after every call; else the run may go on to break something else
     * @throws IllegalStateException when it breaks nothing, or the two executions differ, which is a bug of gupfuzz
     */
    public static Finding scheduled(Kernel kernel, Scenario scenario, int[] threads, int[] choices, boolean precise) {
        return scheduled(kernel, scenario, threads, choices, precise, Loop.NONE);
    }

    /**
     * A schedule that goes round for ever, executed here twice.
     *
     * @throws IllegalStateException when it does not, or the two executions differ, which is a bug of gupfuzz
     */
    public static Finding livelock(Kernel kernel, Scenario scenario, Lasso lasso) {
        Conductor run = new Conductor(kernel, scenario, false);
        lasso.stem().forEach(move -> run.take(move.thread(), move.choice()));
        int from = run.steps();
        lasso.loop().forEach(move -> run.take(move.thread(), move.choice()));
        return scheduled(kernel, scenario, run.decisions(), run.dataChoices(), false, new Loop(from, run.steps()));
    }

    private static Finding scheduled(
            Kernel kernel, Scenario scenario, int[] threads, int[] choices, boolean precise, Loop loop) {
        Checks checks = Checks.along(kernel, scenario, threads, choices, precise, loop);
        Checks again = Checks.along(kernel, scenario, threads, choices, precise, loop);
        Blame blame = checks.violation()
                .orElseThrow(() -> new IllegalStateException(
                        "[simulator bug] a schedule breaks nothing on " + kernel.name() + ", " + scenario.name()));
        if (again.stateHash() != checks.stateHash() || again.steps() != checks.steps()) {
            throw new IllegalStateException("[simulator bug] two executions of one schedule differ");
        }
        Deviations.verify(scenario, threads, checks);
        return new Finding(
                new Cell(kernel, scenario, Strategy.EXPLORED),
                0,
                threads,
                choices,
                checks.hashes(),
                blame.invariant(),
                blame.where(),
                checks.steps(),
                checks.stateHash(),
                loop);
    }

    /**
     * Reads a one-line token or the text of a file.
     *
     * @throws BadInput when it is damaged, of another format or of another model
     */
    public static Finding parse(String text) {
        return parse(text, List.of());
    }

    /**
     * As {@link #parse(String)}, where the finding may be of a scenario that is not built in.
     *
     * @param known scenarios' files that are at hand; a finding's file brings its own
     */
    public static Finding parse(String text, Collection<ScenarioText> known) {
        String trimmed = text.strip();
        return trimmed.startsWith(Token.PREFIX) || !trimmed.contains("\n")
                ? Token.read(trimmed, known)
                : FindingFile.read(text, known);
    }

    /** The one-line form. It fits in a mail; findings of long schedules are better kept as files. */
    public String token() {
        return Token.write(this);
    }

    /** The many-line form, which a person can read. */
    public String toFile() {
        return FindingFile.write(this);
    }

    public Cell cell() {
        return cell;
    }

    public long seed() {
        return seed;
    }

    public Blame blame() {
        return new Blame(invariant, where);
    }

    /** Hash of the state after the step that broke the invariant. */
    public long stateHash() {
        return stateHash;
    }

    /** Steps up to and with the one that broke the invariant. */
    public int steps() {
        return steps;
    }

    /** Where the schedule goes round, when it is a livelock. */
    public Loop loop() {
        return loop;
    }

    /** Points at which at least two threads could run. */
    public int decisions() {
        return threads.length;
    }

    /** Decisions that left a thread that could have gone on. */
    public int preemptions() {
        return checksOn(cell.kernel()).preemptions();
    }

    /** This schedule followed on a kernel. */
    Checks checksOn(Kernel kernel) {
        return Checks.along(kernel, cell.scenario(), threads, choices, precise(), loop);
    }

    /** Whether the finding's invariant is one that is found by comparing counts after every call. */
    public boolean precise() {
        return invariant == Invariant.I5;
    }

    static String hex(long value) {
        return String.format("0x%016x", value);
    }

    static void requireThisModel(String version) {
        if (!version.equals(Model.version())) {
            throw new BadInput("this finding was made by model " + version + " and this program has model "
                    + Model.version() + ": replay it with the gupfuzz release that made it");
        }
    }

    /** What a schedule looks like from decision to decision. */
    record Checks(
            int[] hashes,
            int[] enabledMasks,
            int[] labels,
            int[] previous,
            int preemptions,
            int steps,
            long stateHash,
            java.util.Optional<Blame> violation,
            int divergedAt) {

        /** Follows a schedule and keeps, for each decision, who could run and what was chosen to happen. */
        static Checks along(
                Kernel kernel, Scenario scenario, int[] threads, int[] choices, boolean precise, Loop loop) {
            Machine machine = Step.machine(kernel, scenario);
            Collector collector = new Collector(machine, threads.length);
            Follow follow = new Follow(machine, threads, choices, collector);
            follow.precise(precise);
            follow.goesRound(loop.from(), loop.to());
            follow.run(0);
            return new Checks(
                    Arrays.copyOf(collector.hashes, collector.hashCount),
                    collector.enabledMasks,
                    collector.labels,
                    collector.previous,
                    collector.preemptions,
                    follow.steps(),
                    machine.stateHash(),
                    Trace.blame(machine),
                    follow.divergedAt());
        }
    }

    private static final class Collector implements Follow.Observer {

        private final Machine m;
        private final int[] hashes;
        private final int[] enabledMasks;
        private final int[] labels;
        private final int[] previous;
        private int hashCount;
        private int preemptions;
        private int last = -1;

        Collector(Machine machine, int decisions) {
            this.m = machine;
            this.hashes = new int[decisions / CHECK_EVERY + 1];
            this.enabledMasks = new int[decisions];
            this.labels = new int[decisions];
            this.previous = new int[decisions];
        }

        @Override
        public void before(int thread, int enabled, int decision) {
            if (decision >= 0) {
                if (decision < labels.length) {
                    enabledMasks[decision] = enabled;
                    labels[decision] = Pc.label(m.s[m.frame(thread) + Frame.PC]);
                    previous[decision] = last;
                }
                if (decision % CHECK_EVERY == CHECK_EVERY - 1 && hashCount < hashes.length) {
                    hashes[hashCount++] = (int) (m.stateHash() >>> 48);
                }
                if (last >= 0 && thread != last && (enabled >> last & 1) != 0) {
                    preemptions++;
                }
            }
        }

        @Override
        public void after(int thread) {
            last = thread;
        }
    }
}
