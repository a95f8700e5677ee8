package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.AccessLog;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.World;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Decisions;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Scheduler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run told step by step, with the whole state every sixteen steps and at the end. */
public final class Trace {

    /** Steps between whole states. */
    public static final int STATE_EVERY = 16;

    private final Kernel kernel;
    private final Scenario scenario;
    private final List<TraceStep> steps;
    private final Map<Integer, Map<String, String>> states;
    private final Optional<Blame> violation;
    private final Optional<Expectation> expectation;
    private final long stateHash;
    private final int decisions;

    private Trace(
            Kernel kernel,
            Scenario scenario,
            List<TraceStep> steps,
            Map<Integer, Map<String, String>> states,
            Optional<Blame> violation,
            Optional<Expectation> expectation,
            long stateHash,
            int decisions) {
        this.kernel = kernel;
        this.scenario = scenario;
        this.steps = List.copyOf(steps);
        this.states = states;
        this.violation = violation;
        this.expectation = expectation;
        this.stateHash = stateHash;
        this.decisions = decisions;
    }

    /** The run of a finding, on its own kernel. */
    public static Trace of(Finding finding) {
        return follow(
                finding.cell.kernel(),
                finding.cell.scenario(),
                finding.threads,
                finding.choices,
                finding.precise(),
                finding.loop(),
                -1,
                new int[0]);
    }

    /** The run of a bare seed. */
    public static Trace ofSeed(Cell cell, long seed) {
        Machine machine = Step.machine(cell.kernel(), cell.scenario());
        Scheduler scheduler = cell.strategy().scheduler(machine);
        Decisions record = new Decisions();
        scheduler.record(record);
        scheduler.run(seed);
        boolean precise = machine.violated == Invariant.I5.ordinal();
        return follow(
                cell.kernel(),
                cell.scenario(),
                record.toArray(),
                machine.choices.made(),
                precise,
                Finding.Loop.NONE,
                -1,
                new int[0]);
    }

    /**
     * The run of written-down decisions, as far as they fit, then by the priorities {@code afterwards}.
     *
     * @param precise compare counts after every call
     * @param loop where it goes round
     * @param checked mask of the invariants that end the run, of those that the scenario checks at all
     */
    static Trace follow(
            Kernel kernel,
            Scenario scenario,
            int[] threads,
            int[] choices,
            boolean precise,
            Finding.Loop loop,
            int checked,
            int[] afterwards) {
        Machine machine = Step.machine(kernel, scenario);
        machine.checked &= checked;
        machine.log = new AccessLog();
        Teller teller = new Teller(machine);
        Follow follow = new Follow(machine, threads, choices, teller);
        follow.precise(precise);
        follow.goesRound(loop.from(), loop.to());
        follow.afterwards(afterwards);
        follow.run(0);
        teller.state();
        return new Trace(
                kernel,
                scenario,
                teller.steps,
                teller.states,
                blame(machine),
                teller.expectation(),
                machine.stateHash(),
                follow.decisions());
    }

    static Optional<Blame> blame(Machine m) {
        return m.violated < 0
                ? Optional.empty()
                : Optional.of(
                        Blame.of(m.scenario, m.violated, m.violatedAt, m.violatedBy, m.violatedPage, m.violatedDetail));
    }

    public Kernel kernel() {
        return kernel;
    }

    public Scenario scenario() {
        return scenario;
    }

    public List<TraceStep> steps() {
        return steps;
    }

    /** Whole states by the number of steps before them; field to value. */
    public Map<Integer, Map<String, String>> states() {
        return states;
    }

    /** What the run broke. */
    public Optional<Blame> violation() {
        return violation;
    }

    /** What was expected of the read that broke it, where the run broke what the scenario says must hold. */
    public Optional<Expectation> expectation() {
        return expectation;
    }

    /** Hash of the state at the end. */
    public long stateHash() {
        return stateHash;
    }

    public int decisions() {
        return decisions;
    }

    /** Writes down what happens around each step. */
    private static final class Teller implements Follow.Observer {

        private final Machine m;
        private final Names names;
        private final List<TraceStep> steps = new ArrayList<>();
        private final Map<Integer, Map<String, String>> states = new LinkedHashMap<>();
        private final int[] before;
        private int enabled;
        private int decision;

        Teller(Machine machine) {
            this.m = machine;
            this.names = new Names(machine);
            this.before = new int[machine.s.length];
        }

        @Override
        public void before(int thread, int nowEnabled, int atDecision) {
            if (steps.size() % STATE_EVERY == 0) {
                state();
            }
            System.arraycopy(m.s, 0, before, 0, before.length);
            m.log.clear();
            enabled = nowEnabled;
            decision = atDecision;
        }

        @Override
        public void after(int thread) {
            int label = Pc.label(m.s[Sched.STEPPING]);
            List<Change> changed = new ArrayList<>();
            for (int word = 0; word < before.length; word++) {
                if (m.s[word] != before[word]) {
                    String name = names.name(word);
                    if (name != null) {
                        changed.add(new Change(name, names.value(word, before[word]), names.value(word, m.s[word])));
                    }
                }
            }
            List<String> could = new ArrayList<>();
            for (int rest = enabled; rest != 0; rest &= rest - 1) {
                could.add(m.scenario.threads().get(Integer.numberOfTrailingZeros(rest)));
            }
            steps.add(new TraceStep(
                    steps.size() + 1,
                    m.scenario.threads().get(thread),
                    Labels.routine(label),
                    Labels.name(label),
                    text(thread, label),
                    access(),
                    object(label),
                    decision,
                    could,
                    changed));
        }

        /** Kernel steps speak for themselves; an access outside the kernel is told with its page. */
        private String text(int thread, int label) {
            int f = m.frame(thread);
            return switch (Labels.routine(label)) {
                case "cpu" ->
                    (before[f + Frame.IS_WRITE] != 0 ? "store to " : "load from ") + "page " + before[f + Frame.PAGE]
                            + ": " + Labels.text(label);
                case "device" -> Labels.text(label) + " " + m.code[before[f + Frame.OP] + 2];
                default -> Labels.text(label);
            };
        }

        /** The row is that before the last step: behind it the thread stands at its next one. */
        Optional<Expectation> expectation() {
            if (m.violated != Invariant.EXPECTED.ordinal()) {
                return Optional.empty();
            }
            int thread = m.violatedBy;
            int op = before[m.frame(thread) + Frame.OP];
            World world = m.scenario.world();
            int location = switch (m.code[op]) {
                case Op.FILE_READ -> world.pages + m.code[op + 1];
                case Op.DEV_LOAD -> m.violatedPage;
                default -> m.code[op + 1];
            };
            return Optional.of(new Expectation(
                    world.storeNames(location, m.code[op + Op.expectation(m.code[op])]),
                    m.scenario.statement(thread, (op - m.codeStart[thread]) / Op.WORDS)));
        }

        private String access() {
            if (m.log.count() == 0) {
                return "none";
            }
            return switch (m.log.kind(0)) {
                case AccessLog.READ -> "read";
                case AccessLog.WRITE -> "write";
                default -> "atomic";
            };
        }

        private String object(int label) {
            String name = m.log.count() == 0 ? null : names.name(m.log.word(0));
            return name != null ? name : Labels.target(label).toString();
        }

        void state() {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int word = 0; word < m.layout.ghosts; word++) {
                String name = names.name(word);
                if (name != null && (m.s[word] != 0 || word < m.layout.tlbBase)) {
                    fields.put(name, names.value(word, m.s[word]));
                }
            }
            states.put(steps.size(), fields);
        }
    }
}
