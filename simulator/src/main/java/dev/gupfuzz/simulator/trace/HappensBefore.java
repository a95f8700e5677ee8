package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.machine.AccessLog;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.scenario.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which steps of a run had to come before which others. Two steps are dependent when they are of one thread, or touch one
 * word and one of them writes it; happens-before is the closure of that in the order of the run.
 *
 * <p>A step touches the word of its access, as the access log notes it, and what else of the protocol's state it changes:
 * the free list, a page's counts when it is allocated, the pages of a pin set. An access to another thread's registers (a
 * flush that waits for its CPU, the step that wakes a child) counts against all steps of that thread. The step that breaks a
 * promise touches besides what the promise speaks of: the PTEs of its page, the claims, the reference memory.
 */
public final class HappensBefore {

    private final List<Event> events = new ArrayList<>();
    /** For each step how many steps of each thread happen before it or are it. */
    private final List<int[]> clocks = new ArrayList<>();
    /** For each step those of other threads that it depends on directly. */
    private final List<int[]> depends = new ArrayList<>();
    /** For each step the words that it touched, ... */
    private final List<SortedSet<Integer>> touched = new ArrayList<>();
    /** ... and those of them that it wrote. */
    private final List<SortedSet<Integer>> written = new ArrayList<>();
    /** For each step whether it takes a lock for which it may have had to wait. */
    private final List<Boolean> waits = new ArrayList<>();

    /** For each step the one that its thread took before, or -1. */
    private final List<Integer> previous = new ArrayList<>();

    private boolean brokeAtEnd;

    private final Conductor run;
    private final Names names;

    private HappensBefore(Conductor run) {
        this.run = run;
        names = new Names(run.machine());
    }

    /** Runs an order, all of which fits, and tells what depends on what. */
    public static HappensBefore of(Kernel kernel, Scenario scenario, StepOrder order, boolean precise) {
        HappensBefore result = new HappensBefore(new Conductor(kernel, scenario, precise));
        new Watch(result).run(order);
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
        SortedSet<Integer> both = new TreeSet<>(touched.get(a));
        both.retainAll(touched.get(b));
        both.removeIf(word -> !written.get(a).contains(word) && !written.get(b).contains(word));
        Machine m = run.machine();
        for (int word : both) {
            String name =
                    word < m.s.length ? names.name(word) : m.scenario.threads().get(word - m.s.length);
            if (name != null) {
                return name;
            }
        }
        return "what the promise speaks of";
    }

    /** Follows the run and notes what each step touches. */
    private static final class Watch {

        private final HappensBefore result;
        private final Conductor run;
        private final Machine m;
        private final AccessLog log = new AccessLog();
        private final int[] before;
        /** Whether a word is protocol state outside the threads' registers. */
        private final boolean[] shared;

        /** For each word, and behind them for each thread's registers: the last step that wrote it, ... */
        private final int[] writer;
        /** ... and those that read it since. */
        private final List<List<Integer>> readers = new ArrayList<>();
        /** The last step of each thread. */
        private final int[] latest;

        Watch(HappensBefore result) {
            this.result = result;
            run = result.run;
            m = run.machine();
            m.log = log;
            before = new int[m.s.length];
            shared = new boolean[m.s.length];
            for (int word = m.layout.mmBase; word < m.layout.ghosts; word++) {
                shared[word] = result.names.name(word) != null;
            }
            writer = new int[m.s.length + m.threads];
            Arrays.fill(writer, -1);
            for (int i = 0; i < writer.length; i++) {
                readers.add(new ArrayList<>(0));
            }
            latest = new int[m.threads];
            Arrays.fill(latest, -1);
        }

        void run(StepOrder order) {
            for (int i = 0; i < order.length(); i++) {
                step(order.threads()[i], order.choices()[i]);
            }
            boolean intact = m.violated < 0;
            run.settle();
            result.brokeAtEnd = intact && m.violated >= 0;
        }

