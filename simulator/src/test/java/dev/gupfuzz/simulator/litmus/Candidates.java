package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.litmus.Events.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All executions of a program that are coherent and whose atomic operations are atomic, which every model here asks for, and the
 * final states of those that a model allows.
 *
 * <p>Locations are fixed, so that both are properties of each location for itself: what is possible is enumerated for each, and
 * then together. Executions in which a value would come out of itself are none.
 */
final class Candidates {

    /** What the events of one location may do. */
    private record Option(Relation rf, Relation co, int last) {}

    private final StraightLine program;
    private final TreeMap<Axioms, TreeSet<String>> states = new TreeMap<>();
    private long executions;

    private Candidates(StraightLine program) {
        this.program = program;
        for (Axioms model : Axioms.values()) {
            states.put(model, new TreeSet<>());
        }
        int conditional = conditional(program);
        for (int leftOut = conditional; ; leftOut = (leftOut - 1) & conditional) {
            together(new Events(program, leftOut), leftOut);
            if (leftOut == 0) {
                break;
            }
        }
    }

    /** The statements with a condition, be it that of a cmpxchg(), as a mask of their numbers. */
    private static int conditional(StraightLine program) {
        int mask = 0;
        int number = 0;
        for (List<Statement> thread : program.threads()) {
            for (Statement s : thread) {
                mask |= s.onlyIf() >= 0 || s.kind().isCompare() ? 1 << number : 0;
                number++;
            }
        }
        return mask;
    }

    static Candidates of(StraightLine program) {
        return new Candidates(program);
    }

    /** The final states that the model allows, as the machine prints them. */
    TreeSet<String> states(Axioms model) {
        return states.get(model);
    }

    /** Executions that were judged. */
    long executions() {
        return executions;
    }

    // ---- one location

    private static List<Option> options(Events events, int location) {
        List<Integer> reads = new ArrayList<>();
        List<Integer> writes = new ArrayList<>();
        for (int e = 0; e < events.all.size(); e++) {
            if (events.event(e).location() == location) {
                (events.event(e).isWrite() ? writes : reads).add(e);
            }
        }
        List<Option> options = new ArrayList<>();
        for (List<Integer> order : orders(writes)) {
            int[] place = new int[events.all.size()];
            Arrays.fill(place, -1);
            order.forEach(write -> place[write] = order.indexOf(write));
            readsFrom(events, reads, 0, order, place, options);
        }
        return options;
    }

    /** All orders that begin with what the location holds at first, which is the first of the writes. */
    private static List<List<Integer>> orders(List<Integer> writes) {
        List<List<Integer>> orders = List.of(List.of(writes.get(0)));
        for (int write : writes.subList(1, writes.size())) {
            List<List<Integer>> longer = new ArrayList<>();
            for (List<Integer> order : orders) {
                for (int at = 1; at <= order.size(); at++) {
                    List<Integer> with = new ArrayList<>(order);
                    with.add(at, write);
                    longer.add(with);
                }
            }
            orders = longer;
        }
        return orders;
    }

    /** Lets each read read from each write, but does not go on with what is not coherent: {@code place} is of what is read, too. */
    private static void readsFrom(
            Events events, List<Integer> reads, int next, List<Integer> order, int[] place, List<Option> into) {
        if (!mayBeCoherent(events, place)) {
            return;
        }
        if (next == reads.size()) {
            Relation co = events.related((a, b) -> place[b] > place[a] && place[a] >= 0 && areWrites(events, a, b));
            Relation rf = events.related((a, b) ->
                    place[a] == place[b] && place[a] >= 0 && areWrites(events, a, a) && !areWrites(events, b, b));
            Execution alone = new Execution(events, rf, co);
            if (alone.isCoherent() && alone.isAtomic()) {
                into.add(new Option(rf, co, order.get(order.size() - 1)));
            }
            return;
        }
        for (int from = 0; from < order.size(); from++) {
            place[reads.get(next)] = from;
            readsFrom(events, reads, next + 1, order, place, into);
        }
        place[reads.get(next)] = -1;
    }

    private static boolean areWrites(Events events, int a, int b) {
        return (events.writes >> a & events.writes >> b & 1) != 0;
    }

