package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.Mix;
import java.util.List;
import java.util.function.Consumer;

/**
 * Small programs for the engines: threads of instructions over shared variables and registers of their own. Jumps ride on
 * the step before them. A run is broken when two watched variables have their bad values at once, when threads are left
 * waiting for ever, or when its end has the bad registers.
 */
public final class SmallProgram implements TransitionSystem {

    /** Instructions: {code, operands}. x, y are variables, r is a register, c a constant, to a place in the thread's list. */
    public enum Code {
        /** r, x. */
        LOAD,
        /** x, r. */
        STORE,
        /** x, r: one more than the register. */
        STORE_NEXT,
        /** x, c. */
        SET,
        /** x, c. */
        ADD,
        /** x: waits until it is 0, then it is the thread's. */
        LOCK,
        /** x. */
        UNLOCK,
        /** r, x: r tells whether x was free, and is the thread's now. */
        TRYLOCK,
        /** x: waits until no writer has it. */
        READ_LOCK,
        /** x. */
        READ_UNLOCK,
        /** x: waits until nobody has it. */
        WRITE_LOCK,
        /** x. */
        WRITE_UNLOCK,
        /** x, c, y, d: waits until x is c and y is d. */
        AWAIT,
        /** r, n: r is 0, or 1, ... or n - 1. */
        CHOOSE,
        /** x, c: x is c, or nothing is touched. */
        PERHAPS_SET,
        /** r, a, b, c, d: r tells whether register a equals b and c equals d. */
        MATCH,
        /** r, c, to: when r is c. */
        JUMP_IF,
        /** r, c, to: when r is not c. */
        JUMP_UNLESS
    }

    public record Instruction(Code code, int... operands) {}

    /**
     * Its text.
     *
     * @param badX with {@code badXValue}, {@code badY} and {@code badYValue}: what must never be so at once; -1 for nothing
     * @param endThread with {@code endRegister}, {@code endX}: the end is bad when that register and that variable are 1
     */
    public record Text(
            int variables,
            int registers,
            List<List<Instruction>> threads,
            int[] start,
            int badX,
            int badXValue,
            int badY,
            int badYValue,
            int endThread,
            int endRegister,
            int endX) {}

    public static final long MIXTURE = 1;
    public static final long DEADLOCK = 2;
    public static final long BAD_END = 3;

    /** A mistake to be caught. */
    enum Slip {
        NONE,
        /** Footprints leave out what an invariant reads. */
        NO_SUPPORT,
        /** Threads are taken for alike although the end tells one of them apart. */
        WRONG_SYMMETRY
    }

    private final Text text;
    private final Slip slip;
    private final Twins twins;
    private final int[] words;
    private final int perThread;
    private final Footprint footprint;
    private long broken = INTACT;
    private long reached;
    private Consumer<int[]> ends = end -> {};

    public SmallProgram(Text text) {
        this(text, Slip.NONE);
    }

    SmallProgram(Text text, Slip slip) {
        this.text = text;
        this.slip = slip;
        footprint = new Footprint(objects());
        perThread = 1 + text.registers();
        words = new int[text.variables() + text.threads().size() * perThread];
        System.arraycopy(text.start(), 0, words, 0, text.start().length);
        twins = new Twins(text, perThread, slip == Slip.WRONG_SYMMETRY ? -1 : text.endThread());
    }

    /** From now on it tells the words of each end at which nothing is broken. */
    SmallProgram telling(Consumer<int[]> listener) {
        ends = listener;
        return this;
    }

    @Override
    public int threads() {
        return text.threads().size();
    }

    @Override
    public int[] words() {
        return words;
    }

    @Override
    public void restored() {
        broken = INTACT;
        reached = 0;
    }

    private int base(int t) {
        return text.variables() + t * perThread;
    }

    private boolean over(int t) {
        return words[base(t)] >= text.threads().get(t).size();
    }

    @Override
    public int enabled() {
        int mask = 0;
        for (int t = 0; t < threads(); t++) {
            if (!over(t) && ready(text.threads().get(t).get(words[base(t)]))) {
                mask |= 1 << t;
            }
        }
        return mask;
    }

    private boolean ready(Instruction in) {
        int[] o = in.operands();
        return switch (in.code()) {
            case LOCK, WRITE_LOCK -> words[o[0]] == 0;
            case READ_LOCK -> words[o[0]] >= 0;
            case AWAIT -> words[o[0]] == o[1] && words[o[2]] == o[3];
            default -> true;
        };
    }

