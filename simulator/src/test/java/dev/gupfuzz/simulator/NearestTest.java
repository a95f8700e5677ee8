package dev.gupfuzz.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

    private static final List<String> WORDS = List.of("v5.9-rc4", "v5.9", "v5.11");

    @Test
    void shouldSuggestAWordWithOneLetterWrong() {
        assertThat(Nearest.hint("v5.12", WORDS)).isEqualTo(" (did you mean 'v5.11'? valid: v5.9-rc4, v5.9, v5.11)");
    }

    @Test
    void shouldSuggestTheWordOfWhichOnlyTheHeadWasTyped() {
        assertThat(Nearest.hint("fork-vs-w", List.of("fork-vs-write", "fork-vs-pin-fast")))
                .startsWith(" (did you mean 'fork-vs-write'?");
    }

    @Test
    void shouldSuggestNothingForAStrangeWord() {
        assertThat(Nearest.hint("banana", WORDS)).isEqualTo(" (valid: v5.9-rc4, v5.9, v5.11)");
    }

    @Test
    void shouldSayWhenThereIsNothingToChooseFrom() {
        assertThat(Nearest.hint("x", List.of())).isEqualTo(" (there are none)");
    }

    @Test
    void shouldListTheNearestTwelveOfMany() {
        List<String> many = new ArrayList<>();
        for (int i = 10; i < 40; i++) {
            many.add("word-" + i);
        }
        String hint = Nearest.hint("wird-23", many);
        assertThat(hint)
                .startsWith(" (did you mean 'word-23'? valid: word-23, ")
                .endsWith(", ...)");
        assertThat(hint.split(", ")).hasSize(13);
    }

    @Test
    void shouldCountEdits() {
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
        assertThat(Nearest.distance("abcd", "abXd")).isEqualTo(1);
    }
}
