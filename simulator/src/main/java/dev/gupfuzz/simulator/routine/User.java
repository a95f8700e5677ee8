package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Contents;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Pte;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;

/**
 * What runs outside the kernel: a CPU's loads and stores through its TLB, the device behind a pin, and waiting for other
 * threads.
 *
 * <p>Source: Intel SDM volume 3A, sections 4.8 and 4.10 (accessed and dirty flags, caching translation information): the
 * walk reads the PTE; where A or D must be set, a locked update does it and checks the permission again; the access uses the
 * translation. An interrupt, and so a TLB-flush IPI, is taken only between instructions. A page fault drops the faulting
 * CPU's entry; a CPU that keeps it ({@code --without fault-tlb-drop}) may fault through a read-only entry without a walk. Not
 * modelled: upper levels of the page table and their caches, such faults on a CPU that drops the entry (they only come back to
 * the walk), speculative fills.
 */
final class User {

    private static final int FAULT_TLB_DROP = Rule.FAULT_TLB_DROP.ordinal();

    /** The translation is in the TLB. A data choice walks again when the page table no longer agrees with it. */
    static final int ACCESS = Pc.USER;

    static final int WALK = Pc.USER | 1;
    static final int SET_AD = Pc.USER | 2;
    static final int DATA = Pc.USER | 3;
    static final int DEV_STORE = Pc.USER | 4;
    static final int DEV_LOAD = Pc.USER | 5;
    static final int AWAIT = Pc.USER | 6 | Pc.ON_THREADS;
    /** A store whose translation is in the TLB, read-only, on a CPU that keeps it. A data choice walks where the PTE is writable. */
    static final int PROTECTED = Pc.USER | 7;

    private User() {}

