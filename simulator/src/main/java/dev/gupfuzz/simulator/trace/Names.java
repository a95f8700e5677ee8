package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pte;
import java.util.List;

/** Gives the words of the state their names and their values the form that a person reads. */
final class Names {

    private static final List<String> MM_WORDS = List.of("mmap_lock", "ptl", "has_pinned", "write_protect_seq");
    private static final List<String> PAGE_WORDS = List.of("refcount", "mapcount", "flags", "content");

    private final Machine m;
    private final Layout layout;
    private final List<String> threads;

    Names(Machine machine) {
        this.m = machine;
        this.layout = machine.layout;
        this.threads = machine.scenario.threads();
    }

    /** The name of a word, or null for registers, ghosts and what else nobody asks for. */
    String name(int word) {
        if (word < layout.mmBase) {
            int register = word - layout.threadBase;
            int t = register >> Frame.SHIFT;
            return register >= 0 && (register & (Frame.WORDS - 1)) == Frame.HOLD ? threads.get(t) + ".cpu" : null;
        }
        if (word < layout.pteBase) {
            int mm = (word - layout.mmBase) >> Layout.MM_SHIFT;
            int offset = word - layout.mm(mm);
            String process = m.scenario.world().processes.get(mm);
            if (offset < MM_WORDS.size()) {
                return process + "." + MM_WORDS.get(offset);
            }
            return offset == Layout.VMAS ? process + ".vmas" : null;
        }
        if (word < layout.tlbBase) {
            int at = word - layout.pteBase;
            return m.scenario.world().processes.get(at / layout.pages) + ".pte[" + at % layout.pages + "]";
        }
        if (word < layout.pageBase) {
            int at = word - layout.tlbBase;
            return threads.get(at / layout.pages) + ".tlb[" + at % layout.pages + "]";
        }
        if (word < layout.allocBase) {
            int pfn = (word - layout.pageBase) >> Layout.PAGE_SHIFT;
            int offset = word - layout.page(pfn);
            return offset < PAGE_WORDS.size() ? "page[" + pfn + "]." + PAGE_WORDS.get(offset) : null;
        }
        if (word == layout.allocBase) {
            return "page allocator";
        }
        if (word >= layout.pinBase && word < layout.ghosts) {
            int set = (word - layout.pinBase) / layout.pinWords;
            int offset = (word - layout.pinBase) % layout.pinWords;
            return offset == Layout.PIN_NR
                    ? "pins.nr"
                    : offset < Layout.PIN_HEAD
                            ? null
                            : (layout.pins > 1 ? "pins" + set : "pins") + "[" + (offset - Layout.PIN_HEAD) + "]";
        }
        return null;
    }

    /** The value of a word as a person reads it. */
    String value(int word, int value) {
        if (word < layout.mmBase) {
            return (value & 1) != 0 ? "irqs off" : value != 0 ? "in access" : "irqs on";
        }
        if (word < layout.pteBase) {
            int offset = (word - layout.mmBase) % (1 << Layout.MM_SHIFT);
            if (offset == Layout.MMAP_LOCK) {
                return value == 0 ? "free" : value > 0 ? "read x" + value : "write by " + threads.get(-1 - value);
            }
            if (offset == Layout.PTL) {
                return value == 0 ? "free" : "held by " + threads.get(value - 1);
            }
            return Integer.toString(value);
        }
        if (word < layout.pageBase) {
            return Pte.text(value);
        }
        if (word < layout.allocBase) {
            int offset = (word - layout.pageBase) % (1 << Layout.PAGE_SHIFT);
            if (offset == Layout.CONTENT) {
                return m.scenario.world().tokenName(value);
            }
            if (offset == Layout.FLAGS) {
                return ((value & Layout.FLAG_ALLOCATED) != 0 ? "allocated" : "free")
                        + ((value & Layout.FLAG_ANON) != 0 ? " anon" : "")
                        + ((value & Layout.FLAG_LOCKED) != 0 ? " locked" : "");
            }
            return Integer.toString(value);
        }
        if (word >= layout.pinBase && word < layout.ghosts) {
            int offset = (word - layout.pinBase) % layout.pinWords;
            if (offset == Layout.PIN_NR) {
                return value == -1 ? "in flight" : value == -2 ? "none" : value == -3 ? "unpinned" : "" + value;
            }
            int pfn = value & Layout.ENTRY_PFN;
            return (pfn == 0 ? "none" : "pfn=" + pfn)
                    + ((value & Layout.ENTRY_HELD) != 0 ? " held" : "")
                    + ((value & Layout.ENTRY_VOID) != 0 ? " void" : "");
        }
        return Integer.toString(value);
    }
}
