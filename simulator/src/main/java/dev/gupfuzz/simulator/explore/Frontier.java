package dev.gupfuzz.simulator.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * States that wait to be expanded, packed: of each state its key, that of the state before it, the thread that came to it, and
 * the words in which it differs from the start state, as (words skipped, value) in variable-length form. Cut into segments,
 * which are what workers take.
 */
final class Frontier {

    /** States of one segment. */
    private static final int SEGMENT = 128;

    /** Some states behind one another. */
    record Segment(byte[] bytes, int states) {}

    /** Packs states into segments. Not thread safe; each worker has one. */
    static final class Packer {
        private final int[] start;
        private final List<Segment> done = new ArrayList<>();
        private byte[] bytes = new byte[1 << 14];
        private int length;
        private int states;

        Packer(int[] start) {
            this.start = start;
        }

        /** @param last the thread that came here, or -1 */
        void add(long key, long parent, int last, int[] words) {
            int worst = 2 * Long.BYTES + 10 * words.length + 10;
            if (bytes.length - length < worst) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2 + worst);
            }
            whole(key);
            whole(parent);
            number(last + 1);
            int skipped = 0;
            for (int i = 0; i < words.length; i++) {
                if (words[i] == start[i]) {
                    skipped++;
                } else {
                    number(skipped + 1);
                    number((words[i] << 1) ^ (words[i] >> 31));
                    skipped = 0;
                }
            }
            number(0);
            if (++states == SEGMENT) {
                seal();
            }
        }

        private void whole(long value) {
            for (int i = 0; i < Long.BYTES; i++) {
                bytes[length++] = (byte) (value >>> (8 * i));
            }
        }

        private void number(int value) {
            int rest = value;
            while ((rest & ~127) != 0) {
                bytes[length++] = (byte) (rest | 128);
                rest >>>= 7;
            }
            bytes[length++] = (byte) rest;
        }

        private void seal() {
            done.add(new Segment(Arrays.copyOf(bytes, length), states));
            length = 0;
            states = 0;
        }

        /** What was packed since the last call. */
        List<Segment> take() {
            if (states > 0) {
                seal();
            }
            List<Segment> taken = new ArrayList<>(done);
            done.clear();
            return taken;
        }
    }

    /** Unpacks the states of a segment, in order. */
    static final class Reader {
        private final int[] start;
        private byte[] bytes = new byte[0];
        private int at;
        /** Key of the state that was read, ... */
        long key;
        /** ... of the one before it, ... */
        long parent;
        /** ... and the thread that came to it, or -1. */
        int last;

        Reader(int[] start) {
            this.start = start;
        }

        void open(Segment segment) {
            bytes = segment.bytes();
            at = 0;
        }

        /** Writes the next state into {@code words}, and what stands beside it into the fields. */
        void next(int[] words) {
            key = whole();
            parent = whole();
            last = number() - 1;
            System.arraycopy(start, 0, words, 0, start.length);
            int i = -1;
            for (int step = number(); step != 0; step = number()) {
                i += step;
                int value = number();
                words[i] = (value >>> 1) ^ -(value & 1);
            }
        }

        private long whole() {
            long value = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                value |= (bytes[at++] & 255L) << (8 * i);
            }
            return value;
        }

        private int number() {
            int value = 0;
            int shift = 0;
            while (bytes[at] < 0) {
                value |= (bytes[at++] & 127) << shift;
                shift += 7;
            }
            return value | bytes[at++] << shift;
        }
    }

    private Frontier() {}
}
