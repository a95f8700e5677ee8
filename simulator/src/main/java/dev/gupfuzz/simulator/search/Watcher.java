package dev.gupfuzz.simulator.search;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.AccessLog;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.strategy.Decisions;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Scheduler;
import java.util.Arrays;

/**
 * Runs a seed step by step and notes who met whom: which store each load read from, which accesses of two threads to one word
 * came one behind the other, and the class of the schedule. Meetings are of the kernel's own accesses; a class is told from
 * what checks and goals look at as well, so that schedules of one class end alike to the last bit.
 */
final class Watcher implements Follow.Observer {

    private static final long CLASS = Mix.name("class of schedules");
    private static final int NOBODY = -1;

    private final Scheduler scheduler;
    private final Decisions decisions = new Decisions();
    private final Machine m;
    private final AccessLog log = new AccessLog();
    private final int[] dense;

    /** For each word: label and thread of its last store, ... */
    private final int[] storeLabel;

    private final int[] storeThread;
    /** ... of its last access, ... */
    private final int[] lastLabel;

    private final int[] lastThread;
    private final boolean[] lastStored;
    /** For each name of the layout what happened to it so far, ... */
    private final long[] history;
    /** ... and the steps since then whose order makes no difference, with what they did. */
    private final long[] group;

    private final int[] groupEffect;
    /** Steps of each thread. */
    private final int[] steps;

    private Coverage into;
    private int number;

    Watcher(Cell cell) {
        scheduler = cell.strategy().scheduler(Step.machine(cell.kernel(), cell.scenario()));
        m = Step.machine(cell.kernel(), cell.scenario());
        m.log = log;
        dense = Coverage.dense();
        int words = m.s.length;
        int names = m.layout.names();
        storeLabel = new int[words];
        storeThread = new int[words];
        lastLabel = new int[words];
        lastThread = new int[words];
        lastStored = new boolean[words];
        history = new long[names];
        group = new long[names];
        groupEffect = new int[names];
        steps = new int[m.threads];
    }

    /**
     * Watches the schedule of a seed.
     *
     * @param watched which run this is, counted from 0: first sightings are dated with it
     * @return the class of the schedule; schedules of one class end alike
     */
    long watch(long seed, int watched, Coverage coverage) {
        decisions.clear();
        scheduler.record(decisions);
        scheduler.run(seed);
        int[] choices = scheduler.machine().choices.made();
        Arrays.fill(storeThread, NOBODY);
        Arrays.fill(lastThread, NOBODY);
        Arrays.fill(history, 0);
        Arrays.fill(group, 0);
        Arrays.fill(groupEffect, AccessLog.SEEN);
        Arrays.fill(steps, 0);
        into = coverage;
        number = watched;
        new Follow(m, decisions.toArray(), choices, this).run(0);
        long sum = CLASS;
        for (int name = 0; name < history.length; name++) {
            if (history[name] != 0 || group[name] != 0) {
                sum += Mix.key(Mix.key(history[name], group[name]), name);
            }
        }
        long classOf = Mix.mix64(sum);
        coverage.ranOnce(classOf, watched);
        return classOf;
    }

    /** The machine, as the last schedule left it. */
    Machine machine() {
        return m;
    }

    @Override
    public void before(int t, int enabled, int decision) {
        log.clear();
    }

    @Override
    public void after(int t) {
        int at = dense[Pc.label(m.s[Sched.STEPPING])];
        if (log.count() > 0) {
            access(t, at, log.word(0), log.kind(0));
        }
        long who = Mix.key(Mix.key(CLASS, t), steps[t]++);
        for (int i = 0; i < log.touches(); i++) {
            touch(who, m.layout.whole(log.touchedWord(i)), log.effect(i));
        }
    }

    private void access(int t, int at, int word, int kind) {
        boolean stores = kind != AccessLog.READ;
        into.ran(at, stores);
        if (kind != AccessLog.WRITE && storeThread[word] != NOBODY && storeThread[word] != t) {
            into.readFrom(storeLabel[word], at, number);
        }
        if (lastThread[word] != NOBODY && lastThread[word] != t && (stores || lastStored[word])) {
            into.adjacent(lastLabel[word], at, number);
        }
        if (stores) {
            storeLabel[word] = at;
            storeThread[word] = t;
        }
        lastLabel[word] = at;
        lastThread[word] = t;
        lastStored[word] = stores;
    }

    private void touch(long who, int name, int effect) {
        if (effect != groupEffect[name] || effect == AccessLog.MARKED) {
            history[name] = Mix.key(history[name], group[name]);
            group[name] = 0;
            groupEffect[name] = effect;
        }
        group[name] += Mix.key(who, effect);
    }
}
