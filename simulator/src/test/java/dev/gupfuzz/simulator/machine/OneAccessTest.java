package dev.gupfuzz.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.kernel.Safeguard;
import dev.gupfuzz.simulator.routine.Step;
import dev.gupfuzz.simulator.scenario.PlacedScenarios;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.scenario.WideScenarios;
import dev.gupfuzz.simulator.strategy.Follow;
import dev.gupfuzz.simulator.strategy.Scheduler;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step is one shared access, of the object that its label names; and no label is there in vain. */
@Tag("one-jdk")
class OneAccessTest {

    private static final int SEEDS = 25;

    static List<Kernel> kernels() {
        return StepByStep.kernels();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldMakeOneAccessInEachStep(Kernel kernel) {
        Set<String> wrong = new TreeSet<>();
        for (Scenario scenario : scenarios()) {
            for (Strategy strategy : StepByStep.strategies()) {
                StepByStep runs = new StepByStep(kernel, scenario, strategy, StepByStep.ALL);
                for (long seed = 1; seed <= SEEDS; seed++) {
                    runs.run(seed, m -> new Watch(m, wrong));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /**
     * Labels that none of the worlds below comes to, so that their one access was read and not run. A world for one of them takes it
     * off this list.
     */
    private static final Set<String> NOT_PASSED = new TreeSet<>(List.of(
            "change_pte_range.SET_SWAP",
            "clear_soft_dirty.SET_SWAP",
            "do_swap_page.CLEAR_CACHE_EARLY",
            "madvise_free_pte_range.CLEAR_DIRTY",
            "madvise_free_pte_range.MAPCOUNT",
            "madvise_free_pte_range.UNLOCK_PAGE",
            "mcontinue_atomic_pte.PUT",
            "pagecache_get_page.PUT_GONE",
            "pagecache_get_page.UNLOCK_GONE",
            "try_to_free_swap.DELETE",
            "try_to_free_swap.PUT_CACHE",
            "try_to_free_swap.SWAPPED"));

    @Test
    void shouldPassEveryLabelOnSomeKernel() {
        Set<String> missing = new TreeSet<>();
        boolean[] passed = new boolean[Pc.LABELS];
        Map<Kernel, List<Kernel>> changed = new LinkedHashMap<>();
        for (String base : List.of("v5.11", "v5.19")) {
            changed.put(Kernels.named(base), changed(Kernels.named(base)));
        }
        for (Scenario scenario : everyScenario()) {
            for (Kernel kernel : Kernels.all()) {
                pass(Step.machine(kernel, scenario), passed);
            }
            changed.forEach((base, kernels) -> {
                WatchedMachine watched = new WatchedMachine(base, scenario);
                pass(Step.started(watched), passed);
                for (Kernel kernel : kernels) {
                    if (mayDiffer(kernel, watched)) {
                        pass(Step.machine(kernel, scenario), passed);
                    }
                }
            });
        }
        for (int label = 0; label < Pc.LABELS; label++) {
            if (Labels.defined(label) && !passed[label]) {
                missing.add(Labels.routine(label) + "." + Labels.name(label));
            }
            assertThat(passed[label] && !Labels.defined(label))
                    .as("undeclared label %d", label)
                    .isFalse();
        }
        assertThat(missing).isEqualTo(NOT_PASSED);
    }

    /** The labels that 40 runs of a scenario pass on a kernel that can run it. */
    private static void pass(Machine machine, boolean[] passed) {
        if (machine.scenario.lacks(machine.kernel).isPresent()) {
            return;
        }
        Scheduler scheduler = Strategy.named("random").scheduler(machine);
        for (long seed = 1; seed <= 40; seed++) {
            scheduler.run(seed);
        }
        for (int label = 0; label < Pc.LABELS; label++) {
            passed[label] |= machine.covered[label];
        }
    }

    /** Whether the kernel's runs may differ from those that were watched: they asked for a rule that was changed, or start elsewhere. */
    private static boolean mayDiffer(Kernel kernel, WatchedMachine watched) {
        for (Rule rule : Rule.values()) {
            if (kernel.has(rule) != watched.kernel.has(rule) && watched.asked(rule.ordinal())) {
                return true;
            }
        }
        watched.reset();
        return !Arrays.equals(Step.machine(kernel, watched.scenario).s, watched.s);
    }

    /** The kernel with one rule changed either way. */
    private static List<Kernel> changed(Kernel base) {
        List<Kernel> kernels = new ArrayList<>();
        for (Safeguard safeguard : base.safeguards()) {
            kernels.add(base.without(safeguard.name()));
        }
        for (Safeguard design : base.alternatives()) {
            kernels.add(base.with(design.name()));
        }
        return kernels;
    }

    private static List<Scenario> everyScenario() {
        List<Scenario> scenarios = scenarios();
        for (String name : Scenarios.names()) {
            if (!Scenarios.raceNames().contains(name)) {
                scenarios.add(Scenarios.named(name));
            }
        }
        return scenarios;
    }

    private static List<Scenario> scenarios() {
        List<Scenario> scenarios = new ArrayList<>(Runs.scenarios());
        scenarios.add(Scenarios.named("fork-vs-pin-fast:pages=6"));
        scenarios.add(Scenarios.named("fork-vs-write:populated=0"));
        scenarios.addAll(WideScenarios.all());
        scenarios.addAll(PlacedScenarios.all());
        return scenarios;
    }

    /** Looks at the access log after each step. */
    private static final class Watch implements Follow.Observer {

        private final Machine m;
        private final Set<String> wrong;
        private final PendingAccess[] pending = Labels.pending();
        private int pc;
        private int expectedWord;
        private int expectedKind;

        Watch(Machine machine, Set<String> wrong) {
            this.m = machine;
            this.wrong = wrong;
            m.log = new AccessLog();
        }

        @Override
        public void before(int thread, int enabled, int decision) {
            m.log.clear();
            pc = Peek.pc(m, thread);
            PendingAccess access = pending[Pc.label(pc)];
            expectedWord = access.word(m, thread, m.frame(thread));
            expectedKind = access.kind(m, m.frame(thread));
        }

        @Override
        public void after(int thread) {
            int label = Peek.stepping(m);
            String name = Labels.routine(label) + "." + Labels.name(label);
            if (m.log.count() != 1) {
                wrong.add(name + " makes " + m.log.count() + " accesses");
            } else if (!fits(Labels.target(label), m.log.word(0))) {
                wrong.add(name + " names " + Labels.target(label) + " and accesses word " + m.log.word(0));
            } else if (m.log.word(0) >= m.layout.ghosts) {
                wrong.add(name + " accesses ghost state");
            } else if (label == Pc.label(pc) && (m.log.word(0) != expectedWord || m.log.kind(0) != expectedKind)) {
                wrong.add(name + " does not access what was said before it");
            } else if ((pc & Pc.INVISIBLE) != 0 && !unreachable(m.log.word(0), thread)) {
                wrong.add(name + " is called invisible and accesses what others can reach");
            }
        }

        /** A step without a decision before it: of a process in which nothing runs yet, or of a page that nobody maps. */
        private boolean unreachable(int word, int thread) {
            Layout l = m.layout;
            if (word >= m.frame(thread) && word < m.frame(thread) + Frame.HOLD) {
                return false;
            }
            if (word > m.frame(thread) + Frame.HOLD && word < m.frame(thread) + Frame.WORDS) {
                return true; // a register that the thread alone reads
            }
            if (word >= l.mmBase && word < l.pteBase) {
                int mm = word < l.tableBase ? l.mmIndex(word) : (word - l.tableBase) / (l.tables * Layout.TABLE_WORDS);
                for (int t = 0; t < m.threads; t++) {
                    if (m.scenario.world().threads.get(t).mm() == mm && Peek.live(m, t)) {
                        return false;
                    }
                }
                return true;
            }
            boolean frame = word >= l.pageBase && word < l.allocBase;
            int first = word - (word - l.pageBase) % (1 << Layout.PAGE_SHIFT);
            return frame && m.s[first + Layout.MAPCOUNT] == 0 && m.s[first + Layout.REFCOUNT] == 0;
        }

        private boolean fits(Labels.Target target, int word) {
            Layout l = m.layout;
            int inPage =
                    word >= l.pageBase && word < l.allocBase ? (word - l.pageBase) & (1 << Layout.PAGE_SHIFT) - 1 : -1;
            int inMm = word >= l.mmBase && word < l.tableBase ? (word - l.mmBase) % l.mmWords : -1;
            int inTable = l.isOfTable(word) ? (word - l.tableBase) % Layout.TABLE_WORDS : -1;
            boolean ofPmd = word >= l.tableBase && word < l.pteBase && inTable < 0;
            int inPmd = ofPmd ? (word - l.pmd(0)) % Layout.PMD_WORDS : -1;
            boolean register = word >= l.threadBase && word < l.mmBase;
            return switch (target) {
                case PTE -> word >= l.pteBase && word < l.tlbBase;
                case REFCOUNT -> inPage == Layout.REFCOUNT;
                case MAPCOUNT -> inPage == Layout.MAPCOUNT;
                case CONTENT -> inPage == Layout.CONTENT;
                case PAGE_LOCK, PAGE_FLAGS -> inPage == Layout.FLAGS;
                case MMAP_LOCK -> inMm == Layout.MMAP_LOCK;
                case PTL -> inTable == Layout.PTL || inPmd == Layout.PMD_LOCK;
                case TABLE -> inTable == Layout.PMD || inTable == Layout.TABLE_LIVE || inPmd == Layout.PTE_PAGES;
                case HAS_PINNED -> inMm == Layout.HAS_PINNED;
                case SEQ -> inMm == Layout.SEQ;
                case VMA -> inMm >= Layout.VMA_COUNT && !isVmaLock(inMm);
                case VMA_LOCK -> isVmaLock(inMm);
                case TLB_FLUSH -> inMm == Layout.TLB_FLUSH_PENDING || inMm == Layout.TLB_FLUSH_BATCHED;
                case SWAP -> word >= l.swapBase && word < l.fileBase;
                case FILE -> word >= l.fileBase && word < l.secondaryBase;
                case SECONDARY -> word >= l.secondaryBase && word < l.ghosts;
                case RMAP -> inPage == Layout.MAPPING;
                case ALLOCATOR -> word == l.allocBase;
                case CPU -> register;
                case THREAD -> register || word == Sched.EVENTS;
            };
        }

        private static boolean isVmaLock(int inMm) {
            return inMm >= Layout.VMAS && (inMm - Layout.VMAS) % Layout.VMA_WORDS == Layout.VMA_LOCK;
        }
    }
}
