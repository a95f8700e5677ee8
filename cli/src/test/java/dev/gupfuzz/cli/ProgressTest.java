package dev.gupfuzz.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void shouldDrawNothingInTheFirstSecondThenOneLineAndWipeIt() {
        try (Progress progress = progress(true, 1000)) {
            nanos.set(999_999_999L);
            progress.add(250);
            assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();

            nanos.set(2_000_000_000L);
            progress.add(250);
            assertThat(err.toString(StandardCharsets.UTF_8))
                    .startsWith("\r")
                    .contains("[############            ] 500 schedules, 250/s");
            int drawn = err.size();

            nanos.addAndGet(100_000_000L);
            progress.add(1);
            assertThat(err.size()).as("redrawn too soon").isEqualTo(drawn);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).endsWith("\r\u001b[K");
    }

    @Test
    void shouldDrawNothingWhereNobodyWatches() {
        try (Progress progress = progress(false, 1000)) {
            nanos.set(9_000_000_000L);
            progress.add(250);
        }
        assertThat(err.size()).isZero();
    }

    @Test
    void shouldStayWithinTheLineOfTheTerminal() {
        try (Progress progress = progress(true, 0)) {
            nanos.set(9_000_000_000L);
            progress.add(Long.MAX_VALUE / 2);
        }
        String line = err.toString(StandardCharsets.UTF_8).split("\u001b")[0];
        assertThat(line.substring(1).length()).isLessThan(40);
    }

    private Progress progress(boolean interactive, long total) {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(new byte[0]),
                stream,
                stream,
                Map.of(),
                interactive,
                false,
                total == 0 ? 40 : 100);
        return new Progress(terminal, interactive && total == 0 ? "a long name of a search" : "x", total, nanos::get);
    }
}
