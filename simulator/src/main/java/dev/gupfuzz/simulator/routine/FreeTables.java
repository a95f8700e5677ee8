package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.PageTables;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Rmap;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * The page-table pages that an munmap leaves without a VMA: their PMD entries are cleared before the flush, and the pages freed
 * behind it, when nobody walks them any more. Only where {@link Layout#tablesComeAndGo}; {@link PteAlloc} brings them.
 *
 * <p>Source: mm/memory.c, free_pgtables(), free_pte_range(); mm/mmu_gather.c, tlb_remove_table(), with
 * CONFIG_MMU_GATHER_RCU_TABLE_FREE; v4.8 to v6.12. The grace period is waited for, CPU by CPU, as tlb_remove_table_one() does when
 * it has no memory for a batch, but behind the zapped pages, where the kernel has freed its tables before them; in truth most
 * table pages are freed later still. free_pte_range() takes no lock: the VMAs are gone from the tree and from rmap before it.
 *
 * <p>Where page-table pages are allocated, a walk of several pages reads the PMD in a step: GUP, a fault, fork, change_protection(),
 * MADV_FREE, clear_refs, the zap of MADV_DONTNEED and of truncation. Where none can come for the VMA at hand (the zap of munmap and of
 * exit, mremap's old address), a look rides on the step before. Walks through rmap are of one page and do not look: where there is no
 * page-table page, the PTE is none. Nor does who has read a PTE that is not none, as do_wp_page() and do_swap_page(): its page-table
 * page stays as long as the VMA. Not modelled: upper levels, exit's tables.
 */
final class FreeTables {

    private static final int PGTABLE_GRACE = Rule.PGTABLE_GRACE.ordinal();

    static final int CLEAR_PMD = Pc.ZAP | 48;
    static final int GRACE = Pc.ZAP | 49 | Pc.ON_GRACE;
    static final int FREE_TABLE = Pc.ZAP | 50;

    private FreeTables() {}

    static void declare() {
        Labels.define(CLEAR_PMD, "free_pte_range", "CLEAR_PMD", Target.TABLE, "pmd_clear(pmd)", new ClearPmd());
        Labels.define(
                GRACE,
                "tlb_remove_table_one",
                "GRACE",
                Target.CPU,
                "tlb_remove_table_sync_one(): wait for the walkers",
                new Grace());
        Labels.define(
                FREE_TABLE, "tlb_remove_table_one", "FREE", Target.TABLE, "__tlb_remove_table(table)", new FreeTable());
        Labels.pending(PendingAccess.write((m, t, f) -> table(m, f) + Layout.PMD), CLEAR_PMD);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), GRACE);
        Labels.pending(PendingAccess.rmw((m, t, f) -> table(m, f) + Layout.TABLE_LIVE), FREE_TABLE);
    }

    /** The page-table page that CURSOR names. */
    private static int table(Machine m, int f) {
        return m.layout.table(m.s[f + Frame.WALK_MM], m.s[f + Frame.CURSOR]);
    }

    /** Whether there is a page-table page for the page, where none can come for its VMA meanwhile; a ghost look. */
    static boolean isThere(Machine m, int mm, int page) {
        if (!m.layout.tablesComeAndGo) {
            return true;
        }
        int pmd = Places.pmd(m, mm, page);
        m.see(pmd);
        return m.s[pmd] != 0;
    }

    /** free_pgtables() behind the zap of an munmap, then the flush. */
    static int begin(Machine m, int t, int f) {
        int start = m.s[f + Frame.START];
        Rmap.unlink(m, m.threadMm[t], start, start + m.s[f + Frame.NR_ALL]);
        m.s[f + Frame.CURSOR] = -1;
        m.s[f + Frame.TABLES] = 0;
        return m.layout.tablesComeAndGo ? nextTable(m, t, f) : Zap.gathered(m, t, f);
    }

    private static int nextTable(Machine m, int t, int f) {
        int[] s = m.s;
        while (++s[f + Frame.CURSOR] < m.layout.tables) {
            int at = table(m, f);
            m.see(at + Layout.PMD);
            if (s[at + Layout.PMD] != 0 && touched(m, f) && !used(m, f)) {
                return CLEAR_PMD;
            }
        }
        if (s[f + Frame.TABLES] != 0) {
            s[f + Frame.FORCE_FLUSH] = 0; // freed tables ask for a flush of their own
        }
        return Zap.gathered(m, t, f);
    }

    /** Whether the unmapped range has pages of the table. */
    private static boolean touched(Machine m, int f) {
        int start = m.s[f + Frame.START];
        for (int page = start; page < start + m.s[f + Frame.NR_ALL]; page++) {
            if (m.layout.tableOf[page] == m.s[f + Frame.CURSOR]) {
                return true;
            }
        }
        return false;
    }

    /** Whether a VMA has pages of the table: floor and ceiling of free_pgtables(). */
    private static boolean used(Machine m, int f) {
        for (int page = 0; page < m.pages; page++) {
            if (m.layout.tableOf[page] == m.s[f + Frame.CURSOR] && Vmas.lookup(m, m.mmOf(f), page) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static final class ClearPmd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(table(m, f) + Layout.PMD, 0);
            m.s[f + Frame.TABLES] |= 1 << m.s[f + Frame.CURSOR];
            return nextTable(m, t, f);
        }
    }

    /** Behind the flush: frees the tables whose PMD entries were cleared. */
    static int grace(Machine m, int t, int f, int ret) {
        m.s[f + Frame.RET] = ret;
        if (!m.layout.tablesComeAndGo || m.s[f + Frame.TABLES] == 0) {
            return ret;
        }
        return m.has(PGTABLE_GRACE) ? nextWalker(m, t, f, -1) : free(m, f);
    }

    private static int nextWalker(Machine m, int t, int f, int cpu) {
        int next = Tlb.nextCpu(m, t, m.s[f + Frame.WALK_MM], cpu);
        m.s[f + Frame.ACK_CPU] = next;
        return next < 0 ? free(m, f) : GRACE;
    }

    private static int free(Machine m, int f) {
        int rest = m.s[f + Frame.TABLES];
        if (rest == 0) {
            return m.s[f + Frame.RET];
        }
        m.s[f + Frame.CURSOR] = Integer.numberOfTrailingZeros(rest);
        m.s[f + Frame.TABLES] = rest & (rest - 1);
        return FREE_TABLE;
    }

    private static final class Grace extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            int cpu = m.s[f + Frame.ACK_CPU];
            m.rmw(m.frame(cpu) + Frame.HOLD);
            return nextWalker(m, t, f, cpu);
        }
    }

    private static final class FreeTable extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.add(table(m, f) + Layout.TABLE_LIVE, 1); // odd while it is there
            PageTables.freed(m, table(m, f));
            return free(m, f);
        }
    }
}
