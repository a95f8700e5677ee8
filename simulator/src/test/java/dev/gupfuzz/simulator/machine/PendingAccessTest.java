package dev.gupfuzz.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenarios;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a label says of its pending step, before it is taken, is what the step then does: in every reachable state. */
class PendingAccessTest {

    private final Set<String> wrong = new TreeSet<>();
    /** Labels whose data choice led to another access than the quiet one. */
    private final Set<String> elsewhere = new TreeSet<>();

    private final boolean[] passed = new boolean[Pc.LABELS];

    @ParameterizedTest
    @ValueSource(strings = {"v5.9-rc4", "v5.9", "v5.11", "v5.11 without eagain-drops-ptl"})
    void shouldSayBeforeEachStepWhatItAccesses(String kernel) {
        for (String scenario : List.of(
                "fork-vs-pin-fast",
                "fork-vs-pin-fast:pages=2,has-pinned=1",
                "pin-fork-child-exits-write:pages=2",
                "pin-fast-vs-munmap:pages=2",
                "cow-vs-reader",
                "munmap-vs-access")) {
            MachineSystem system = new MachineSystem(Kernels.named(kernel), Scenarios.named(scenario));
            visit(system, Labels.pending());
        }
        assertThat(wrong).isEmpty();
        assertThat(elsewhere)
                .as("a lock break, and a walk instead of a stale TLB entry")
                .isSubsetOf("copy_present_pte.READ_PTE", "zap_pte_range.READ_PTE", "cpu.ACCESS")
                .contains("zap_pte_range.READ_PTE", "cpu.ACCESS");
        int labels = 0;
        for (boolean label : passed) {
            labels += label ? 1 : 0;
        }
        assertThat(labels).as("labels that were passed").isGreaterThan(70);
    }

    @Test
    void shouldCatchALabelThatNamesAnotherWordOrAnotherKind() {
        MachineSystem system = new MachineSystem(Kernels.named("v5.9"), Scenarios.named("fork-vs-pin-fast"));
        PendingAccess[] planted = Labels.pending();
        int grab = label("gup_pte_range", "GRAB");
        int copyPte = label("copy_present_pte", "GET_PAGE");
        planted[grab] = PendingAccess.rmw((m, t, f) -> m.mmOf(f) + Layout.SEQ);
        planted[copyPte] = PendingAccess.read((m, t, f) -> m.pageAt(Pte.pfn(m.s[f + Frame.PTE])) + Layout.REFCOUNT);
        visit(system, planted);
        assertThat(wrong).containsExactly("copy_present_pte.GET_PAGE", "gup_pte_range.GRAB");
    }

    private static int label(String routine, String name) {
        for (int label = 0; label < Pc.LABELS; label++) {
            if (Labels.defined(label)
                    && Labels.routine(label).equals(routine)
                    && Labels.name(label).equals(name)) {
                return label;
            }
        }
        throw new AssertionError(routine + "." + name);
    }

    /** Every reachable state, with every thread that can run there and every value of its choice. */
    private void visit(MachineSystem system, PendingAccess[] pending) {
        Machine m = system.machine();
        m.log = new AccessLog();
        Set<Long> seen = new HashSet<>();
        ArrayDeque<int[]> waiting = new ArrayDeque<>();
        seen.add(system.fingerprint());
        waiting.add(m.s.clone());
        while (!waiting.isEmpty()) {
            int[] state = waiting.remove();
            for (int rest = state[Sched.ENABLED]; rest != 0; rest &= rest - 1) {
                int t = Integer.numberOfTrailingZeros(rest);
                int values = 1;
                for (int choice = 0; choice < values; choice++) {
                    System.arraycopy(state, 0, m.s, 0, state.length);
                    system.restored();
                    values = Math.max(values, step(system, t, choice, pending));
                    if (m.violated < 0 && seen.add(system.fingerprint())) {
                        waiting.add(m.s.clone());
                    }
                }
            }
        }
    }

    private int step(MachineSystem system, int t, int choice, PendingAccess[] pending) {
        Machine m = system.machine();
        int f = m.frame(t);
        int label = Pc.label(m.s[f + Frame.PC]);
        int word = pending[label].word(m, t, f);
        int kind = pending[label].kind(m, f);
        m.log.clear();
        int values = system.take(t, choice);
        passed[label] = true;
        String name = Labels.routine(label) + "." + Labels.name(label);
        boolean same = m.log.word(0) == word && m.log.kind(0) == kind;
        if (!same) {
            (choice == 0 ? wrong : elsewhere).add(name);
        }
        return values;
    }
}
