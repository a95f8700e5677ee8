package dev.gupfuzz.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code rules.txt} says of the rules, against what is known from elsewhere. */
class RuleTableTest {

    /** The release that brought each rule's commit, and the one that took it away: not all of them are kernels here. Where only the kernels here were read, theirs. */
    private static final String HISTORY = """
            fork-vma-lock           6.5
            fork-wrprotect-first    0      5.9
            fork-restores-pte       5.9-rc7 5.9
            fork-clears-uffd-wp     5.14
            has-pinned              5.9-rc7
            has-pinned-test         5.14
            fast-gup-has-pinned     5.9-rc7
            slow-gup-has-pinned     5.9-rc7
            early-copy              5.9-rc7
            early-copy-anon         5.19
            eagain-drops-ptl        5.9-rc7
            anon-exclusive          5.19
            fork-batches            6.9
            write-protect-seq       5.11
            foll-pin                5.7
            pte-recheck             4.13
            grab-unless-zero        4.13
            grab-in-two             5.14
            unpin-in-two            5.10   5.18
            back-out-in-two         5.7    5.18
            try-get-page            5.1
            gup-follows-protnone    6.6
            gup-breaks-cow          5.8    5.9-rc4
            gup-unshare             5.19
            gup-unshare-fast        5.19
            longterm-unshare        6.2
            foll-cow                4.9    6.0
            force-exclusive         6.0
            direct-io-pin           6.5
            vma-lock                6.4
            vma-lock-every          6.7
            wp-page-count           5.9-rc4
            wp-late-unlock          5.9-rc4 5.9-rc7
            wp-frees-refs           5.18
            wp-reuse-exclusive      5.19
            wp-flush-pending        5.12
            swapin-page-count       5.18
            swp-exclusive           5.19
            swapin-mkwrite          6.12
            add-to-swap-dirties     4.14
            swapin-mkwrite          6.12
            swapout-skips-pinned    5.11
            swapout-share           5.19
            share-clears-pte        5.19
            share-barriers          6.1
            batch-spares-exclusive  5.19   6.1
            batched-flush-pending   4.13
            batched-flush-counts    5.17
            swap-skips-cache        4.15
            swap-slot-free-notify   0      5.18
            swap-notify-last        5.4    5.18
            swap-notify-last        4.20   5.18
            swapin-prepare          6.8
            madv-free-count         5.18
            madv-free-marks         4.12
            mremap-dirty-flush      4.9
            pte-needs-flush         5.19
            mprotect-upgrades       6.0
            mprotect-upgrades-clean 6.2
            numa-keeps-write        0      6.2
            numa-skips-shared       4.17
            numa-page-count         5.17   6.12
            numa-skips-pinned       6.12
            zap-delays-rmap         6.2
            zap-breaks              5.7
            mremap-flush            4.19
            munmap-downgrade        4.20
            uffd-wp-upgrades        6.4
            clear-refs-no-flush     5.6    5.11
            uffd-wp                 5.7
            uffd-minor              5.14
            uffd-continue-dirty     5.16
            clear-refs-write-lock   5.11
            clear-refs-skips-pinned 5.11
            rmap-notifies-around    4.13
            """;

