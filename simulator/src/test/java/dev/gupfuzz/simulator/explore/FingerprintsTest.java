package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Fingerprints.Found;
import dev.gupfuzz.simulator.search.JobRunner;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FingerprintsTest {

    private static final int CORES = 4;
    private static final int LEVELS = 20;
    /** Adds of each core in a level. */
    private static final int ADDS = 10_000;
    /** Different states that they add. */
    private static final int STATES = 150_000;

    /** What a state must be known with. */
    private record Known(int level, long parent, int awake) {}

    @Test
    void shouldKeepWhatSeveralCoresAdd() throws Exception {
        Fingerprints seen = new Fingerprints(Fingerprints.Beside.AWAKE, true);
        Map<Long, Known> reference = new TreeMap<>();
        for (int i = 0; i < LEVELS; i++) {
            int level = i;
            AtomicLong newOnes = new AtomicLong();
            AtomicLong earlier = new AtomicLong();
            JobRunner.run(CORES, "test", new AtomicReference<>(), core -> {
                for (int n = 0; n < ADDS; n++) {
                    long draw = draw(level, core, n);
                    Found found = seen.add(state(draw), draw >>> 16, level, awake(draw));
                    newOnes.addAndGet(found == Found.NEW ? 1 : 0);
                    earlier.addAndGet(found == Found.EARLIER ? 1 : 0);
                }
            });
            long before = reference.size();
            long known = 0;
            for (int core = 0; core < CORES; core++) {
                for (int n = 0; n < ADDS; n++) {
                    long draw = draw(level, core, n);
                    Known mine = new Known(level, Fingerprints.lower(draw >>> 16), awake(draw));
                    Known there = reference.merge(
                            state(draw),
                            mine,
                            (old, other) -> old.level() < level
                                    ? old
                                    : new Known(
                                            level,
                                            Math.min(old.parent(), other.parent()),
                                            old.awake() | other.awake()));
                    known += there.level() < level ? 1 : 0;
                }
            }
            assertThat(newOnes.get()).isEqualTo(reference.size() - before);
            assertThat(earlier.get()).isEqualTo(known);
        }
        check(seen, reference);

        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        seen.save(new DataOutputStream(saved));
        Fingerprints restored = new Fingerprints(Fingerprints.Beside.AWAKE, true);
        restored.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
        check(restored, reference);
        assertThat(restored.bytes()).isEqualTo(seen.bytes());
    }

    private static void check(Fingerprints seen, Map<Long, Known> reference) {
        assertThat(seen.size()).isEqualTo(reference.size());
        reference.forEach((state, known) -> {
            assertThat(seen.awake(state)).isEqualTo(known.awake());
            assertThat(seen.parent(Fingerprints.lower(state))).isEqualTo(known.parent());
            assertThat(seen.add(state, 0, LEVELS, 0)).isEqualTo(Found.EARLIER);
        });
    }

    private static long draw(int level, int core, int n) {
        return Mix.at(level * CORES + core, n);
    }

    private static long state(long draw) {
        return Mix.at(1L << 40, Long.remainderUnsigned(draw, STATES));
    }

    private static int awake(long draw) {
        return 1 << (draw >>> 60);
    }

    @Test
    void shouldTakeAtMost32BytesAStateAtEverySize() {
        Fingerprints seen = new Fingerprints(Fingerprints.Beside.AWAKE, true);
        double most = 0;
        for (int n = 1; n <= 3_000_000; n++) {
            seen.add(Mix.at(7, n), Mix.at(8, n), 0, 1);
            if (n >= 1_000_000 && n % 10_000 == 0) {
                most = Math.max(most, (double) seen.bytes() / n);
            }
        }
        assertThat(seen.size()).isEqualTo(3_000_000);
        assertThat(most).isBetween(18.0, 32.0);
    }

    @Test
    void shouldWakeEachThreadOnce() {
        Fingerprints seen = new Fingerprints(Fingerprints.Beside.AWAKE, true);
        seen.add(5, 1, 0, 0b001);
        assertThat(seen.add(5, 1, 1, 0b111)).isEqualTo(Found.EARLIER);
        assertThat(seen.awake(5)).isEqualTo(0b001);
        assertThat(seen.wake(5, 0b011)).isEqualTo(0b010);
        assertThat(seen.wake(5, 0b111)).isEqualTo(0b100);
        assertThat(seen.awake(5)).isEqualTo(0b111);
    }
}
