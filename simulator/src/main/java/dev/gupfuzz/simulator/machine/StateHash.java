package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.Mix;

/**
 * A hash of the protocol state and of where each thread stands: products of neighbouring words, each plus a key of its
 * own (multilinear hashing; Lemire and Kaser, 2014), summed and mixed. One multiplication for two words.
 */
final class StateHash {

    private static final long LANE = Mix.name("state hash");

    private final Layout layout;
    private final long[] hashKeys;

    StateHash(Layout layout, int words) {
        this.layout = layout;
        hashKeys = new long[words];
        for (int i = 0; i < words; i++) {
            hashKeys[i] = Mix.at(LANE, i) | 1;
        }
    }

    long of(int[] words) {
        final long[] keys = hashKeys;
        // frames that were never used say nothing: their number is in the allocator's words
        long sum = products(
                        words,
                        keys,
                        layout.mmBase,
                        layout.pageBase + (words[layout.allocBase + 1] << Layout.PAGE_SHIFT))
                + products(words, keys, layout.allocBase, layout.ghosts);
        for (int t = 0; t < layout.threads; t++) {
            int f = Frame.at(t);
            sum += (words[f + Frame.PC] + keys[f + Frame.PC]) * (words[f + Frame.OP] + keys[f + Frame.OP]);
        }
        return Mix.mix64(sum);
    }

    private static long products(int[] words, long[] keys, int from, int to) {
        final int n = Math.min(to, Math.min(words.length, keys.length));
        long sum = 0;
        int i = from;
        for (; i < n - 3; i += 4) {
            sum += (words[i] + keys[i]) * (words[i + 1] + keys[i + 1])
                    + (words[i + 2] + keys[i + 2]) * (words[i + 3] + keys[i + 3]);
        }
        for (; i < n; i++) {
            sum += words[i] * keys[i];
        }
        return sum;
    }
}
