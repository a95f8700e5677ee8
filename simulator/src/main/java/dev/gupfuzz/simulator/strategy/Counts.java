package dev.gupfuzz.simulator.strategy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rows of counts, one for each thread, as they stand in the text of a frozen strategy: {@code 6/7/0_2x1/64/0} is one row,
 * and then one row twice.
 */
final class Counts {

    /** What the text of one row or of several looks like. */
    static final String ROW = "[0-9]{1,7}(?:/[0-9]{1,7}){0,15}";

    static final String ROWS = "(?:[0-9]{1,3}x)?" + ROW + "(?:_(?:[0-9]{1,3}x)?" + ROW + "){0,64}";

    private final List<int[]> rows;

    private Counts(List<int[]> rows) {
        this.rows = rows;
    }

    static Counts of(List<int[]> rows) {
        return new Counts(List.copyOf(rows));
    }

    /** Reads text that {@link #ROWS} matches. */
    static Counts parse(String text) {
        List<int[]> rows = new ArrayList<>();
        for (String part : text.split("_")) {
            int x = part.indexOf('x');
            int times = x < 0 ? 1 : Integer.parseInt(part.substring(0, x));
            int[] row = Arrays.stream(part.substring(x + 1).split("/"))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            for (int i = 0; i < times; i++) {
                rows.add(row);
            }
        }
        return new Counts(rows);
    }

    String text() {
        List<String> parts = new ArrayList<>();
        for (int from = 0, to; from < rows.size(); from = to) {
            to = from + 1;
            while (to < rows.size() && Arrays.equals(rows.get(from), rows.get(to))) {
                to++;
            }
            String row =
                    Arrays.stream(rows.get(from)).mapToObj(Integer::toString).collect(Collectors.joining("/"));
            parts.add(to - from > 1 ? (to - from) + "x" + row : row);
        }
        return String.join("_", parts);
    }

    int[] row() {
        return rows.get(0).clone();
    }

    int[][] rows() {
        return rows.toArray(new int[0][]);
    }

    /** Whether there are so many rows, and so many counts in each. */
    boolean has(int rowCount, int threads) {
        return rows.size() == rowCount && rows.stream().allMatch(row -> row.length == threads);
    }
}