    /** Whether each thread goes through the location's writes forwards, as far as is known what it reads. */
    private static boolean mayBeCoherent(Events events, int[] place) {
        for (int a = 0; a < place.length; a++) {
            for (int b = a + 1; b < place.length; b++) {
                if (place[a] >= 0 && place[b] >= 0 && events.poLoc.has(a, b)) {
                    if (place[b] < place[a] || (place[b] == place[a] && areWrites(events, b, b))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    // ---- all locations

    private void together(Events events, int leftOut) {
        List<List<Option>> options = new ArrayList<>();
        for (int x = 0; x < program.locations(); x++) {
            options.add(options(events, x));
        }
        Relation none = events.related((a, b) -> false);
        together(events, leftOut, options, none, none, new ArrayList<>());
    }

    private void together(
            Events events, int leftOut, List<List<Option>> options, Relation rf, Relation co, List<Integer> last) {
        if (last.size() == options.size()) {
            judge(new Execution(events, rf, co), leftOut, last);
            return;
        }
        for (Option option : options.get(last.size())) {
            List<Integer> further = new ArrayList<>(last);
            further.add(option.last);
            together(events, leftOut, options, rf.or(option.rf), co.or(option.co), further);
        }
    }

    private void judge(Execution execution, int leftOut, List<Integer> last) {
        Optional<int[]> values = values(execution);
        if (values.isEmpty() || !happens(execution.events(), values.get(), leftOut)) {
            return;
        }
        executions++;
        String state = state(execution.events(), values.get(), last);
        states.forEach((model, allowed) -> {
            if (!allowed.contains(state) && model.allows(execution)) {
                allowed.add(state);
            }
        });
    }

    /** The value of each event; none when one would come out of itself. */
    private static Optional<int[]> values(Execution execution) {
        Events events = execution.events();
        int count = events.all.size();
        int[] values = new int[count];
        int known = 0;
        for (int before = -1; before != known; ) {
            before = known;
            for (int e = 0; e < count; e++) {
                if ((known >> e & 1) != 0) {
                    continue;
                }
                Relation from = events.event(e).isWrite() ? events.data : execution.rf();
                int sum =
                        events.event(e).isWrite() ? events.event(e).statement().value() : 0;
                boolean ready = true;
                for (int f = 0; f < count; f++) {
                    ready &= !from.has(f, e) || (known >> f & 1) != 0;
                    sum += from.has(f, e) ? values[f] : 0;
                }
                values[e] = sum;
                known |= ready ? 1 << e : 0;
            }
        }
        return Integer.bitCount(known) == count ? Optional.of(values) : Optional.empty();
    }

    /** Whether what was left out is what the conditions leave out, and every lock was free when it was taken. */
    private boolean happens(Events events, int[] values, int leftOut) {
        int number = 0;
        for (int t = 0; t < program.threads().size(); t++) {
            for (Statement s : program.threads().get(t)) {
                boolean isLeftOut = (leftOut >> number++ & 1) != 0;
                if (s.onlyIf() >= 0 && isLeftOut != (register(events, values, t, s.onlyIf()) == 0)) {
                    return false;
                }
            }
        }
        for (int e = 0; e < values.length; e++) {
            Statement s = events.event(e).statement();
            boolean fails = (events.failed >> e & 1) != 0;
            if ((events.lockReads >> e & 1) != 0 && values[e] != 0) {
                return false;
            } else if (s.kind().isCompare() && !events.event(e).isWrite() && fails != (values[e] != s.expected())) {
                return false;
            }
        }
        return true;
    }

    private static int register(Events events, int[] values, int thread, int register) {
        for (int e = 0; e < values.length; e++) {
            Event event = events.event(e);
            if (event.thread() == thread
                    && !event.isWrite()
                    && event.statement().register() == register) {
                return values[e];
            }
        }
        return 0;
    }

    private String state(Events events, int[] values, List<Integer> last) {
        List<String> parts = new ArrayList<>();
        for (int t = 0; t < program.threads().size(); t++) {
            for (int r = 0; r < program.registers(t); r++) {
                parts.add(t + ":r" + r + "=" + register(events, values, t, r) + ";");
            }
        }
        for (int x = 0; x < program.locations(); x++) {
            if (!program.isLock(x)) {
                parts.add("[" + StraightLine.name(x) + "]=" + values[last.get(x)] + ";");
            }
        }
        return String.join(" ", parts);
    }
}
