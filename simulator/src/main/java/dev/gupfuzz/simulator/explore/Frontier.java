package dev.gupfuzz.simulator.explore;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * States that wait to be expanded, packed: of each state its key, that of the state before it, the thread that came to it, the
 * threads that were woken, and the words in which it differs from the start state: for 64 words a mask of those that differ, and
 * their values in variable-length form. Cut into segments, which are what explorers take.
 */
final class Frontier {

    /** Words that a mask speaks of. */
    private static final int MASK = Long.SIZE;
    /** Most bytes of a number. */
    private static final int NUMBER_MAX = 5;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Some states behind one another. */
    record Segment(byte[] bytes, int states) {}

    /** Packs states into segments. Not thread safe; each explorer has one. */
    static final class Packer {
        private final int[] start;
        private final int segment;
        private final List<Segment> done = new ArrayList<>();
        private byte[] bytes = new byte[1 << 14];
        private int length;
        private int states;

        /** @param segment states of one segment */
        Packer(int[] start, int segment) {
            this.start = start;
            this.segment = segment;
        }

        /**
         * @param last the thread that came here, or -1
         * @param woken threads that this is about, as a mask; 0 for all
         */
        void add(long key, long parent, int last, int woken, int[] words) {
            int worst = 2 * Long.BYTES + 10 + (Long.BYTES + MASK * NUMBER_MAX) * (words.length / MASK + 1);
            if (bytes.length - length < worst) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2 + worst);
            }
            byte[] out = bytes;
            LONGS.set(out, length, key);
            LONGS.set(out, length + Long.BYTES, parent);
            int at = number(out, length + 2 * Long.BYTES, last + 1);
            at = number(out, at, woken);
            for (int from = 0; from < words.length; from += MASK) {
                int to = Math.min(words.length, from + MASK);
                long differ = 0;
                for (int i = from; i < to; i++) {
                    differ |= (words[i] == start[i] ? 0L : 1L) << i;
                }
                LONGS.set(out, at, differ);
                at += Long.BYTES;
                for (long rest = differ; rest != 0; rest &= rest - 1) {
                    int word = words[from + Long.numberOfTrailingZeros(rest)];
                    at = number(out, at, (word << 1) ^ (word >> 31));
                }
            }
            length = at;
            if (++states == segment) {
                seal();
            }
        }

        private static int number(byte[] out, int from, int value) {
            int at = from;
            int rest = value;
            while ((rest & ~127) != 0) {
                out[at++] = (byte) (rest | 128);
                rest >>>= 7;
            }
            out[at++] = (byte) rest;
            return at;
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
        /** ... the thread that came to it, or -1, ... */
        int last;
        /** ... and the threads that were woken, or 0. */
        int woken;

        Reader(int[] start) {
            this.start = start;
        }

        void open(Segment segment) {
            bytes = segment.bytes();
            at = 0;
        }

        /** Writes the next state into {@code words}, and what stands beside it into the fields. */
        void next(int[] words) {
            final byte[] in = bytes;
            key = (long) LONGS.get(in, at);
            parent = (long) LONGS.get(in, at + Long.BYTES);
            at += 2 * Long.BYTES;
            last = number() - 1;
            woken = number();
            System.arraycopy(start, 0, words, 0, start.length);
            for (int from = 0; from < words.length; from += MASK) {
                long differ = (long) LONGS.get(in, at);
                at += Long.BYTES;
                for (long rest = differ; rest != 0; rest &= rest - 1) {
                    int value = number();
                    words[from + Long.numberOfTrailingZeros(rest)] = (value >>> 1) ^ -(value & 1);
                }
            }
        }

        private int number() {
            final byte[] in = bytes;
            int next = in[at++];
            int value = next & 127;
            for (int shift = 7; next < 0; shift += 7) {
                next = in[at++];
                value |= (next & 127) << shift;
            }
            return value;
        }
    }

    static void save(Collection<Segment> segments, DataOutput out) throws IOException {
        out.writeInt(segments.size());
        for (Segment segment : segments) {
            out.writeInt(segment.states());
            out.writeInt(segment.bytes().length);
            out.write(segment.bytes());
        }
    }

    static void restore(Collection<Segment> segments, DataInput in) throws IOException {
        int n = in.readInt();
        for (int i = 0; i < n; i++) {
            int states = in.readInt();
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            segments.add(new Segment(bytes, states));
        }
    }

    private Frontier() {}
}
