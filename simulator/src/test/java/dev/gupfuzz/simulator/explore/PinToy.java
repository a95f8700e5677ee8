package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.SmallProgram.Code;
import dev.gupfuzz.simulator.explore.SmallProgram.Instruction;
import dev.gupfuzz.simulator.explore.SmallProgram.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * GUP-fast against fork as a toy of two threads and one page. The pin succeeds when the PTE that it reads again is unchanged
 * (and, fixed, the sequence too); what must not be is a pin that succeeded with the page mapped in the child.
 */
public final class PinToy {

    private static final int HAS_PINNED = 0;
    private static final int PTE = 1;
    private static final int REF = 2;
    private static final int CHILD = 3;
    private static final int SEQ = 4;
    private static final int LOCK = 5;

    private static final int WRITABLE = 1;
    private static final int READ_ONLY = 2;
    private static final int BIAS = 1024;

    private PinToy() {}

    /** The protocol; with {@code sequence} fixed, and {@code recheck} says whether the fix compares the sequence. */
    static Text text(boolean sequence, boolean recheck) {
        List<Instruction> pin = new ArrayList<>();
        int end = 99;
        pin.add(new Instruction(Code.SET, HAS_PINNED, 1));
        if (sequence) {
            pin.add(new Instruction(Code.LOAD, 0, SEQ));
            pin.add(new Instruction(Code.JUMP_IF, 0, 1, end)); // odd: one fork makes it 1
        }
        pin.add(new Instruction(Code.LOAD, 1, PTE));
        pin.add(new Instruction(Code.JUMP_UNLESS, 1, WRITABLE, end));
        pin.add(new Instruction(Code.ADD, REF, BIAS));
        pin.add(new Instruction(Code.LOAD, 2, PTE));
        if (sequence) {
            pin.add(new Instruction(Code.LOAD, 3, SEQ));
        }
        pin.add(
                sequence && recheck
                        ? new Instruction(Code.MATCH, 4, 1, 2, 0, 3)
                        : new Instruction(Code.MATCH, 4, 1, 2, 1, 2));
        List<Instruction> fork = new ArrayList<>();
        if (sequence) {
            fork.add(new Instruction(Code.ADD, SEQ, 1));
        }
        fork.add(new Instruction(Code.LOCK, LOCK));
        fork.add(new Instruction(Code.LOAD, 0, PTE));
        fork.add(new Instruction(Code.LOAD, 1, HAS_PINNED));
        int at = fork.size();
        fork.add(new Instruction(Code.JUMP_IF, 1, 0, at + 3));
        fork.add(new Instruction(Code.LOAD, 2, REF));
        fork.add(new Instruction(Code.JUMP_IF, 2, 1 + BIAS, at + 5));
        fork.add(new Instruction(Code.SET, PTE, READ_ONLY));
        fork.add(new Instruction(Code.SET, CHILD, 1));
        fork.add(new Instruction(Code.UNLOCK, LOCK));
        if (sequence) {
            fork.add(new Instruction(Code.ADD, SEQ, 1));
        }
        return new Text(6, 5, List.of(pin, fork), new int[] {0, WRITABLE, 1, 0, 0, 0}, -1, 0, 0, 0, 0, 4, CHILD);
    }

    /** Variable of has_pinned in {@link #pages}. */
    public static final int PAGES_HAS_PINNED = 0;

    /** Variable of the PTE of a page in {@link #pages}; its count and the child's PTE follow. */
    public static int pte(int page) {
        return 2 + 3 * page;
    }

    /**
     * The protocol without the sequence over several pages: fork walks all of them, one is pinned. Beside them threads that
     * take steps of their own.
     *
     * @param pinned the page that is pinned, from 0
     */
    public static Text pages(int pages, int pinned, int noiseThreads, int noiseSteps) {
        int end = 999;
        int lock = 1;
        List<Instruction> pin = List.of(
                new Instruction(Code.SET, PAGES_HAS_PINNED, 1),
                new Instruction(Code.LOAD, 1, pte(pinned)),
                new Instruction(Code.JUMP_UNLESS, 1, WRITABLE, end),
                new Instruction(Code.ADD, pte(pinned) + 1, BIAS),
                new Instruction(Code.LOAD, 2, pte(pinned)),
                new Instruction(Code.MATCH, 4, 1, 2, 1, 2));
        List<Instruction> fork = new ArrayList<>();
        for (int page = 0; page < pages; page++) {
            fork.add(new Instruction(Code.LOCK, lock));
            fork.add(new Instruction(Code.LOAD, 0, pte(page)));
            fork.add(new Instruction(Code.LOAD, 1, PAGES_HAS_PINNED));
            int at = fork.size();
            fork.add(new Instruction(Code.JUMP_IF, 1, 0, at + 3));
            fork.add(new Instruction(Code.LOAD, 2, pte(page) + 1));
            fork.add(new Instruction(Code.JUMP_IF, 2, 1 + BIAS, at + 5));
            fork.add(new Instruction(Code.SET, pte(page), READ_ONLY));
            fork.add(new Instruction(Code.SET, pte(page) + 2, 1));
            fork.add(new Instruction(Code.UNLOCK, lock));
        }
        List<List<Instruction>> threads = new ArrayList<>(List.of(pin, fork));
        int[] start = new int[pte(pages) + noiseThreads];
        for (int page = 0; page < pages; page++) {
            start[pte(page)] = WRITABLE;
            start[pte(page) + 1] = 1;
        }
        for (int i = 0; i < noiseThreads; i++) {
            List<Instruction> noise = new ArrayList<>();
            for (int j = 0; j < noiseSteps; j++) {
                noise.add(new Instruction(Code.ADD, pte(pages) + i, 1));
            }
            threads.add(noise);
        }
        return new Text(start.length, 5, threads, start, -1, 0, 0, 0, 0, 4, pte(pinned) + 2);
    }
}
