package dev.gupfuzz.simulator.explore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One thread alone, with reclaim and a child only while it waits for them: whatever it does to its memory, no kernel breaks a promise
 * to it, and it comes to its end. What is made from a seed here mixes what no scenario of a bug has together.
 */
class LonelyProgramTest {

    private static final int PROGRAMS = 60;

    static IntStream kernels() {
        return IntStream.range(0, Kernels.names().size());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldBreakNothingAlone(int ordinal) {
        Kernel kernel = Kernels.named(Kernels.names().get(ordinal));
        for (int i = 0; i < PROGRAMS; i++) {
            check(kernel, new Program((long) i * Kernels.names().size() + ordinal, true));
        }
    }

    /** Who is alone needs no safeguard against others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "wp-sole-user",
                "wp-page-count",
                "wp-frees-refs",
                "wp-reuse-exclusive",
                "wp-pte-recheck",
                "wp-clear-flush",
                "wp-rmap-last",
                "swapin-page-count",
                "swp-exclusive",
                "swapin-mkwrite",
                "swapin-prepare",
                "swap-skips-cache",
                "vma-lock",
                "vma-lock-every",
                "fork-vma-lock",
                "gup-unshare",
                "longterm-unshare"
            })
    void shouldNeedNoSafeguardAlone(String rule) {
        Kernel kernel = Kernels.named("v6.12 without " + rule);
        for (long seed = 0; seed < PROGRAMS; seed++) {
            check(kernel, new Program(seed, false));
        }
    }

    private static void check(Kernel kernel, Program program) {
        String text = program.text();
        ScenarioText read = ScenarioText.read("lonely.gup", text.getBytes(StandardCharsets.UTF_8));
        Scenario scenario = Scenarios.with(read, "");
        Exploration found =
                StateSearch.explore(() -> new MachineSystem(kernel, scenario), 1, Bounds.NONE, Plan.ALL.withEndings());
        assertThat(found.ended()).as("%s%n%s", kernel, text).isEqualTo(Ended.COMPLETE);
        assertThat(found.broken()).as("%s%n%s", kernel, text).isEmpty();
        assertThat(found.endings().kind()).as("%s%n%s", kernel, text).isEqualTo(Endings.Kind.ALL);
    }

    /** The text of a scenario. */
    private static final class Program {

        private final long seed;
        private long draws;
        private final List<String> world = new ArrayList<>();
        private final List<String> regions = new ArrayList<>();
        private final List<Boolean> anonymous = new ArrayList<>();
        private final List<String> reclaims = new ArrayList<>();
        private final boolean forks;
        private final boolean hasFile;
        private int stores;
        private int pins;
        private boolean isMapped;

        Program(long seed, boolean mayFork) {
            this.seed = Mix.mix64(seed ^ Mix.name("lonely"));
            forks = mayFork && draw(3) == 0;
            hasFile = draw(2) == 0;
        }

        private int draw(int n) {
            return Mix.below(Mix.at(seed, draws++), n);
        }

        private String draw(String... words) {
            return words[draw(words.length)];
        }

        String text() {
            if (hasFile) {
                world.add("file data[1] " + draw("disk", "shmem") + " cached");
            }
            // a slot that a child shares is forgotten by the zram of v4.19 (5df373e95689)
            world.add("swap 3" + (forks ? "" : draw("", " synchronous")));
            if (draw(4) == 0) {
                world.add("lru-batch");
            }
            for (int r = draw(2); r >= 0; r--) {
                region();
            }
            regions.add("region later[1] unmapped");
            if (draw(2) == 0) { // munmap() frees the second page-table page, and mmap() brings another
                for (int r = 0; r < regions.size(); r++) {
                    regions.set(r, regions.get(r) + " table " + Math.min(r, 1));
                }
            }
            List<String> owner = new ArrayList<>(List.of("reach begun"));
            int fork = forks ? draw(4) : -1;
            for (int left = 3 + draw(5); left >= 0; left--) {
                if (left == fork) {
                    owner.addAll(List.of("fork child", "await child"));
                }
                statement(owner);
            }
            for (int pin = 0; pin < pins; pin++) {
                owner.add("unpin io" + pin);
            }
            return written(owner);
        }

        private void region() {
            boolean file = hasFile && draw(2) == 0;
            String protection = draw("", "", "", "read-only ");
            String populated = protection.isEmpty() && !file
                    ? draw("empty", "read", "written", "swapped", "protected")
                    : draw("empty", "read");
            String maps = file ? "maps data " + draw("", "shared ") : "";
            anonymous.add(!file);
            regions.add("region r" + regions.size() + "[1] " + maps + protection + populated);
        }

        private void statement(List<String> owner) {
            int r = draw(anonymous.size());
            String region = isMapped && draw(3) == 0 ? "later" : "r" + r;
            switch (draw(forks ? 12 : 14)) {
                case 0, 1 -> owner.add("load " + region);
                case 2, 3 -> owner.add("store " + region + " as \"s" + stores++ + "\"");
                case 4 -> owner.add("numa-protect " + region);
                case 5 -> owner.add("mprotect " + region + " " + draw("read-only", "read-write", "no-access"));
                case 6 ->
                    owner.add((anonymous.get(r) ? draw("madvise-dontneed ", "madvise-free ") : "madvise-dontneed ")
                            + region);
                case 7 -> owner.add("mem-write " + region + " as \"s" + stores++ + "\"");
                case 8 -> owner.add("mem-read " + region);
                case 9 -> reclaim(owner, r);
                case 10 -> owner.add("munmap " + region);
                case 11 -> map(owner, r);
                default -> pin(owner, region);
            }
        }

        private void map(List<String> owner, int r) {
            if (!isMapped) {
                isMapped = true;
                owner.add(anonymous.get(r) && draw(2) == 0 ? "mremap r" + r + " to later" : "mmap later");
            }
        }

        private void reclaim(List<String> owner, int r) {
            int n = reclaims.size();
            if (n == 5) {
                return;
            }
            String what =
                    anonymous.get(r) ? "reclaim r" + r + " in parent" : draw("writeback data", "file-reclaim data");
            reclaims.add("wait go" + n + "\n    " + what + "\n    post done" + n);
            owner.add("post go" + n);
            owner.add("wait done" + n);
        }

        private void pin(List<String> owner, String region) {
            if (pins < 3) {
                owner.add(draw("pin ", "get ") + region + " as io" + pins + " read " + draw("fast", "slow"));
                owner.add("device-load io" + pins++);
            }
        }

        private String written(List<String> owner) {
            StringBuilder text = new StringBuilder("# Made from a seed.\n\nscenario lonely \"made from a seed\"\n\n");
            world.forEach(line -> text.append(line).append('\n'));
            text.append("\nprocess parent {\n");
            regions.forEach(line -> text.append("    ").append(line).append('\n'));
            text.append("}\n").append(forks ? "child child\n" : "");
            text.append("\nthread owner in parent {\n    ")
                    .append(String.join("\n    ", owner))
                    .append("\n}\n");
            if (forks) {
                text.append("\nthread child in child {\n    load r0\n    store r0\n    load r0\n    exit\n}\n");
            }
            if (!reclaims.isEmpty()) {
                text.append("\nagent kswapd {\n    ")
                        .append(String.join("\n    ", reclaims))
                        .append("\n}\n");
            }
            return text.append("\nwindow begun\nsometimes begun \"it began\"\n").toString();
        }
    }
}
