package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.SecondaryMmu;
import dev.gupfuzz.simulator.scenario.ThreadSpec;
import java.util.List;

/** Gives the words of the state their names and their values the form that a person reads. */
final class Names {

    private static final List<String> MM_WORDS =
            List.of("mmap_lock", "has_pinned", "write_protect_seq", "tlb_flush_pending", "tlb_flush_batched");
    private static final List<String> TABLE_WORDS = List.of(".ptl", ".pmd", ".table");
    private static final List<String> PMD_WORDS = List.of(".pmd_lock", ".pte_pages");
    private static final List<String> PAGE_WORDS = List.of("refcount", "mapcount", "flags", "content", "mapping");
    private static final List<String> SWAP_WORDS = List.of("swap_map", "swap_cache", "swap_data", "has_cache");
    private static final List<String> FILE_WORDS = List.of("cache", "disk");
    private static final List<String> FLAGS = List.of(
            "allocated",
            "anon",
            "locked",
            "dirty",
            "swapcache",
            "exclusive",
            "lazyfree",
            "file",
            "writeback",
            "lru-batch");

    private static final List<String> SECONDARY_WORDS =
            List.of("mmu_lock", "mmu_invalidate_in_progress", "mmu_invalidate_seq");

    private final Machine m;
    private final Layout layout;
    private final List<String> threads;

    Names(Machine machine) {
        this.m = machine;
        this.layout = machine.layout;
        this.threads = machine.scenario.threads();
    }

    private String cpu(int t) {
        int placed = m.scenario.world().threads.get(t).cpu();
        return placed == ThreadSpec.OWN_CPU ? threads.get(t) + ".cpu" : "cpu" + placed;
    }

