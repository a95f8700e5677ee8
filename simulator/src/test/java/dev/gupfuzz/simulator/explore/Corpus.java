package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.SmallProgram.Code;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import java.util.ArrayList;
import java.util.List;

/** Small programs made from a seed: locks, trylocks, reader-writer locks, awaits, deadlocks, bounded retries, data choices. */
final class Corpus {

    private static final int REGISTERS = 3;
    /** Variables 0 to 2 hold data, 3 and 4 are locks, 5 is a reader-writer lock. */
    private static final int DATA = 3;

    private static final int LOCKS = 2;
    private static final int RW = DATA + LOCKS;
    private static final int VARIABLES = RW + 1;

    private final long seed;
    private long draws;

    private Corpus(long seed) {
        this.seed = Mix.mix64(seed ^ Mix.name("corpus"));
    }

    static Text program(long seed) {
        return new Corpus(seed).make();
    }

    /** Two or three threads of one text, perhaps with another one, and loops without a bound in some. */
    static Text twins(long seed) {
        Corpus corpus = new Corpus(seed ^ Mix.name("twins"));
        List<Instruction> twin = corpus.thread(corpus.draw(3) == 0, 3);
        List<List<Instruction>> threads = new ArrayList<>(List.of(twin, twin));
        if (corpus.draw(3) > 0) {
            threads.add(corpus.draw(2) == 0 ? twin : corpus.thread(corpus.draw(2) == 0, 3));
        }
        return corpus.text(threads);
    }

    /** Threads of which some go round in a loop until they see a value, which may be never. */
    static Text loops(long seed) {
        Corpus corpus = new Corpus(seed ^ Mix.name("loops"));
        int n = 2 + corpus.draw(2);
        List<List<Instruction>> threads = new ArrayList<>();
        for (int t = 0; t < n; t++) {
            threads.add(corpus.thread(t == 0 || corpus.draw(2) == 0, n == 2 ? 4 : 3));
        }
        return corpus.text(threads);
    }

    /** Four threads of up to four steps: too many schedules to be run one by one. */
    static Text crowd(long seed) {
        Corpus corpus = new Corpus(seed ^ Mix.name("crowd"));
        List<List<Instruction>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(corpus.thread(false, 5));
        }
        return corpus.text(threads);
    }

    /** Three or four threads, of which many steps touch something or do not, as is chosen: what sleeps may wake by one value alone. */
    static Text choosers(long seed) {
        Corpus corpus = new Corpus(seed ^ Mix.name("choosers"));
        int n = 3 + corpus.draw(2);
        List<List<Instruction>> threads = new ArrayList<>();
        for (int t = 0; t < n; t++) {
            List<Instruction> thread = new ArrayList<>();
            for (int i = 0; i < (n == 3 ? 3 : 2); i++) {
                if (corpus.draw(2) == 0) {
                    thread.add(new Instruction(Code.PERHAPS_SET, corpus.draw(DATA), corpus.draw(3)));
                } else {
                    corpus.block(thread, 2);
                }
            }
            threads.add(thread);
        }
        return corpus.text(threads);
    }

    private List<Instruction> thread(boolean loops, int size) {
        List<Instruction> thread = new ArrayList<>();
        while (thread.size() < size - 1) {
            block(thread, size - thread.size());
        }
        if (loops) {
            int top = draw(2) == 0 ? 0 : thread.size();
            int r = draw(REGISTERS);
            thread.add(new Instruction(Code.LOAD, r, draw(DATA)));
            thread.add(new Instruction(Code.JUMP_UNLESS, r, 1 + draw(2), top));
        }
        return thread;
    }

    private int draw(int n) {
        return Mix.below(Mix.at(seed, draws++), n);
    }

    private Text make() {
        int n = 2 + draw(2);
        int budget = n == 2 ? 7 : 4;
        List<List<Instruction>> threads = new ArrayList<>();
        for (int t = 0; t < n; t++) {
            List<Instruction> thread = new ArrayList<>();
            while (thread.size() < budget - 1) {
                block(thread, budget - thread.size());
            }
            threads.add(thread);
        }
        return text(threads);
    }

    private Text text(List<List<Instruction>> threads) {
        boolean watched = draw(3) > 0;
        int x = draw(DATA);
        return new Text(
                VARIABLES,
                REGISTERS,
                threads,
                new int[] {draw(2), draw(2), draw(2)},
                watched ? x : -1,
                draw(3),
                (x + 1) % DATA,
                draw(3),
                draw(threads.size()),
                draw(REGISTERS),
                draw(DATA));
    }

    private void block(List<Instruction> out, int room) {
        switch (draw(room >= 3 ? 9 : 4)) {
            case 0 -> out.add(new Instruction(Code.LOAD, draw(REGISTERS), draw(DATA)));
            case 1 -> out.add(new Instruction(Code.STORE, draw(DATA), draw(REGISTERS)));
            case 2 -> out.add(new Instruction(Code.SET, draw(DATA), draw(3)));
            case 3 -> out.add(new Instruction(Code.ADD, draw(DATA), 1));
            case 4 -> out.add(new Instruction(Code.CHOOSE, draw(REGISTERS), 2));
            case 5 -> {
                int lock = DATA + draw(LOCKS);
                out.add(new Instruction(Code.LOCK, lock));
                inner(out);
                if (draw(8) > 0) { // else the lock is kept: a deadlock for whoever comes
                    out.add(new Instruction(Code.UNLOCK, lock));
                }
            }
            case 6 -> {
                int lock = DATA + draw(LOCKS);
                int got = draw(REGISTERS);
                out.add(new Instruction(Code.TRYLOCK, got, lock));
                out.add(new Instruction(Code.JUMP_IF, got, 0, out.size() + 3)); // over the body
                inner(out);
                out.add(new Instruction(Code.UNLOCK, lock));
            }
            case 7 -> {
                boolean write = draw(2) == 0;
                out.add(new Instruction(write ? Code.WRITE_LOCK : Code.READ_LOCK, RW));
                inner(out);
                out.add(new Instruction(write ? Code.WRITE_UNLOCK : Code.READ_UNLOCK, RW));
            }
            default -> {
                if (draw(2) == 0) {
                    int x = draw(DATA);
                    out.add(new Instruction(Code.AWAIT, x, draw(2), (x + 1) % DATA, draw(2)));
                } else { // once more when the value is not there
                    int r = draw(REGISTERS);
                    int x = draw(DATA);
                    out.add(new Instruction(Code.LOAD, r, x));
                    out.add(new Instruction(Code.JUMP_IF, r, 1, out.size() + 2));
                    out.add(new Instruction(Code.LOAD, r, x));
                }
            }
        }
    }

    private void inner(List<Instruction> out) {
        switch (draw(3)) {
            case 0 -> out.add(new Instruction(Code.LOAD, draw(REGISTERS), draw(DATA)));
            case 1 -> out.add(new Instruction(Code.STORE, draw(DATA), draw(REGISTERS)));
            default -> out.add(new Instruction(Code.ADD, draw(DATA), 1));
        }
    }
}
