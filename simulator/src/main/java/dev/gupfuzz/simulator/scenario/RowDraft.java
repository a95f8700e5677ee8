package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.scenario.Node.Text;
import java.util.List;

/**
 * A row of a thread's program before stores have tokens.
 *
 * @param at the statement
 * @param row the row, but for its token and its expectations
 * @param owner process of the region that it is about, or -1
 * @param location virtual page, or behind them file's page, that it stores to or reads; or -1
 * @param token word of the row for the token of the store, or -1
 * @param store the store's name
 * @param expect first of the words for the expectations, or -1
 * @param must values that a read must see, a store's name with {@code =} before it
 * @param goal one more than the number of the goal that it reaches, or 0
 * @param when values that it must see for that
 */
record RowDraft(
        At at,
        int[] row,
        int owner,
        int location,
        int token,
        String store,
        int expect,
        List<Text> must,
        int goal,
        List<Text> when) {

    static RowDraft plain(At at, int owner, int... row) {
        return new RowDraft(at, row, owner, -1, -1, "", -1, List.of(), 0, List.of());
    }

    static RowDraft store(At at, int owner, int location, String store, int token, int... row) {
        return new RowDraft(at, row, owner, location, token, store, -1, List.of(), 0, List.of());
    }
}
