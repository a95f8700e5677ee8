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

    private static final int OF_ALL = -1;
    private static final int OF_NONE = -2;

    private final PendingAccess[] accesses = Labels.pending();
    private final Machine m;
    private final int[] s;
    private final int[] starts;
    /** For each word its group, {@link #OF_ALL}, {@link #OF_NONE}, or below that the frame whose group it has. */
    private final int[] group;

    MachinePending(Machine machine) {
        super(roles(machine), labelNames());
        m = machine;
        s = machine.s;
        starts = new int[threads];
        for (int t = 0; t < threads; t++) {
            for (int at = m.codeStart[t]; at < m.codeEnd[t]; at += Op.WORDS) {
                if (m.code[at] == Op.FORK) {
                    starts[t] |= 1 << m.code[at + 1];
                }
            }
        }
        group = groups(machine.layout);
    }

    private static int[] groups(Layout l) {
        int[] group = new int[l.words];
        for (int word = 0; word < group.length; word++) {
            if (word >= l.mmBase && word < l.tableBase) {
                group[word] = (word - l.mmBase) % l.mmWords == Layout.SEQ ? OF_ALL : l.pages;
            } else if (word >= l.tableBase && word < l.pteBase) {
                group[word] = l.pages;
            } else if (word >= l.pteBase && word < l.tlbBase) {
                group[word] = (word - l.pteBase) % l.pages;
            } else if (word >= l.pageBase && word < l.allocBase) {
                int frame = word - (word - l.pageBase & (1 << Layout.PAGE_SHIFT) - 1);
                group[word] = OF_NONE - frame;
            } else {
                group[word] = OF_NONE;
            }
        }
        return group;
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
    int starts(int t) {
        return starts[t];
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
    boolean inGroup(int word, int asked) {
        int own = group[word];
        return own >= OF_ALL
                ? own == asked || own == OF_ALL
                : own != OF_NONE && s[OF_NONE - own + Layout.VPAGE] == asked;
    }
}
