package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrontierTest {

    private static final int STATES = 500;

    private record State(long key, long parent, int last, int woken, List<Integer> words) {}

    /** Widths around the words that are looked at together; differences of all lengths, none at all, and everywhere. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 17, 33, 600})
    void shouldGiveBackWhatWasPacked(int width) {
        Random random = new Random(width);
        int[] start = random.ints(width).toArray();
        Frontier.Packer packer = new Frontier.Packer(start.clone(), 7);
        List<State> packed = new ArrayList<>();
        int[] words = start.clone();
        for (int n = 0; n < STATES; n++) {
            int changes = n % 50 == 0 ? 3 * width : random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                words[random.nextInt(width)] ^= random.nextInt() >>> random.nextInt(Integer.SIZE);
            }
            State state = new State(
                    random.nextLong(), random.nextLong(), random.nextInt(17) - 1, random.nextInt(1 << 16), list(words));
            packed.add(state);
            int from = random.nextInt(3);
            int[] place = new int[width + 5];
            System.arraycopy(words, 0, place, from, width);
            packer.add(state.key(), state.parent(), state.last(), state.woken(), place, from);
        }
        Frontier.Reader reader = new Frontier.Reader(start.clone());
        List<State> read = new ArrayList<>();
        for (Frontier.Segment segment : packer.take()) {
            reader.open(segment);
            for (int n = 0; n < segment.states(); n++) {
                reader.next();
                read.add(new State(reader.key, reader.parent, reader.last, reader.woken, list(reader.words)));
            }
        }
        assertThat(read).isEqualTo(packed);
    }

    private static List<Integer> list(int[] words) {
        List<Integer> list = new ArrayList<>();
        for (int word : words) {
            list.add(word);
        }
        return list;
    }
}
