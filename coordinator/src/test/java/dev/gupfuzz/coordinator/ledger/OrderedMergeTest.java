package dev.gupfuzz.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class OrderedMergeTest {
    @RepeatedTest(50)
    void shouldMergeByPositionWhateverTheOrderOfArrival(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<Integer> positions = new ArrayList<>();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            if (random.nextInt(10) > 0) {
                positions.add(i);
                expected.append(i).append(' ');
            }
        }
        Collections.shuffle(positions, random);
        OrderedMerge<String> merge = new OrderedMerge<>(String::concat);
        positions.forEach(p -> merge.put(p, p + " "));
        assertThat(merge.total("")).isEqualTo(expected.toString());
    }

    @Test
    void shouldKeepOneValuePerGap() {
        OrderedMerge<String> merge = new OrderedMerge<>(String::concat);
        List.of(4, 1, 2, 0, 5).forEach(p -> merge.put(p, "" + p));
        TreeMap<Integer, String> runs = new TreeMap<>();
        merge.copyTo(runs);
        assertThat(runs).containsExactly(java.util.Map.entry(0, "012"), java.util.Map.entry(4, "45"));
    }

    @Test
    void shouldRefuseAPositionTwice() {
        OrderedMerge<String> merge = new OrderedMerge<>(String::concat);
        List.of(1, 2).forEach(p -> merge.put(p, "x"));
        assertThatThrownBy(() -> merge.put(1, "x")).hasMessageContaining("position=1");
        assertThatThrownBy(() -> merge.put(2, "x")).hasMessageContaining("position=2");
    }
}
