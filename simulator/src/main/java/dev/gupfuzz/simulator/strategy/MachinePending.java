package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.scenario.Op;

/**
 * The pending steps of the simulated machine. Objects are words of its state. The group of a page index holds its PTEs in
 * every process, the counts, flags and contents of the frames that serve it, and {@code write_protect_seq}; one more group
 * holds what is left of the mms: locks, VMAs, {@code has_pinned}, and {@code write_protect_seq} again.
 */
final class MachinePending extends Pending {

    private final PendingAccess[] accesses = Labels.pending();
    private final Machine m;
    private final int[] s;
    private final int[] startedBy;

    MachinePending(Machine machine) {
        super(roles(machine), labelNames());
        m = machine;
        s = machine.s;
        startedBy = new int[threads];
        for (int t = 0; t < threads; t++) {
            startedBy[t] = -1;
        }
        for (int t = 0; t < threads; t++) {
            for (int at = m.codeStart[t]; at < m.codeEnd[t]; at += Op.WORDS) {
                if (m.code[at] == Op.FORK) {
                    startedBy[m.code[at + 1]] = t;
                }
            }
        }
    }

    private static long[] roles(Machine machine) {
        return machine.scenario.threads().stream().mapToLong(Mix::name).toArray();
    }

    private static long[] labelNames() {
        long[] names = new long[Pc.LABELS];
        for (int label = 0; label < names.length; label++) {
            names[label] = Labels.defined(label) ? Labels.key(label) : UNUSED;
        }
        return names;
    }

    Machine machine() {
        return m;
    }

    @Override
    int label(int t) {
        return Pc.label(s[Frame.at(t) + Frame.PC]);
    }

    @Override
    int word(int t) {
        return accesses[label(t)].word(m, t, Frame.at(t));
    }

    @Override
    int kind(int t) {
        return accesses[label(t)].kind(m, Frame.at(t));
    }

    @Override
    int words() {
        return s.length;
    }

    @Override
    int startedBy(int t) {
        return startedBy[t];
    }

    /** Groups of a scenario with so many pages. */
    static int groups(int pages) {
        return pages + 1;
    }

    @Override
    int groups() {
        return groups(m.pages);
    }

    @Override
    boolean inGroup(int word, int group) {
        Layout l = m.layout;
        if (word >= l.mmBase && word < l.pteBase) {
            return group == m.pages || (word - l.mmBase & (1 << Layout.MM_SHIFT) - 1) == Layout.SEQ;
        }
        if (word >= l.pteBase && word < l.tlbBase) {
            return (word - l.pteBase) % m.pages == group;
        }
        if (word >= l.pageBase && word < l.allocBase) {
            int frame = word - (word - l.pageBase & (1 << Layout.PAGE_SHIFT) - 1);
            return s[frame + Layout.VPAGE] == group;
        }
        return false;
    }
}
