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
 * threads that were woken, and the words that differ from those of the state packed before: the place, and what differs in 1
 * to 4 bytes. Cut into segments, which are what explorers take; each begins with what differs from the start state.
 */
final class Frontier {

    /** Words that a state may have. */
    private static final int WORDS_MAX = 1 << 13;
    /** Words that are looked at together where one was found to differ. */
    private static final int NEAR = 16;
    /** Key, state before, and threads. */
    private static final int HEADER = 2 * Long.BYTES + Integer.BYTES;
    /** The thread that came to it takes these bits of the threads. */
    private static final int LAST_BITS = 8;

    private static final int LAST = (1 << LAST_BITS) - 1;
    /** Before a difference its length, below its place; 0 behind the last. */
    private static final int LENGTH_BITS = 3;

    private static final int LENGTH = (1 << LENGTH_BITS) - 1;
    /** Differences are read and written as 4 bytes, of which only the first ones may count: so many bytes are left behind. */
    private static final int SLACK = Integer.BYTES;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle CHARS = MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);

    /** Some states behind one another. */
    record Segment(byte[] bytes, int states) {}

    /** Packs states into segments. Not thread safe; each explorer has one. */
    static final class Packer {
        private final int[] start;
        private final int segment;
        /** Bytes of a state, at most. */
        private final int most;
        /** The state that was packed last. */
        private final int[] previous;

        private final List<Segment> done = new ArrayList<>();
        private byte[] bytes = new byte[1 << 14];
        private int length;
        private int states;

        /** @param segment states of one segment */
        Packer(int[] start, int segment) {
            if (start.length > WORDS_MAX) {
                throw new IllegalArgumentException("too many words: " + start.length);
            }
            this.start = start;
            this.segment = segment;
            previous = start.clone();
            most = HEADER + (Character.BYTES + Integer.BYTES) * start.length + SLACK;
        }

        /**
         * @param last the thread that came here, or -1
         * @param woken threads that this is about, as a mask; 0 for all
         * @param from where in {@code words} the state begins
         */
        void add(long key, long parent, int last, int woken, int[] words, int from) {
            if (bytes.length - length < most) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2 + most);
            }
            final byte[] out = bytes;
            LONGS.set(out, length, key);
            LONGS.set(out, length + Long.BYTES, parent);
            INTS.set(out, length + 2 * Long.BYTES, (last + 1) | woken << LAST_BITS);
            int at = length + HEADER;
            final int[] before = previous;
            int i = 0;
            while (i < before.length) {
                int end = Math.min(before.length, i + NEAR);
                int differ = 0;
                for (int j = i; j < end; j++) {
                    differ |= (words[from + j] == before[j] ? 0 : 1) << (j - i);
                }
                for (int rest = differ; rest != 0; rest &= rest - 1) {
                    int j = i + Integer.numberOfTrailingZeros(rest);
                    int word = words[from + j];
                    int difference = word ^ before[j];
                    before[j] = word;
                    int bytes = Integer.BYTES - Integer.numberOfLeadingZeros(difference) / Byte.SIZE;
                    CHARS.set(out, at, (char) (j << LENGTH_BITS | bytes));
                    INTS.set(out, at + Character.BYTES, difference);
                    at += Character.BYTES + bytes;
                }
                i = differs(before, words, from, end);
            }
            CHARS.set(out, at, (char) 0);
            length = at + Character.BYTES;
            if (++states == segment) {
                seal();
            }
        }

        /** The first word from {@code i} on that differs; the length when none does. */
        private static int differs(int[] before, int[] words, int from, int i) {
            if (i == before.length) {
                return i;
            }
            int at = Arrays.mismatch(before, i, before.length, words, from + i, from + before.length);
            return at < 0 ? before.length : i + at;
        }

        private void seal() {
            done.add(new Segment(Arrays.copyOf(bytes, length + SLACK), states));
            length = 0;
            states = 0;
            System.arraycopy(start, 0, previous, 0, start.length);
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
        /** Words of the state that was read; nobody else writes into them. */
        final int[] words;
        /** Its key, ... */
        long key;
        /** ... that of the one before it, ... */
        long parent;
        /** ... the thread that came to it, or -1, ... */
        int last;
        /** ... and the threads that were woken, or 0. */
        int woken;

        Reader(int[] start) {
            this.start = start;
            words = start.clone();
        }

        void open(Segment segment) {
            bytes = segment.bytes();
            at = 0;
            System.arraycopy(start, 0, words, 0, start.length);
        }

        /** Reads the next state. */
        void next() {
            final byte[] in = bytes;
            final int[] state = words;
            key = (long) LONGS.get(in, at);
            parent = (long) LONGS.get(in, at + Long.BYTES);
            int threads = (int) INTS.get(in, at + 2 * Long.BYTES);
            last = (threads & LAST) - 1;
            woken = threads >>> LAST_BITS;
            int from = at + HEADER;
            for (int head = (char) CHARS.get(in, from); head != 0; head = (char) CHARS.get(in, from)) {
                int length = head & LENGTH;
                int mask = (int) ((1L << (Byte.SIZE * length)) - 1);
                state[head >>> LENGTH_BITS] ^= (int) INTS.get(in, from + Character.BYTES) & mask;
                from += Character.BYTES + length;
            }
            at = from + Character.BYTES;
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
