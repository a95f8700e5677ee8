package dev.gupfuzz.coordinator.ledger;

/** A layout of cells of given sizes, and counts that show in which order they were merged. */
public record Cells(int... sizes) implements RangeLayout, Tallies<String> {
    @Override
    public int ranges() {
        return firstRange(sizes.length);
    }

    @Override
    public int cells() {
        return sizes.length;
    }

    @Override
    public int firstRange(int cell) {
        int first = 0;
        for (int i = 0; i < cell; i++) {
            first += sizes[i];
        }
        return first;
    }

    @Override
    public String empty(int cell) {
        return "";
    }

    @Override
    public String merge(String lower, String higher) {
        return lower + higher;
    }

    /** What a correct worker reports for the range. */
    static String tally(int index) {
        return "[" + index + "]";
    }
}