    /** The name of a word, or null for registers, ghosts and what else nobody asks for. */
    String name(int word) {
        if (word < layout.mmBase) {
            int register = word - layout.threadBase;
            int t = register >> Frame.SHIFT;
            return register >= 0 && (register & (Frame.WORDS - 1)) == Frame.HOLD ? cpu(t) : null;
        }
        if (word >= layout.cpuBase && word < layout.tableBase) {
            return null;
        }
        if (word < layout.cpuBase) {
            int mm = layout.mmIndex(word);
            int offset = word - layout.mm(mm);
            String process = m.scenario.world().processes.get(mm);
            if (offset < MM_WORDS.size()) {
                return process + "." + MM_WORDS.get(offset);
            }
            boolean lock = offset >= Layout.VMAS && (offset - Layout.VMAS) % Layout.VMA_WORDS == Layout.VMA_LOCK;
            return offset == Layout.VMA_COUNT
                    ? process + ".vmas"
                    : lock ? process + ".vma" + (offset - Layout.VMAS) / Layout.VMA_WORDS + ".vm_lock" : null;
        }
        if (word < layout.pteBase && !layout.isOfTable(word)) {
            int at = word - layout.pmd(0);
            return m.scenario.world().processes.get(at / Layout.PMD_WORDS) + PMD_WORDS.get(at % Layout.PMD_WORDS);
        }
        if (word < layout.pteBase) {
            int table = (word - layout.tableBase) / Layout.TABLE_WORDS;
            String process = m.scenario.world().processes.get(table / layout.tables);
            String which = layout.tables > 1 ? String.valueOf(table % layout.tables) : "";
            return process + TABLE_WORDS.get((word - layout.tableBase) % Layout.TABLE_WORDS) + which;
        }
        if (word < layout.tlbBase) {
            int at = word - layout.pteBase;
            return m.scenario.world().processes.get(at / layout.pages) + ".pte[" + at % layout.pages + "]";
        }
        if (word < layout.pageBase) {
            int at = word - layout.tlbBase;
            int t = at / layout.pages;
            return (m.cpus != null && m.cpus.isPlaced(t) ? cpu(t) : threads.get(t)) + ".tlb[" + at % layout.pages + "]";
        }
        if (word < layout.allocBase) {
            int pfn = (word - layout.pageBase) >> Layout.PAGE_SHIFT;
            int offset = word - layout.page(pfn);
            return offset < PAGE_WORDS.size() ? "page[" + pfn + "]." + PAGE_WORDS.get(offset) : null;
        }
        if (word == layout.allocBase) {
            return "page allocator";
        }
        if (word >= layout.swapBase && word < layout.fileBase) {
            int at = word - layout.swapBase;
            return "slot[" + at / Layout.SWAP_WORDS + "]." + SWAP_WORDS.get(at % Layout.SWAP_WORDS);
        }
        if (word >= layout.fileBase && word < layout.sizeBase) {
            int at = word - layout.fileBase;
            return "file[" + at / Layout.FILE_WORDS + "]." + FILE_WORDS.get(at % Layout.FILE_WORDS);
        }
        if (word >= layout.sizeBase
                && word < layout.sizeBase + m.scenario.world().files.size()) {
            return m.scenario.world().files.get(word - layout.sizeBase).name() + ".i_size";
        }
        if (isSecondary(word)) {
            int offset = word - layout.secondaryBase;
            return offset < SecondaryMmu.ENTRIES
                    ? "kvm." + SECONDARY_WORDS.get(offset)
                    : "kvm.spte[" + (offset - SecondaryMmu.ENTRIES) + "]";
        }
        if (word >= layout.pinBase && word < layout.swapBase) {
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

    /** Of the secondary MMU, not of a thread that is at it. */
    private boolean isSecondary(int word) {
        int words = layout.secondaryMm < 0 ? 0 : SecondaryMmu.ENTRIES + layout.pages;
        return word >= layout.secondaryBase && word < layout.secondaryBase + words;
    }

    /** The value of a word as a person reads it. */
    String value(int word, int value) {
        if (word < layout.mmBase) {
            return (value & 1) != 0 ? "irqs off" : value != 0 ? "in access" : "irqs on";
        }
        if (word < layout.tableBase) {
            if ((word - layout.mmBase) % layout.mmWords == Layout.MMAP_LOCK) {
                return value == 0 ? "free" : value > 0 ? "read x" + value : "write by " + threads.get(-1 - value);
            }
            return Integer.toString(value);
        }
        if (word < layout.pteBase) {
            int lock = layout.isOfTable(word)
                    ? (word - layout.tableBase) % Layout.TABLE_WORDS - Layout.PTL
                    : (word - layout.pmd(0)) % Layout.PMD_WORDS - Layout.PMD_LOCK;
            if (lock == 0) {
                return lock(value);
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
                return flags(value);
            }
            return Integer.toString(value);
        }
        if (isSecondary(word)) {
            int offset = word - layout.secondaryBase;
            return offset >= SecondaryMmu.ENTRIES
                    ? Pte.text(value)
                    : offset == SecondaryMmu.LOCK ? lock(value) : Integer.toString(value);
        }
        if (word >= layout.swapBase && word < layout.sizeBase) {
            boolean swap = word < layout.fileBase;
            int offset =
                    swap ? (word - layout.swapBase) % Layout.SWAP_WORDS : (word - layout.fileBase) % Layout.FILE_WORDS;
            boolean data = offset == (swap ? Layout.SWAP_DATA : Layout.FILE_DISK);
            boolean frame = offset == (swap ? Layout.SWAP_CACHE : Layout.FILE_CACHE);
            return data && value >= 0
                    ? m.scenario.world().tokenName(value)
                    : frame ? value == 0 ? "none" : "pfn=" + value : Integer.toString(value);
        }
        if (word >= layout.pinBase && word < layout.swapBase) {
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

    private String lock(int value) {
        return value == 0 ? "free" : "held by " + threads.get(value - 1);
    }

    private static String flags(int value) {
        StringBuilder text = new StringBuilder((value & Layout.FLAG_ALLOCATED) != 0 ? "allocated" : "free");
        for (int i = 1; i < FLAGS.size(); i++) {
            text.append((value >> i & 1) != 0 ? " " + FLAGS.get(i) : "");
        }
        return text.toString();
    }
}
