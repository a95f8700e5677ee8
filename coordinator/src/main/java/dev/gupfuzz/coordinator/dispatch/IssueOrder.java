package dev.gupfuzz.coordinator.dispatch;

import dev.gupfuzz.coordinator.ledger.RangeLayout;
import java.util.BitSet;

/**
 * In which order the ranges of one campaign are issued for the first time: the cells in turn, each in the order of its
 * ranges, so that every cell shows something early. What has been issued of a cell is always a prefix of it.
 */
public final class IssueOrder {
    private final RangeLayout layout;

    /** Next range of each cell. */
    private final int[] next;

    public IssueOrder(RangeLayout layout) {
        this.layout = layout;
        this.next = new int[layout.cells()];
        for (int cell = 0; cell < next.length; cell++) {
            next[cell] = layout.firstRange(cell);
        }
    }

    private IssueOrder(IssueOrder other) {
        this.layout = other.layout;
        this.next = other.next.clone();
    }

    /** A copy to plan with, for a sender that learns only later whether its records were written. */
    public IssueOrder copy() {
        return new IssueOrder(this);
    }

    /** Takes the next range, or returns -1 when every range has been issued. */
    public int take() {
        int chosen = -1;
        for (int cell = 0; cell < next.length; cell++) {
            if (next[cell] < layout.firstRange(cell + 1) && (chosen < 0 || issuedOf(cell) < issuedOf(chosen))) {
                chosen = cell;
            }
        }
        return chosen < 0 ? -1 : next[chosen]++;
    }

    /** Learns that a range has a job record, whoever sent it; everything before it in its cell counts as issued too. */
    public void observe(int index) {
        int cell = layout.cellOf(index);
        next[cell] = Math.max(next[cell], index + 1);
    }

    public boolean isIssued(int index) {
        return index < next[layout.cellOf(index)];
    }

    /** Ranges issued so far. */
    public int issued() {
        int issued = 0;
        for (int cell = 0; cell < next.length; cell++) {
            issued += issuedOf(cell);
        }
        return issued;
    }

    /** The set of ranges issued so far. */
    public BitSet issuedRanges() {
        BitSet issued = new BitSet();
        for (int cell = 0; cell < next.length; cell++) {
            issued.set(layout.firstRange(cell), next[cell]);
        }
        return issued;
    }

    private int issuedOf(int cell) {
        return next[cell] - layout.firstRange(cell);
    }
}
