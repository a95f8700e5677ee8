package dev.gupfuzz.simulator.litmus;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Footprint;
import dev.gupfuzz.simulator.explore.TransitionSystem;
import dev.gupfuzz.simulator.litmus.Instruction.Code;
import dev.gupfuzz.simulator.litmus.Instruction.Order;
import dev.gupfuzz.simulator.litmus.LitmusTest.LitmusThread;
import dev.gupfuzz.simulator.litmus.LitmusTest.Observed;
import dev.gupfuzz.simulator.memory.MemoryModel;
import dev.gupfuzz.simulator.memory.MemoryOrder;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A litmus test as a model: a step of each thread for each of its accesses and barriers, and for each thread one more that flushes
 * its CPU's buffer. Which value a load sees and which entry a flush takes are data choices.
 */
final class LitmusSystem implements TransitionSystem {

    private static final long LANE = Mix.name("litmus state");

    private final LitmusTest test;
    private final Instruction[][] code;
    private final int threads;
    private final int locations;
    private final int[] s;
    private final int[] registers;
    private final int[] moments;
    private final MemoryOrder order;
    /** Is told the {@link LitmusTest#observed} values of each final state, or null where somebody waits for ever. */
    private final Consumer<int @Nullable []> ends;

    LitmusSystem(LitmusTest test, MemoryModel model, Consumer<int @Nullable []> ends) {
        this.test = test;
        this.ends = ends;
        threads = test.threads().size();
        locations = test.locations().size();
        code = new Instruction[threads][];
        registers = new int[threads];
        moments = new int[threads];
        int at = threads + locations;
        for (int t = 0; t < threads; t++) {
            LitmusThread thread = test.threads().get(t);
            code[t] = thread.code().toArray(new Instruction[0]);
            registers[t] = at;
            moments[t] = at + thread.registers().size();
            at += 2 * thread.registers().size();
        }
        s = new int[at + MemoryOrder.words(locations, threads)];
        order = new MemoryOrder(model, s, at, threads, locations, threads);
        for (int x = 0; x < locations; x++) {
            s[threads + x] = test.initial().get(x);
        }
        for (int t = 0; t < threads; t++) {
            List<Integer> first = test.threads().get(t).initial();
            for (int r = 0; r < first.size(); r++) {
                s[registers[t] + r] = first.get(r);
            }
            local(t);
        }
    }

    /** The thread's own instructions ride on the step before them. */
    private void local(int t) {
        while (s[t] < code[t].length && !code[t][s[t]].isShared()) {
            Instruction next = code[t][s[t]];
            boolean jumps =
                    next.code() == Code.JUMP || (next.code() == Code.JUMP_UNLESS && value(t, next.value()) == 0);
            if (next.code() == Code.SET) {
                set(t, next.result(), value(t, next.value()), moment(t, next.value()));
            }
            s[t] = jumps ? next.to() : s[t] + 1;
        }
    }

    private void set(int t, int register, int value, int moment) {
        s[registers[t] + register] = value;
        s[moments[t] + register] = moment;
    }

    private int value(int t, @Nullable Value value) {
        return value == null ? 0 : Value.of(value, s, registers[t]);
    }

    private int moment(int t, @Nullable Value value) {
        return value == null ? 0 : Value.moment(value, s, moments[t]);
    }

    private @Nullable Instruction pending(int t) {
        return s[t] < code[t].length ? code[t][s[t]] : null;
    }

    private int location(int t, Instruction instruction) {
        int address = value(t, instruction.address()) - Value.ADDRESS;
        if (address < 0 || address >= locations) {
            throw new BadInput(test.name() + ": P" + t + " uses " + (address + Value.ADDRESS)
                    + " as an address, which is none of a location");
        }
        return address;
    }

    // ---- what can happen

    @Override
    public int threads() {
        return 2 * threads;
    }

    @Override
    public int enabled() {
        int enabled = 0;
        for (int t = 0; t < threads; t++) {
            Instruction next = pending(t);
            enabled |= next != null && canTake(t, next) ? 1 << t : 0;
            enabled |= order.flushable(t) > 0 ? 1 << (threads + t) : 0;
        }
        return enabled;
    }

    private boolean canTake(int t, Instruction next) {
        boolean drained = order.isDrained(t);
        return switch (next.code()) {
            case MB -> drained || order.model == MemoryModel.SC;
            case RMB, WMB -> order.hasRoom(t);
            case LOAD -> order.canLoad(t, location(t, next));
            case STORE, UNLOCK -> order.hasRoom(t);
            case ADD -> order.model == MemoryModel.WEAK ? order.hasRoom(t) : order.canUpdate(t, location(t, next));
            case LOCK -> order.canUpdate(t, location(t, next)) && s[threads + location(t, next)] == 0;
            default -> {
                boolean waits = next.order() == Order.FULL || next.order() == Order.RELEASE;
                yield (drained || !waits) && order.canUpdate(t, location(t, next));
            }
        };
    }

