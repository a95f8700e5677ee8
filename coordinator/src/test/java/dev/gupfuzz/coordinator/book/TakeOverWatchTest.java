package dev.gupfuzz.coordinator.book;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.coordinator.kafka.ClusterProbe.Holder;
import org.junit.jupiter.api.Test;

/** Another coordinator's take-over is told from this one's own writes, however questions and writes overlap. */
class TakeOverWatchTest {
    private static final Holder OLD = new Holder(0, 13);
    private static final Holder NEW = new Holder(0, 14);

    private final TakeOverWatch watch = new TakeOverWatch();

    @Test
    void shouldNoticeAChangeWithoutAWrite() {
        assertThat(watch.takenOver(watch.asking(), OLD, false)).isFalse();
        assertThat(watch.takenOver(watch.asking(), OLD, false)).isFalse();
        assertThat(watch.takenOver(watch.asking(), NEW, false)).isTrue();
    }

    @Test
    void shouldNotMistakeAWriteForATakeOver() {
        assertThat(watch.takenOver(watch.asking(), OLD, false)).isFalse();
        watch.begun();
        watch.ended();
        assertThat(watch.takenOver(watch.asking(), NEW, false)).isFalse();
        assertThat(watch.takenOver(watch.asking(), NEW, false)).isFalse();
    }

    @Test
    void shouldIgnoreAnAnswerToAQuestionAskedInTheMiddleOfAWrite() {
        watch.begun();
        long inTheMiddle = watch.asking();
        watch.ended();
        // Answered before the commit reached the broker, and handled after the write.
        assertThat(watch.takenOver(inTheMiddle, OLD, false)).isFalse();
        assertThat(watch.takenOver(watch.asking(), NEW, false)).isFalse();
    }

    @Test
    void shouldIgnoreAnswersWhileAWriteMayStillTakeEffect() {
        watch.begun();
        watch.ended();
        assertThat(watch.takenOver(watch.asking(), OLD, true)).isFalse();
        assertThat(watch.takenOver(watch.asking(), NEW, true)).isFalse();
        watch.begun();
        watch.ended();
        assertThat(watch.takenOver(watch.asking(), NEW, false)).isFalse();
    }
}