    @Test
    void shouldDescribeEveryRuleForReaders() {
        for (Rule rule : Rule.values()) {
            Safeguard safeguard = rule.safeguard();
            assertThat(safeguard.name()).isEqualTo(rule.id()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
            assertThat(safeguard.summary()).hasSizeGreaterThan(20);
            if (Kernels.all().stream().anyMatch(kernel -> kernel.has(rule))) {
                assertThat(safeguard.source()).matches(".*(\\(\\), |^)(mm|kernel|arch|fs|block|include)/.*\\.[ch].*");
            }
        }
        assertThat(Rule.values()).hasSizeLessThanOrEqualTo(Rule.MAX);
    }

    @ParameterizedTest
    @MethodSource("history")
    void shouldGiveARuleToTheKernelsSinceItsRelease(String line) {
        String[] words = line.split(" +");
        Rule rule = Rule.named(words[0]);
        for (Kernel kernel : Kernels.all()) {
            boolean has = !before(kernel.base(), words[1]) && (words.length < 3 || before(kernel.base(), words[2]));
            assertThat(kernel.has(rule)).as(line + " in " + kernel).isEqualTo(has);
        }
    }

    static List<String> history() {
        return HISTORY.lines().toList();
    }

    @Test
    void shouldHaveNoOtherDifferenceBetweenKernels() {
        for (Rule rule : Rule.values()) {
            long kernels = Kernels.all().stream().filter(k -> k.has(rule)).count();
            boolean differs = kernels > 0 && kernels < Kernels.all().size();
            boolean ofSequence = rule != Rule.WRITE_PROTECT_SEQ && buildsOnSequence(rule);
            if (ofSequence) {
                for (Kernel kernel : Kernels.all()) {
                    assertThat(kernel.has(rule))
                            .as(rule + " in " + kernel)
                            .isEqualTo(kernels > 0 && !before(kernel.base(), "5.11"));
                }
            } else {
                assertThat(HISTORY.lines().anyMatch(line -> line.startsWith(rule.id() + " ")))
                        .as(rule.id())
                        .isEqualTo(differs);
            }
        }
    }

    private static boolean buildsOnSequence(Rule rule) {
        return rule == Rule.WRITE_PROTECT_SEQ
                || rule.safeguard().buildsOn().stream().anyMatch(RuleTableTest::buildsOnSequence);
    }

    /** Whether one release is older than another; {@code 5.9-rc7} is older than {@code 5.9}. */
    private static boolean before(String release, String other) {
        return Arrays.compare(numbers(release), numbers(other)) < 0;
    }

    private static int[] numbers(String release) {
        int[] numbers = {0, 0, Integer.MAX_VALUE};
        String[] words = release.replace("v", "").split("\\.|-rc");
        for (int i = 0; i < words.length; i++) {
            numbers[i] = Integer.parseInt(words[i]);
        }
        return numbers;
    }

    @Test
    void shouldHaveASwitchForEveryEntryOfTheReview() {
        Set<String> found = new TreeSet<>();
        for (Rule rule : Rule.values()) {
            found.addAll(rule.safeguard().review());
        }
        List<String> entries = new ArrayList<>();
        for (int m = 1; m <= 35; m++) {
            entries.addAll(m == 22 ? List.of("M22a", "M22b", "M22c") : List.of("M" + m));
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(entries);
    }

    /** A rule without an effect would be a promise that nobody keeps. */
    @Test
    void shouldHaveARoutineThatAsksForEachRule() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (String folder : List.of("routine", "machine")) {
            try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/gupfuzz/simulator", folder))) {
                for (Path file : files.sorted().toList()) {
                    sources.append(Files.readString(file));
                }
            }
        }
        for (Rule rule : Rule.values()) {
            boolean asked = Pattern.compile("Rule\\." + rule.name() + "\\b")
                    .matcher(sources)
                    .find();
            assertThat(asked || rule.safeguard().needs().isPresent())
                    .as(rule.id())
                    .isTrue();
        }
    }

    @Test
    void shouldSayWhichRulesWaitForAnotherModel() {
        assertThat(waiting(Need.MEMORY))
                .containsExactlyInAnyOrder(
                        Rule.SEQ_BEGIN_WMB,
                        Rule.SEQ_END_WMB,
                        Rule.SEQ_READ_RMB,
                        Rule.SEQ_RETRY_RMB,
                        Rule.SHARE_BARRIERS,
                        Rule.FORK_WRPROTECT_MB);
        assertThat(waiting(Need.LARGE_PAGES)).containsExactlyInAnyOrder(Rule.FORK_BATCHES, Rule.SEQ_COVERS_LARGE);
    }

    private static Set<Rule> waiting(Need need) {
        Set<Rule> rules = EnumSet.noneOf(Rule.class);
        for (Rule rule : Rule.values()) {
            if (rule.safeguard().needs().filter(need::equals).isPresent()) {
                rules.add(rule);
            }
        }
        return rules;
    }

    /** A rule that goes to {@code buildsOn} again and again comes to rules that stand alone. */
    @Test
    void shouldBuildOnNothingThatBuildsOnItself() {
        for (Rule rule : Rule.values()) {
            Set<Rule> below = EnumSet.noneOf(Rule.class);
            List<Rule> open = new ArrayList<>(rule.safeguard().buildsOn());
            while (!open.isEmpty()) {
                Rule next = open.remove(open.size() - 1);
                if (below.add(next)) {
                    open.addAll(next.safeguard().buildsOn());
                }
            }
            assertThat(below).as(rule.id()).doesNotContain(rule);
        }
    }

    /** A release has what its own rules build on, and two of its rules never take one place. */
    @Test
    void shouldHaveReleasesThatAreWhole() {
        for (Kernel kernel : Kernels.all()) {
            for (Rule rule : kernel.rules()) {
                assertThat(kernel.lacksFor(rule.safeguard()))
                        .as(rule.id() + " in " + kernel)
                        .isEmpty();
                assertThat(kernel.acts(rule)).as(rule.id() + " in " + kernel).isTrue();
            }
        }
    }
}
