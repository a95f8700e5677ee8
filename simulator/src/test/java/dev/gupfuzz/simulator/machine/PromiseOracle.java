package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Promise;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.ThreadSpec;
import dev.gupfuzz.simulator.strategy.Follow;

/**
 * I1a, I1b and I2 the slow way: after every step over the whole state, with claims of its own that it learns from the rows
 * the threads move through, and not from the machine's ghosts.
 */
final class PromiseOracle implements Follow.Observer {

    private enum Phase {
        BEFORE,
        CALLING,
        HELD,
        OVER
    }

    private final Machine m;
    private final Invariant invariant;
    private final Phase[] phase;
    /** For each pin set the frames that the call returned; 0 where the claim is void. */
    private final int[][] claimed;
    /** For each pin set and page, whether the program unmapped it when the call had begun, or was unmapping it. */
    private final boolean[][] given;
    /** Unmappings under way: (mm, page). */
    private final int[][] unmapping;

    private final boolean[] moved;
    private int rowBefore;
    private boolean startedBefore;

    private int steps;
    private int brokenAt = -1;

    PromiseOracle(Machine machine, Invariant invariant) {
        this.m = machine;
        this.invariant = invariant;
        phase = new Phase[m.pins];
        java.util.Arrays.fill(phase, Phase.BEFORE);
        claimed = new int[m.pins][m.pages];
        given = new boolean[m.pins][m.pages];
        unmapping = new int[m.mms][m.pages];
        moved = new boolean[m.threads];
    }

    /** Number of the step, from 1, after which the promise was first broken; -1 when it held. */
    int brokenAt() {
        return brokenAt;
    }

    @Override
    public void before(int thread, int enabled, int decision) {
        rowBefore = Peek.row(m, thread);
        startedBefore = moved[thread];
        if (!startedBefore) {
            moved[thread] = true;
            begins(thread, Peek.program(m, thread)[rowBefore]);
        }
    }

    @Override
    public void after(int thread) {
        steps++;
        if (Peek.row(m, thread) != rowBefore) {
            ends(thread, Peek.program(m, thread)[rowBefore]);
            moved[thread] = false;
        }
        if (brokenAt < 0 && broken()) {
            brokenAt = steps;
        }
    }

    /** The first step of a row is about to be taken. */
    private void begins(int thread, int[] row) {
        int mm = spec(thread).mm();
        switch (row[0]) {
            case Op.PIN -> {
                phase[row[1]] = Phase.CALLING;
                for (int page = 0; page < m.pages; page++) {
                    given[row[1]][page] = unmapping[mm][page] > 0;
                }
            }
            case Op.UNPIN -> phase[row[1]] = Phase.OVER;
            case Op.MUNMAP -> unmaps(mm, row[1], row[1] + row[2]);
            case Op.EXIT -> unmaps(mm, 0, m.pages);
            default -> {}
        }
    }

    /** The last step of a row was taken. */
    private void ends(int thread, int[] row) {
        int mm = spec(thread).mm();
        switch (row[0]) {
            case Op.PIN -> {
                phase[row[1]] = Phase.HELD;
                int at = m.layout.pin(row[1]);
                for (int i = 0; i < m.s[at + Layout.PIN_NR]; i++) {
                    int page = row[2] + i;
                    claimed[row[1]][page] = given[row[1]][page] ? 0 : m.s[at + Layout.PIN_HEAD + i] & Layout.ENTRY_PFN;
                }
            }
            case Op.MUNMAP -> {
                for (int page = row[1]; page < row[1] + row[2]; page++) {
                    unmapping[mm][page]--;
                }
            }
            default -> {}
        }
    }

    private void unmaps(int mm, int start, int end) {
        for (int page = start; page < end; page++) {
            unmapping[mm][page]++;
            for (int set = 0; set < m.pins; set++) {
                if (owner(set) == mm) {
                    given[set][page] = true;
                    claimed[set][page] = 0;
                }
            }
        }
    }

    private boolean broken() {
        return switch (invariant) {
            case I1A -> pinMoved();
            case I1B -> m.kernel.promises(Promise.NOT_SHARED) && pinShared();
            case I2 -> writableShared();
            default -> throw new IllegalArgumentException("not a promise about mappings: " + invariant);
        };
    }

    private boolean pinMoved() {
        for (int set = 0; set < m.pins; set++) {
            for (int page = 0; page < m.pages; page++) {
                int pfn = held(set, page);
                if (pfn != 0 && !maps(owner(set), page, pfn)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean pinShared() {
        for (int set = 0; set < m.pins; set++) {
            for (int page = 0; page < m.pages; page++) {
                int pfn = held(set, page);
                for (int mm = 0; pfn != 0 && mm < m.mms; mm++) {
                    for (int other = 0; mm != owner(set) && other < m.pages; other++) {
                        if (maps(mm, other, pfn)) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private boolean writableShared() {
        for (int mm = 0; mm < m.mms; mm++) {
            for (int page = 0; page < m.pages; page++) {
                int pte = m.s[m.layout.pte(mm, page)];
                if (!Pte.present(pte) || !Pte.write(pte)) {
                    continue;
                }
                for (int mm2 = 0; mm2 < m.mms; mm2++) {
                    for (int page2 = 0; mm2 != mm && page2 < m.pages; page2++) {
                        if (maps(mm2, page2, Pte.pfn(pte))) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private int held(int set, int page) {
        return phase[set] == Phase.HELD ? claimed[set][page] : 0;
    }

    private boolean maps(int mm, int page, int pfn) {
        return Pte.maps(m.s[m.layout.pte(mm, page)], pfn);
    }

    private int owner(int set) {
        for (ThreadSpec thread : m.scenario.world().threads) {
            for (int[] row : thread.program()) {
                if (row[0] == Op.PIN && row[1] == set) {
                    return thread.mm();
                }
            }
        }
        throw new IllegalStateException("nobody fills pin set " + set);
    }

    private ThreadSpec spec(int thread) {
        return m.scenario.world().threads.get(thread);
    }
}
