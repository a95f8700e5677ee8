package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.machine.AccessLog;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.SecondaryMmu;
import dev.gupfuzz.simulator.machine.Vmas;
import java.util.Arrays;

/**
 * The objects of the simulated machine's footprints: what steps of several threads can touch. A thread's own registers are none,
 * but for what others look at: whether it takes interrupts, whether it has begun, whether it is copying a page.
 */
final class MachineObjects {

    private static final int NONE = -1;

    private final Machine m;
    private final AccessLog log = new AccessLog();
    /** Object of each name of {@link Layout#names}. */
    private final int[] objects;

    private final boolean[] born;
    private int count;

    MachineObjects(Machine m) {
        this.m = m;
        Layout layout = m.layout;
        objects = new int[layout.names()];
        Arrays.fill(objects, NONE);
        for (int t = 0; t < m.threads; t++) {
            int f = Frame.at(t);
            object(f + Frame.PC, 1);
            if (m.layout.cpu(t) == t) {
                object(f + Frame.HOLD, 1);
            } else {
                objects[f + Frame.HOLD] = objects[Frame.at(m.layout.cpu(t)) + Frame.HOLD]; // it is the CPU's
            }
            object(f + Frame.COPY_PAGE, 1);
            object(f + Frame.ASLEEP, 1);
        }
        for (int mm = 0; mm < m.mms; mm++) {
            int at = layout.mm(mm);
            each(at, at + Layout.SEQ_WRITERS);
            object(at + Layout.FORKERS, 1);
            object(at + Layout.VMA_COUNT, layout.mmWords - Layout.VMA_COUNT);
            for (int slot = 0; slot < layout.vmaSlots; slot++) {
                object(Vmas.at(at, slot) + Layout.VMA_LOCK, 1);
            }
        }
        each(layout.cpuBase, layout.pageBase);
        for (int pfn = 0; pfn < layout.frames; pfn++) {
            each(layout.page(pfn), layout.page(pfn) + Layout.SINCE + 1);
        }
        object(layout.allocBase, 1);
        for (int set = 0; set < m.pins; set++) {
            each(layout.pin(set) + Layout.PIN_HEAD, layout.pin(set) + layout.pinWords);
        }
        each(layout.swapBase, layout.tlbBirthBase);
        each(layout.pinSeenBase, layout.names());
        born = new boolean[m.threads];
        for (int t = 0; t < m.threads; t++) {
            born[t] = m.s[Frame.at(t) + Frame.PC] == Pc.NOT_STARTED;
        }
    }

    /** Some words that are one object. */
    private void object(int at, int words) {
        Arrays.fill(objects, at, at + words, count++);
    }

    /** Words that are an object each. */
    private void each(int from, int to) {
        for (int at = from; at < to; at++) {
            objects[at] = count++;
        }
    }

    int count() {
        return count;
    }

    /** Switches noting on or off. */
    void noting(boolean on) {
        m.log = on ? log : null;
    }

    /** Before a step. */
    void clear() {
        log.clear();
    }

    /** What thread {@code t} touched since {@link #clear}. */
    void read(int t, Footprint into) {
        into.clear();
        if (born[t]) {
            into.read(objects[Frame.at(t) + Frame.PC]); // its parent woke it
        }
        for (int i = 0; i < log.touches(); i++) {
            int word = log.touchedWord(i);
            int object = objects[word];
            if (object == NONE) {
                throw new IllegalStateException("[simulator bug] a step touched what is no object: word=" + word);
            }
            switch (log.effect(i)) {
                case AccessLog.SEEN -> into.read(object);
                case AccessLog.MARKED -> into.write(object);
                default -> into.add(object);
            }
        }
    }

    /** What a thread that cannot run waits for. */
    void waitsFor(int t, Footprint into) {
        into.clear();
        int f = Frame.at(t);
        int pc = m.s[f + Frame.PC];
        if (m.cpus != null && m.cpus.isPlaced(t) && pc != Pc.ENDED) {
            into.read(objects[m.cpus.word(t)]);
            if (m.cpus.isPrioritized()) {
                into.read(objects[m.cpus.order()]);
            }
        }
        if (pc == Pc.NOT_STARTED) {
            into.read(objects[f + Frame.PC]);
        } else if ((pc & Pc.BLOCKING) != 0) {
            int mm = m.s[f + Frame.MM_AT];
            int lock = m.s[f + Frame.LOCK];
            switch (Pc.waitKind(pc)) {
                case Pc.WAIT_MMAP_READ -> into.read(objects[mm + Layout.MMAP_LOCK]);
                case Pc.WAIT_MMAP_WRITE -> {
                    into.write(objects[mm + Layout.MMAP_LOCK]);
                    into.read(objects[m.layout.readers(mm + Layout.MMAP_LOCK)]);
                }
                case Pc.WAIT_PTL, Pc.WAIT_PAGE, Pc.WAIT_VMA -> into.write(objects[lock]);
                case Pc.WAIT_EVENT, Pc.WAIT_POLL -> into.read(objects[m.layout.event(m.code[m.s[f + Frame.OP] + 1])]);
                case Pc.WAIT_SLOT -> {
                    into.read(objects[lock + Layout.SWAP_HAS_CACHE]);
                    into.read(objects[lock + Layout.SWAP_CACHE]);
                }
                case Pc.WAIT_WAKE -> into.read(objects[f + Frame.ASLEEP]);
                case Pc.WAIT_SEQ -> into.read(objects[mm + Layout.SEQ]);
                case Pc.WAIT_QUIET -> into.read(objects[SecondaryMmu.at(m, SecondaryMmu.IN_PROGRESS)]);
                case Pc.WAIT_ACK, Pc.WAIT_GRACE, Pc.WAIT_KICK ->
                    into.read(objects[Frame.at(m.s[f + Frame.ACK_CPU]) + Frame.HOLD]);
                default -> {
                    for (int rest = m.code[m.s[f + Frame.OP] + 1]; rest != 0; rest &= rest - 1) {
                        into.read(objects[m.layout.ended(Integer.numberOfTrailingZeros(rest))]);
                    }
                }
            }
        }
    }

    /** Everything, for a thread that has not ended: any frame may come to be mapped anywhere. */
    void remaining(int t, Footprint into) {
        into.clear();
        if (m.s[Frame.at(t) + Frame.PC] != Pc.ENDED) {
            for (int object = 0; object < count; object++) {
                into.write(object);
            }
        }
    }
}