        private void step(int t, int choice) {
            System.arraycopy(m.s, 0, before, 0, before.length);
            log.clear();
            boolean waited = (m.s[Sched.BLOCKING] >> t & 1) != 0;
            int awaited = waited ? awaited(t) : 0;
            int trace = m.s[Sched.TAKEN];
            run.take(t, choice);
            int index = result.events.size();
            int first = log.count() == 0 ? -1 : log.word(0);
            result.events.add(new Event(index, t, run.taken(t) - 1, run.label(), first, trace));
            result.waits.add(waited);

            SortedSet<Integer> reads = new TreeSet<>();
            SortedSet<Integer> writes = new TreeSet<>();
            reads.add(m.s.length + t);
            for (int i = 0; i < log.count(); i++) {
                (log.kind(i) == AccessLog.READ ? reads : writes).add(object(log.word(i), t));
            }
            for (int u = 0; u < m.threads; u++) {
                if ((awaited >> u & 1) != 0) {
                    writes.add(m.s.length + u);
                }
            }
            for (int word = m.layout.mmBase; word < before.length; word++) {
                if (before[word] != m.s[word] && shared[word]) {
                    writes.add(word);
                }
            }
            if (m.violated >= 0) {
                support(reads);
            }
            note(index, t, reads, writes);
            reads.addAll(writes);
            result.touched.add(reads);
            result.written.add(writes);
            for (int word = m.layout.refBase; word < before.length; word++) {
                if (before[word] != m.s[word] && isSupport(word)) {
                    writer[word] = index;
                }
            }
        }

        /** The threads whose end a thread waits for, as a mask. */
        private int awaited(int t) {
            int f = m.frame(t);
            return Pc.waitKind(m.s[f + Frame.PC]) == Pc.WAIT_THREADS ? m.code[m.s[f + Frame.OP] + 1] : 0;
        }

        /** What a word is known by: all registers of another thread are one. */
        private int object(int word, int t) {
            int thread = (word - m.layout.threadBase) >> Frame.SHIFT;
            boolean register = word >= m.layout.threadBase && word < m.layout.mmBase;
            return register && thread != t ? m.s.length + thread : word;
        }

        private boolean isSupport(int word) {
            return word < m.layout.historyBase || (word >= m.layout.claimBase && word < m.layout.remapBase);
        }

        /** What the promise that broke speaks of. */
        private void support(SortedSet<Integer> reads) {
            Layout l = m.layout;
            int page = m.violatedPage;
            reads.add(l.claimBase + page);
            for (int mm = 0; mm < l.mms; mm++) {
                reads.add(l.pte(mm, page));
                reads.add(l.ref(mm, page));
            }
            for (int word = l.pinBase; word < l.ghosts; word++) {
                reads.add(word);
            }
        }

        private void note(int index, int t, SortedSet<Integer> reads, SortedSet<Integer> writes) {
            TreeSet<Integer> direct = new TreeSet<>();
            for (int word : reads) {
                direct.add(writer[word]);
            }
            for (int word : writes) {
                direct.add(writer[word]);
                direct.addAll(readers.get(word));
            }
            int[] clock = new int[m.threads];
            int own = latest[t];
            if (own >= 0) {
                System.arraycopy(result.clocks.get(own), 0, clock, 0, clock.length);
            }
            latest[t] = index;
            result.previous.add(own);
            for (int a : direct) {
                if (a >= 0) {
                    int[] theirs = result.clocks.get(a);
                    for (int u = 0; u < clock.length; u++) {
                        clock[u] = Math.max(clock[u], theirs[u]);
                    }
                }
            }
            clock[t]++;
            result.clocks.add(clock);
            result.depends.add(direct.stream()
                    .mapToInt(Integer::intValue)
                    .filter(a -> a >= 0 && result.events.get(a).thread() != t)
                    .toArray());
            for (int word : reads) {
                List<Integer> list = readers.get(word);
                if (word == m.s.length + t) {
                    list.clear(); // the thread's steps before this one happen before it anyway
                }
                list.add(index);
            }
            for (int word : writes) {
                writer[word] = index;
                readers.get(word).clear();
            }
        }
    }
}
