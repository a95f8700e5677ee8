package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which steps of a run had to come before which others. Two steps are dependent when they are of one thread, or touch one
 * thing and one of them changes it; happens-before is the closure of that in the order of the run. Changes that commute, as
 * two increments whose sums nobody looks at, are not dependent.
 */
public final class HappensBefore {

    private final List<Event> events = new ArrayList<>();
    /** For each step how many steps of each thread happen before it or are it. */
    private final List<int[]> clocks = new ArrayList<>();
    /** For each step those of other threads that it depends on directly. */
    private final List<int[]> depends = new ArrayList<>();
    /** For each step what it touched, and how. */
    private final List<SortedMap<Integer, Integer>> touched = new ArrayList<>();
    /** For each step whether it takes a lock for which it may have had to wait. */
    private final List<Boolean> waits = new ArrayList<>();

    /** For each step the one that its thread took before, or -1. */
    private final List<Integer> previous = new ArrayList<>();

    private boolean brokeAtEnd;

    private final Conductor run;
    private final Machine m;

    private HappensBefore(Conductor run) {
        this.run = run;
        m = run.machine();
    }

    /**
     * Runs an order, all of which fits, and tells what depends on what, checks and all: steps that have with each of them those
     * that happen before it do the same when they run alone.
     */
    public static HappensBefore of(Kernel kernel, Scenario scenario, StepOrder order, boolean precise) {
        HappensBefore result = new HappensBefore(new Conductor(kernel, scenario, precise));
        result.new Watch(new EveryTouch(result.m)).run(order);
        return result;
    }

    /** The same by what the kernel does alone, up to the promise that breaks: checks that found nothing order no steps. */
    public static HappensBefore ofKernel(Kernel kernel, Scenario scenario, StepOrder order, boolean precise) {
        HappensBefore result = new HappensBefore(new Conductor(kernel, scenario, precise));
        result.new Watch(new KernelTouches(result.m)).run(order);
        return result;
    }

    public List<Event> events() {
        return events;
    }

    /** Whether a promise broke that is asked for once nobody can go on, and not at a step. */
    public boolean brokeAtEnd() {
        return brokeAtEnd;
    }

    /** Whether step {@code a} happens before step {@code b}. */
    public boolean before(int a, int b) {
        Event event = events.get(a);
        return a != b && clocks.get(b)[event.thread()] > event.ordinal();
    }

    /** How many steps of a thread happen before step {@code event} or are it. */
    public int known(int event, int thread) {
        return clocks.get(event)[thread];
    }

    /** Dependent steps of two threads with nothing between them in happens-before: {@code {first, second}}, in order. */
    public List<int[]> neighbours() {
        List<int[]> pairs = new ArrayList<>();
        for (Event event : events) {
            int b = event.index();
            int[] direct = depends.get(b);
            for (int a : direct) {
                int own = previous.get(b);
                boolean between = own >= 0 && before(a, own);
                for (int c : direct) {
                    between |= before(a, c);
                }
                if (!between) {
                    pairs.add(new int[] {a, b});
                }
            }
        }
        return pairs;
    }

    /** Whether the step takes a lock, or waits for something else. */
    public boolean waits(int event) {
        return waits.get(event);
    }

    /** The last step before {@code event} in which its thread waited for the same word, or -1. */
    public int acquired(int event) {
        Event released = events.get(event);
        for (int i = event - 1; i >= 0; i--) {
            Event e = events.get(i);
            if (e.thread() == released.thread() && e.word() == released.word() && waits(i)) {
                return i;
            }
        }
        return -1;
    }

    /** The steps that happen before the last one, and it, in the order of the run; all of them when the run broke at its end. */
    public List<Event> causes() {
        int lastOne = events.size() - 1;
        return brokeAtEnd
                ? events
                : events.stream()
                        .filter(e -> e.index() == lastOne || before(e.index(), lastOne))
                        .toList();
    }

    /** The order of the {@link #causes}. */
    public StepOrder causal() {
        StepOrder all = run.order();
        List<Event> causes = causes();
        return new StepOrder(
                causes.stream().mapToInt(Event::thread).toArray(),
                causes.stream().mapToInt(event -> all.choices()[event.index()]).toArray());
    }

    /** What makes two steps dependent, as a person calls it: {@code page[1].refcount}, or the thread whose registers it is. */
    public String object(int a, int b) {
        SortedMap<Integer, Integer> others = touched.get(b);
        Names names = new Names(m);
        for (Map.Entry<Integer, Integer> one : touched.get(a).entrySet()) {
            int thing = one.getKey();
            Integer other = others.get(thing);
            if (other != null && !Touches.commute(one.getValue(), other)) {
                String name = thing >= m.s.length
                        ? m.scenario.threads().get(thing - m.s.length)
                        : thing == Sched.INSIDE ? "who is inside the kernel" : names.name(thing);
                if (name != null) {
                    return name;
                }
            }
        }
        return "what the promise speaks of";
    }

    /** Follows the run and notes what each step touches. */
    private final class Watch {

        /** Steps that touched a thing one after the other, in ways that commute. */
        private record Group(int effect, List<Integer> steps) {}

        private final Touches touches;
        /** For each thing the steps that touched it last, ... */
        private final SortedMap<Integer, Group> latest = new TreeMap<>();
        /** ... and those before them, whose touches do not commute with theirs. */
        private final SortedMap<Integer, List<Integer>> before = new TreeMap<>();
        /** The last step of each thread. */
        private final int[] own;

        Watch(Touches touches) {
            this.touches = touches;
            own = new int[m.threads];
            Arrays.fill(own, -1);
        }

        void run(StepOrder order) {
            for (int i = 0; i < order.length(); i++) {
                step(order.threads()[i], order.choices()[i]);
            }
            boolean intact = m.violated < 0;
            run.settle();
            brokeAtEnd = intact && m.violated >= 0;
        }

        private void step(int t, int choice) {
            touches.before(t);
            waits.add((m.s[Sched.BLOCKING] >> t & 1) != 0);
            int trace = m.s[Sched.TAKEN];
            run.take(t, choice);
            int first = touches.log.count() == 0 ? -1 : touches.log.word(0);
            events.add(new Event(events.size(), t, run.taken(t) - 1, run.label(), first, trace));
            touched.add(touches.after(t));
            note(t, events.size() - 1);
        }

        private void note(int t, int index) {
            SortedSet<Integer> direct = new TreeSet<>();
            touched.get(index).forEach((thing, effect) -> {
                Group group = latest.get(thing);
                if (group == null || !Touches.commute(effect, group.effect())) {
                    before.put(thing, group == null ? List.of() : group.steps());
                    group = new Group(effect, new ArrayList<>());
                    latest.put(thing, group);
                }
                group.steps().add(index);
                direct.addAll(before.get(thing));
            });
            int[] clock = new int[m.threads];
            if (own[t] >= 0) {
                System.arraycopy(clocks.get(own[t]), 0, clock, 0, clock.length);
            }
            previous.add(own[t]);
            own[t] = index;
            for (int a : direct) {
                int[] theirs = clocks.get(a);
                for (int u = 0; u < clock.length; u++) {
                    clock[u] = Math.max(clock[u], theirs[u]);
                }
            }
            clock[t]++;
            clocks.add(clock);
            depends.add(direct.stream()
                    .mapToInt(Integer::intValue)
                    .filter(a -> events.get(a).thread() != t)
                    .toArray());
        }
    }
}