    static void declare() {
        Labels.define(ACCESS, "cpu", "ACCESS", Target.CONTENT, "through the TLB", new Access());
        Labels.define(WALK, "cpu", "WALK", Target.PTE, "walk, read pte", new Walk());
        Labels.define(SET_AD, "cpu", "SET_AD", Target.PTE, "walk, set A/D", new SetAd());
        Labels.define(DATA, "cpu", "DATA", Target.CONTENT, "access", new Data());
        Labels.define(DEV_STORE, "device", "DEV_STORE", Target.CONTENT, "DMA write to pinned page", new DevStore());
        Labels.define(DEV_LOAD, "device", "DEV_LOAD", Target.CONTENT, "DMA read of pinned page", new DevLoad());
        Labels.define(AWAIT, "user", "AWAIT", Target.THREAD, "wait for the other threads", new Await());
        Labels.define(PROTECTED, "cpu", "PROTECTED", Target.PTE, "through a read-only TLB entry", new Protected());
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), PROTECTED);
        Labels.pending(
                PendingAccess.loadOrStore((m, t, f) ->
                        m.pageAt(Pte.pfn(m.s[m.s[f + Frame.TLBS] + m.s[f + Frame.PAGE]])) + Layout.CONTENT),
                ACCESS);
        Labels.pending(PendingAccess.read(Places.pte(Frame.PAGE)), WALK);
        Labels.pending(PendingAccess.rmw(Places.pte(Frame.PAGE)), SET_AD);
        Labels.pending(PendingAccess.loadOrStore(Places.frame(Frame.ACCESS_PFN, Layout.CONTENT)), DATA);
        Labels.pending(PendingAccess.write(User::devicePage), DEV_STORE);
        Labels.pending(PendingAccess.read(User::devicePage), DEV_LOAD);
        Labels.pending(PendingAccess.rmw(Places.register(Frame.PC)), AWAIT);
    }

    static int beginAccess(Machine m, int t, int f) {
        if (m.cpus != null && !m.cpus.isLoaded(t)) {
            return WALK;
        }
        return hit(m, f) ? ACCESS : isProtected(m, f) ? PROTECTED : WALK;
    }

    /** The fault dropped the CPU's entry; where nothing does, it may still be there. */
    static int againAfterFault(Machine m, int t, int f) {
        return m.has(FAULT_TLB_DROP) ? WALK : beginAccess(m, t, f);
    }

    /** The TLB of a CPU that is shared may have changed: what the accesses begin with whose threads are about to make one there. */
    static void reconsider(Machine m, int cpu) {
        for (int rest = m.cpus.together(cpu); rest != 0; rest &= rest - 1) {
            int t = Integer.numberOfTrailingZeros(rest);
            int f = m.frame(t);
            int pc = m.s[f + Frame.PC];
            if (pc == ACCESS || pc == PROTECTED || pc == WALK) {
                m.s[f + Frame.PC] = beginAccess(m, t, f);
            }
        }
    }

    /** Some of the CPU's entries went away, which the caller has marked: an access that was about to use one walks instead. */
    static void flushed(Machine m, int cpu) {
        if (m.cpus != null && m.cpus.isPlaced(cpu)) {
            reconsider(m, cpu);
            return;
        }
        int f = m.frame(cpu);
        int pc = m.s[f + Frame.PC];
        boolean gone = pc == ACCESS ? !allows(m, f) : pc == PROTECTED && !isProtected(m, f);
        if (gone) {
            m.s[f + Frame.PC] = WALK;
        }
    }

    /** Whether the CPU's entry forbids the access, and no fault drops it. */
    private static boolean isProtected(Machine m, int f) {
        if (m.has(FAULT_TLB_DROP) || m.s[f + Frame.IS_WRITE] == 0) {
            return false;
        }
        int entry = m.s[m.s[f + Frame.TLBS] + m.s[f + Frame.PAGE]];
        return Pte.present(entry) && !Pte.write(entry);
    }

    /** Whether the CPU's entry allows the access without a look at the page table. */
    private static boolean hit(Machine m, int f) {
        m.see(m.s[f + Frame.TLBS] + m.s[f + Frame.PAGE]);
        return allows(m, f);
    }

    private static boolean allows(Machine m, int f) {
        int entry = m.s[m.s[f + Frame.TLBS] + m.s[f + Frame.PAGE]];
        int needed = m.s[f + Frame.IS_WRITE] != 0 ? Pte.PRESENT | Pte.WRITE | Pte.DIRTY : Pte.PRESENT;
        return (entry & needed) == needed;
    }

    private static final class Access extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int page = s[f + Frame.PAGE];
            int entry = s[s[f + Frame.TLBS] + page];
            if (Tlb.stale(m, t, page, entry)) {
                if (m.choices.choose(t, pc, 2) == 1) {
                    m.s[Sched.STEPPING] = WALK;
                    return walk(m, t, f);
                }
                Tlb.usedStale(m);
            }
            s[f + Frame.ACCESS_PFN] = Pte.pfn(entry);
            return access(m, t, f);
        }
    }

    private static final class Protected extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int pte = m.s[m.s[f + Frame.PTES] + m.s[f + Frame.PAGE]];
            m.see(m.s[f + Frame.TLBS] + m.s[f + Frame.PAGE]); // a flush would have made it walk
            if (Pte.writable(pte) && m.choices.choose(t, pc, 2) == 1) {
                m.s[Sched.STEPPING] = WALK;
                return walk(m, t, f);
            }
            m.read(m.s[f + Frame.PTES] + m.s[f + Frame.PAGE]); // not the CPU: what there is to choose depends on it
            return Fault.begin(m);
        }
    }

    private static final class Walk extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            return walk(m, t, f);
        }
    }

    private static final class SetAd extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int page = s[f + Frame.PAGE];
            int at = s[f + Frame.PTES] + page;
            m.rmw(at);
            int pte = s[at];
            boolean write = s[f + Frame.IS_WRITE] != 0;
            if (Pte.pfn(pte) != Pte.pfn(s[f + Frame.PTE]) || !(write ? Pte.writable(pte) : Pte.readable(pte))) {
                m.mark(f + Frame.HOLD);
                s[f + Frame.HOLD] &= ~2;
                m.recheck();
                return WALK;
            }
            pte |= write ? Pte.ACCESSED | Pte.DIRTY : Pte.ACCESSED;
            s[at] = pte;
            Tlb.fill(m, t, page, pte);
            s[f + Frame.ACCESS_PFN] = Pte.pfn(pte);
            return DATA;
        }
    }

    private static final class Data extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.mark(f + Frame.HOLD);
            s[f + Frame.HOLD] &= ~2;
            if (m.s[Sched.BLOCKING] != 0) {
                m.recheck();
            }
            return access(m, t, f);
        }
    }

    private static final class DevStore extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            int set = Program.operand(m, f, 1);
            Contents.deviceStore(m, t, set, Program.operand(m, f, 2), Program.operand(m, f, 3));
            return Program.next(m, t);
        }
    }

    private static final class DevLoad extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int set = Program.operand(m, f, 1);
            int entry = Program.operand(m, f, 2);
            int seen = Contents.deviceLoad(m, t, set, entry);
            if (m.expects) {
                Program.expect(m, t, f, s[m.pinAt(set) + Layout.PIN_START] + entry, seen, 3);
            }
            return Program.next(m, t);
        }
    }

    private static final class Await extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.passed(t);
            m.rmw(f + Frame.PC);
            for (int rest = m.log == null ? 0 : Program.operand(m, f, 1); rest != 0; rest &= rest - 1) {
                m.see(m.layout.ended(Integer.numberOfTrailingZeros(rest)));
            }
            return Program.next(m, t);
        }
    }

    private static int devicePage(Machine m, int t, int f) {
        return Places.pinned(m, Program.operand(m, f, 1), Program.operand(m, f, 2)) + Layout.CONTENT;
    }

    private static int access(Machine m, int t, int f) {
        int[] s = m.s;
        int page = s[f + Frame.PAGE];
        int pfn = s[f + Frame.ACCESS_PFN];
        m.see(m.zapAt(m.threadMm[t], page));
        if (s[m.zapAt(m.threadMm[t], page)] > 0) {
            m.reach(GoalPoint.ACCESS_OVERLAPS_UNMAP);
        }
        if (s[f + Frame.IS_WRITE] != 0) {
            Contents.cpuStore(m, t, page, pfn, s[f + Frame.VALUE]);
        } else {
            int seen = Contents.cpuLoad(m, t, page, pfn);
            if (m.expects) {
                Program.expect(m, t, f, page, seen, 2);
            }
        }
        return Program.next(m, t);
    }

    private static int walk(Machine m, int t, int f) {
        int[] s = m.s;
        int page = s[f + Frame.PAGE];
        int pte = m.read(s[f + Frame.PTES] + page);
        s[f + Frame.PTE] = pte;
        boolean write = s[f + Frame.IS_WRITE] != 0;
        if (!(write ? Pte.writable(pte) : Pte.readable(pte))) {
            if (m.has(FAULT_TLB_DROP)) {
                m.mark(s[f + Frame.TLBS] + page);
                s[s[f + Frame.TLBS] + page] = 0;
            } else {
                m.see(s[f + Frame.TLBS] + page); // a flush may have made it walk
            }
            return Fault.begin(m);
        }
        m.mark(f + Frame.HOLD);
        s[f + Frame.HOLD] |= 2;
        if (s[Sched.BLOCKING] != 0) {
            m.recheck();
        }
        int needed = write ? Pte.ACCESSED | Pte.DIRTY : Pte.ACCESSED;
        if ((pte & needed) != needed) {
            return SET_AD;
        }
        Tlb.fill(m, t, page, pte);
        s[f + Frame.ACCESS_PFN] = Pte.pfn(pte);
        return DATA;
    }
}