    @Override
    public int take(int thread, int choice) {
        int values;
        if (thread >= threads) {
            values = order.flushable(thread - threads);
            order.flush(thread - threads, choice);
        } else {
            values = step(thread, code[thread][s[thread]], choice);
            s[thread]++;
            local(thread);
        }
        if (values > CHOICES_MAX) {
            throw new BadInput(test.name() + ": a step may go on in " + CHOICES_MAX + " ways at most, this has "
                    + values + ": fewer stores to one location, or in a row, will do");
        }
        settle();
        return values;
    }

    private int step(int t, Instruction next, int choice) {
        switch (next.code()) {
            case MB -> order.fullBarrier(t);
            case RMB -> order.readBarrier(t);
            case WMB -> order.writeBarrier(t);
            case LOAD -> {
                int x = location(t, next);
                int after = moment(t, next.address());
                int values = order.values(t, x, after);
                set(t, next.result(), order.load(t, x, after, choice), order.moment());
                if (next.order() == Order.ACQUIRE) {
                    order.after(t, order.moment());
                }
                return values;
            }
            case STORE -> {
                int depends = Math.max(moment(t, next.address()), moment(t, next.value()));
                if (next.order() == Order.RELEASE) {
                    order.storeRelease(t, location(t, next), value(t, next.value()), depends);
                } else {
                    order.store(t, location(t, next), value(t, next.value()), depends);
                }
            }
            case UNLOCK -> order.unlock(t, location(t, next));
            case ADD -> add(t, next);
            default -> update(t, next);
        }
        return 1;
    }

    private void add(int t, Instruction next) {
        int x = location(t, next);
        if (order.model == MemoryModel.WEAK) {
            order.add(t, x, value(t, next.value()));
        } else {
            order.update(t, x, order.present(t, x) + value(t, next.value()));
        }
    }

    private void update(int t, Instruction next) {
        int x = location(t, next);
        int there = order.present(t, x);
        int given = value(t, next.value());
        int result = there;
        boolean writes = true;
        int to = given;
        switch (next.code()) {
            case COMPARE_EXCHANGE -> writes = there == value(t, next.other());
            case FETCH_ADD -> to = there + given;
            case ADD_UNLESS -> {
                writes = there != value(t, next.other());
                to = there + given;
                result = writes ? 1 : 0;
            }
            case LOCK -> to = 1;
            default -> {
                // an exchange
            }
        }
        int moment = order.moment();
        if (writes) {
            order.update(t, x, to);
        }
        if (next.result() >= 0) {
            set(t, next.result(), result, moment);
        }
        if (writes && next.order() == Order.FULL) {
            order.fullBarrier(t);
        } else if (writes && next.order() == Order.ACQUIRE) {
            order.after(t, moment);
        }
        if (next.code() == Code.LOCK) {
            order.locked(t);
        }
    }

    /** What no load can look back to is forgotten, in registers too. */
    private void settle() {
        int loading = 0;
        for (int t = 0; t < threads; t++) {
            loading |= pending(t) != null ? 1 << t : 0;
        }
        int past = order.settle(loading);
        for (int t = 0; t < threads; t++) {
            int count = test.threads().get(t).registers().size();
            for (int at = moments[t]; at < moments[t] + count; at++) {
                s[at] = (loading >> t & 1) == 0 ? 0 : Math.max(0, s[at] - past);
            }
        }
    }

    @Override
    public void end() {
        for (int t = 0; t < threads; t++) {
            if (pending(t) != null) {
                ends.accept(null);
                return;
            }
        }
        int[] state = new int[test.observed().size()];
        for (int i = 0; i < state.length; i++) {
            Observed observed = test.observed().get(i);
            state[i] = observed.thread() < 0
                    ? s[threads + observed.index()]
                    : s[registers[observed.thread()] + observed.index()];
        }
        ends.accept(state);
    }

    // ---- a model without promises: nothing breaks, and nothing is reduced

    @Override
    public int[] words() {
        return s;
    }

    @Override
    public void restored() {
        // the words are all there is
    }

    @Override
    public long broken() {
        return INTACT;
    }

    @Override
    public long reached() {
        return 0;
    }

    @Override
    public long fingerprint() {
        long hash = LANE;
        for (int word : s) {
            hash = Mix.mix64(hash ^ word) + LANE;
        }
        return hash == 0 ? 1 : hash;
    }

    @Override
    public int conditional() {
        return (1 << threads()) - 1;
    }

    @Override
    public void goOn() {
        // nothing ever breaks
    }

    @Override
    public boolean checksEndings() {
        return false;
    }

    @Override
    public int objects() {
        return 1;
    }

    @Override
    public void noting(boolean on) {
        // all steps depend on one another
    }

    @Override
    public Footprint footprint() {
        Footprint everything = new Footprint(1);
        everything.write(0);
        return everything;
    }

    @Override
    public void waitsFor(int thread, Footprint into) {
        into.clear();
        into.write(0);
    }

    @Override
    public void remaining(int thread, Footprint into) {
        into.clear();
        into.write(0);
    }
}