    @Override
    public int take(int t, int choice) {
        broken = INTACT;
        reached = 0;
        int at = base(t);
        int regs = at + 1;
        Instruction in = text.threads().get(t).get(words[at]);
        int[] o = in.operands();
        int values = 1;
        footprint.clear();
        touches(in, footprint);
        switch (in.code()) {
            case LOAD -> words[regs + o[0]] = words[o[1]];
            case STORE -> words[o[0]] = words[regs + o[1]];
            case STORE_NEXT -> words[o[0]] = words[regs + o[1]] + 1;
            case SET -> words[o[0]] = o[1];
            case ADD -> words[o[0]] += o[1];
            case LOCK -> words[o[0]] = t + 1;
            case UNLOCK, WRITE_UNLOCK -> words[o[0]] = 0;
            case TRYLOCK -> {
                if (words[o[1]] != 0) { // then it only looks
                    footprint.clear();
                    footprint.read(o[1]);
                }
                words[regs + o[0]] = words[o[1]] == 0 ? 1 : 0;
                if (words[o[1]] == 0) {
                    words[o[1]] = t + 1;
                }
            }
            case READ_LOCK -> words[o[0]]++;
            case READ_UNLOCK -> words[o[0]]--;
            case WRITE_LOCK -> words[o[0]] = -1;
            case AWAIT -> reached |= 1;
            case CHOOSE -> {
                values = o[1];
                words[regs + o[0]] = choice < values ? choice : 0;
            }
            case PERHAPS_SET -> {
                values = 2;
                if (choice == 0) {
                    footprint.clear();
                } else {
                    words[o[0]] = o[1];
                }
            }
            case MATCH ->
                words[regs + o[0]] =
                        words[regs + o[1]] == words[regs + o[2]] && words[regs + o[3]] == words[regs + o[4]] ? 1 : 0;
            case JUMP_IF, JUMP_UNLESS -> throw new IllegalStateException("a jump is no step");
        }
        words[at]++;
        jump(t);
        if (watched(in) && words[text.badX()] == text.badXValue() && words[text.badY()] == text.badYValue()) {
            broken = MIXTURE;
        }
        return values;
    }

    /** Whether the step writes what must not have its bad values. */
    private boolean watched(Instruction in) {
        return switch (in.code()) {
            case STORE, STORE_NEXT, SET, ADD ->
                text.badX() >= 0 && (in.operands()[0] == text.badX() || in.operands()[0] == text.badY());
            default -> false;
        };
    }

    /** A reader-writer lock is two objects: the variable stands for its writer, and this for its readers. */
    private int readers(int x) {
        return text.variables() + x;
    }

    private void touches(Instruction in, Footprint into) {
        int[] o = in.operands();
        switch (in.code()) {
            case LOAD -> into.read(o[1]);
            case STORE, STORE_NEXT, SET, PERHAPS_SET, LOCK, UNLOCK, WRITE_UNLOCK -> into.write(o[0]);
            case ADD -> into.add(o[0]);
            case TRYLOCK -> into.write(o[1]);
            case READ_LOCK -> {
                into.read(o[0]);
                into.add(readers(o[0]));
            }
            case READ_UNLOCK -> into.add(readers(o[0]));
            case WRITE_LOCK -> {
                into.write(o[0]);
                into.read(readers(o[0]));
            }
            case AWAIT -> {
                into.read(o[0]);
                into.read(o[2]);
            }
            case CHOOSE, MATCH, JUMP_IF, JUMP_UNLESS -> {}
        }
        if (watched(in) && slip != Slip.NO_SUPPORT) {
            into.read(text.badX());
            into.read(text.badY());
        }
    }

    @Override
    public int conditional() {
        int mask = 0;
        for (int t = 0; t < threads(); t++) {
            if (!over(t)) {
                switch (text.threads().get(t).get(words[base(t)]).code()) {
                    case LOCK, READ_LOCK, WRITE_LOCK, AWAIT -> mask |= 1 << t;
                    default -> {}
                }
            }
        }
        return mask;
    }

    @Override
    public void goOn() {
        restored();
    }

    @Override
    public void canonicalize(int[] names) {
        twins.canonicalize(words, names);
    }

    @Override
    public int objects() {
        return 2 * text.variables();
    }

    @Override
    public void noting(boolean on) {
        // cheap enough to do always
    }

    @Override
    public Footprint footprint() {
        return footprint;
    }

    @Override
    public void waitsFor(int thread, Footprint into) {
        into.clear();
        if (!over(thread)) {
            touches(text.threads().get(thread).get(words[base(thread)]), into);
        }
    }

    @Override
    public void remaining(int thread, Footprint into) {
        into.clear();
        List<Instruction> rest = text.threads().get(thread);
        int from = words[base(thread)];
        for (int i = from; i < rest.size(); i++) {
            Instruction in = rest.get(i);
            touches(in, into);
            boolean jumps = in.code() == Code.JUMP_IF || in.code() == Code.JUMP_UNLESS;
            if (jumps && in.operands()[2] < from) {
                from = in.operands()[2]; // a loop, all of it
                i = from - 1;
            }
        }
    }

    private void jump(int t) {
        int at = base(t);
        while (!over(t)) {
            Instruction in = text.threads().get(t).get(words[at]);
            int[] o = in.operands();
            if (in.code() != Code.JUMP_IF && in.code() != Code.JUMP_UNLESS) {
                return;
            }
            boolean equal = words[at + 1 + o[0]] == o[1];
            words[at] = equal == (in.code() == Code.JUMP_IF) ? o[2] : words[at] + 1;
        }
    }

    @Override
    public void end() {
        broken = INTACT;
        reached = 0;
        for (int t = 0; t < threads(); t++) {
            if (!over(t)) {
                broken = DEADLOCK;
                return;
            }
        }
        if (text.endThread() >= 0
                && words[base(text.endThread()) + 1 + text.endRegister()] == 1
                && words[text.endX()] == 1) {
            broken = BAD_END;
        } else {
            ends.accept(words);
        }
    }

    @Override
    public long broken() {
        return broken;
    }

    @Override
    public long reached() {
        return reached;
    }

    @Override
    public long fingerprint() {
        long h = 0;
        for (int word : words) {
            h = Mix.key(h, word);
        }
        return h == 0 ? 1 : h;
    }
}
