package dev.gupfuzz.coordinator.ledger;

/** Which ranges belong to which cell of a campaign: cells follow one another, each a run of consecutive indexes. */
public interface RangeLayout {
    /** Ranges of all cells. */
    int ranges();

    int cells();

    /** First range of a cell; {@code firstRange(cells())} is {@link #ranges()}. */
    int firstRange(int cell);

    /** The cell that the range belongs to. */
    default int cellOf(int index) {
        int low = 0;
        int high = cells() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstRange(middle) <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
