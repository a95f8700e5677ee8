package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Contents;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * fork(2) around the page-table walks.
 *
 * <p>Source: kernel/fork.c, dup_mm() and dup_mmap(), wake_up_new_task(); mm/rmap.c, anon_vma_fork(); fs/userfaultfd.c,
 * dup_userfaultfd(); v4.8 to v6.12. The child's mmap_lock is taken in steps that nobody else can see. The memcpy() of the
 * mm_struct is a step only where something of it survives: without {@code seq-init}. Not modelled: uprobes, memory
 * policies, UFFD_FEATURE_EVENT_FORK, the reuse of an ancestor's anon_vma, the anon_vma that v4.14 and v4.19 give a wiped VMA at once,
 * accounting, mlock, failure; v4.8 has no VM_WIPEONFORK, so that no program of its day asks for it.
 */
final class Fork {

    private static final int FORK_MMAP_WRITE_LOCK = Rule.FORK_MMAP_WRITE_LOCK.ordinal();
    private static final int FORK_TLB_FLUSH = Rule.FORK_TLB_FLUSH.ordinal();
    private static final int FORK_VMA_LOCK = Rule.FORK_VMA_LOCK.ordinal();
    private static final int FAULTS_UNDER_VMA_LOCKS = Rule.VMA_LOCK.ordinal();
    private static final int SEQ_INIT = Rule.SEQ_INIT.ordinal();
    private static final int WRITE_PROTECT_SEQ = Rule.WRITE_PROTECT_SEQ.ordinal();

    private static final String DUP = "dup_mmap";

    static final int MEMCPY_SEQ = Pc.FORK;
    static final int MMAP_LOCK = Pc.FORK | 1 | Pc.ON_MMAP_WRITE;
    static final int MMAP_READ_LOCK = Pc.FORK | 2 | Pc.ON_MMAP_READ;
    static final int CHILD_LOCK = Pc.FORK | 3 | Pc.INVISIBLE;
    static final int DUP_VMA = Pc.FORK | 4;
    static final int CHILD_UNLOCK = Pc.FORK | 9 | Pc.INVISIBLE;
    static final int FLUSH = Pc.FORK | 10 | Pc.ON_ACK;
    static final int MMAP_UNLOCK = Pc.FORK | 11;
    static final int WAKE = Pc.FORK | 12;
    static final int VMA_LOCK = Pc.FORK | 14 | Pc.ON_VMA;

    private Fork() {}

    static void declare() {
        Labels.define(
                MEMCPY_SEQ,
                "dup_mm",
                "MEMCPY_SEQ",
                Target.SEQ,
                "memcpy(mm, oldmm): write_protect_seq",
                new MemcpySeq());
        Labels.define(MMAP_LOCK, DUP, "MMAP_LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(oldmm)", new MmapLock());
        Labels.define(
                MMAP_READ_LOCK, DUP, "MMAP_READ_LOCK", Target.MMAP_LOCK, "mmap_read_lock(oldmm)", new MmapReadLock());
        Labels.define(CHILD_LOCK, DUP, "CHILD_LOCK", Target.MMAP_LOCK, "mmap_write_lock_nested(mm)", new ChildLock());
        Labels.define(VMA_LOCK, DUP, "VMA_LOCK", Target.VMA_LOCK, "vma_start_write(mpnt)", new VmaLock());
        Labels.define(DUP_VMA, DUP, "DUP_VMA", Target.VMA, "vm_area_dup(mpnt), anon_vma_fork()", new DupVma());
        Labels.define(CHILD_UNLOCK, DUP, "CHILD_UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(mm)", new ChildUnlock());
        Labels.define(FLUSH, DUP, "FLUSH", Target.CPU, "flush_tlb_mm(oldmm)", new Flush());
        Labels.define(MMAP_UNLOCK, DUP, "MMAP_UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(oldmm)", new MmapUnlock());
        Labels.define(WAKE, "kernel_clone", "WAKE", Target.THREAD, "wake_up_new_task(p)", new Wake());
        Labels.pending(PendingAccess.read(Places.mm(Layout.SEQ)), MEMCPY_SEQ);
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), MMAP_LOCK, MMAP_READ_LOCK, MMAP_UNLOCK);
        Labels.pending(PendingAccess.write(Places.child(Layout.MMAP_LOCK)), CHILD_LOCK, CHILD_UNLOCK);
        Labels.pending(PendingAccess.rmw(Places.LOCK), VMA_LOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), DUP_VMA);
        Labels.pending(PendingAccess.rmw(Places.ACKNOWLEDGING), FLUSH);
        Labels.pending(PendingAccess.rmw((m, t, f) -> m.frame(Program.operand(m, f, 1)) + Frame.PC), WAKE);
    }

    static int begin(Machine m, int t) {
        return m.has(WRITE_PROTECT_SEQ) && !m.has(SEQ_INIT) ? MEMCPY_SEQ : lock(m);
    }

    private static int lock(Machine m) {
        return m.has(FORK_MMAP_WRITE_LOCK) ? MMAP_LOCK : MMAP_READ_LOCK;
    }

    private static void entered(Machine m, int t, int f) {
        if ((m.s[Sched.INSIDE] & 1 << t) == 0) {
            m.enter(t);
            Contents.forkBegins(m, t);
            m.s[f + Frame.PIN_HELD] = pinHeld(m, m.threadMm[t]) ? 1 : 0;
        }
    }

    /** Whether a claim is held; false where no goal asks for it. */
    private static boolean pinHeld(Machine m, int mm) {
        if (!m.asks(GoalPoint.PIN_HELD_OVER_FORK)) {
            return false;
        }
        for (int page = 0; page < m.pages; page++) {
            m.see(m.claimAt(page));
            for (int rest = m.s[m.claimAt(page)]; rest != 0; rest &= rest - 1) {
                if (m.pinMm[Integer.numberOfTrailingZeros(rest)] == mm) {
                    return true;
                }
            }
        }
        return false;
    }

    private static final class MemcpySeq extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int at = m.mmOf(f);
            entered(m, t, f);
            m.mark(child(m, f) + Layout.SEQ);
            s[child(m, f) + Layout.SEQ] = m.read(at + Layout.SEQ);
            return lock(m);
        }
    }

    private static final class MmapLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            entered(m, t, f);
            Locks.mmapWriteLock(m, t);
            return CHILD_LOCK;
        }
    }

    private static final class MmapReadLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            entered(m, t, f);
            Locks.mmapReadLock(m, t);
            return CHILD_LOCK;
        }
    }

    private static final class ChildLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(child(m, f) + Layout.MMAP_LOCK, -1 - t);
            m.s[f + Frame.WALK_END] = 0;
            return nextVma(m, f);
        }
    }

    private static final class VmaLock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.vmaStartWrite(m, t);
            return DUP_VMA;
        }
    }

    private static final class DupVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int at = m.mmOf(f);
            m.read(at + Layout.VMA_COUNT);
            int vma = Vmas.at(at, Vmas.next(m, at, s[f + Frame.WALK_END]));
            int flags = s[vma + Layout.VMA_FLAGS];
            s[f + Frame.VMA] = vma;
            s[f + Frame.VM_FLAGS] = flags;
            s[f + Frame.WALK] = s[vma];
            s[f + Frame.WALK_END] = s[vma + Layout.VMA_END];
            Locks.aim(m, f, m.threadMm[t], s[vma]);
            if ((flags & Region.DONTCOPY) != 0) {
                return nextVma(m, f);
            }
            dup(m, f, vma);
            return (flags & Region.WIPEONFORK) != 0 ? nextVma(m, f) : CopyRange.begin(m, t, f);
        }
    }

    private static final class ChildUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.write(child(m, f) + Layout.MMAP_LOCK, 0);
            if (m.has(FORK_TLB_FLUSH)) {
                Tlb.invalidate(m, t, 0, m.pages);
                return flushNext(m, t, f, -1);
            } else {
                return MMAP_UNLOCK;
            }
        }
    }

    private static final class Flush extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int cpu = s[f + Frame.ACK_CPU];
            Tlb.acknowledge(m, t, cpu, 0, m.pages);
            User.flushed(m, cpu);
            return flushNext(m, t, f, cpu);
        }
    }

    private static final class MmapUnlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            unlock(m, t, f, m.threadMm[t], s[f + Frame.CHILD_MM]);
            return WAKE;
        }
    }

    private static final class Wake extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int newThread = Program.operand(m, f, 1);
            m.rmw(m.frame(newThread) + Frame.PC);
            m.see(child(m, f) + Layout.SEQ);
            if ((s[child(m, f) + Layout.SEQ] & 1) != 0) {
                m.violate(Invariant.I9, t, 0, 0);
            }
            m.s[Sched.ENABLED] |= 1 << newThread;
            m.place(newThread, Program.next(m, newThread));
            return Program.next(m, t);
        }
    }

    /**
     * vm_area_dup(), dup_userfaultfd() and anon_vma_fork(): the child's VMA has no userfaultfd, and is found through the
     * parent's anon_vmas and one of its own. One that is wiped has none.
     */
    private static void dup(Machine m, int f, int vma) {
        final int[] s = m.s;
        int copy = Vmas.append(m, child(m, f), vma);
        s[copy + Layout.VMA_FLAGS] &= ~(Region.UFFD_WP | Region.UFFD_MINOR);
        if ((s[vma + Layout.VMA_FLAGS] & Region.WIPEONFORK) != 0) {
            s[copy + Layout.VMA_ANON] = 0;
            s[copy + Layout.VMA_CHAIN] = 0;
        } else if (s[vma + Layout.VMA_ANON] != 0) {
            s[copy + Layout.VMA_ANON] = s[f + Frame.CHILD_MM] + 1;
            s[copy + Layout.VMA_CHAIN] |= 1 << (s[f + Frame.CHILD_MM] + 1);
        }
        s[f + Frame.CHILD_ANON] = s[copy + Layout.VMA_ANON];
    }

    /** First word of the child's mm. */
    private static int child(Machine m, int f) {
        return m.mmAt(m.s[f + Frame.CHILD_MM]);
    }

    private static void unlock(Machine m, int t, int f, int mm, int child) {
        int[] s = m.s;
        if (m.has(FORK_MMAP_WRITE_LOCK)) {
            // reclaim, writeback and faults under VMA locks that fork leaves alone flush on their own, perhaps later
            if (!m.layout.hasRmap && (!m.has(FAULTS_UNDER_VMA_LOCKS) || m.has(FORK_VMA_LOCK))) {
                Tlb.checkAtUnlock(m, t, mm);
            }
            Locks.mmapWriteUnlock(m, t);
        } else {
            Locks.mmapReadUnlock(m, t);
        }
        Contents.forkEnds(m, t, child);
        if (s[f + Frame.PIN_HELD] != 0 && pinHeld(m, mm)) {
            m.reach(GoalPoint.PIN_HELD_OVER_FORK);
        }
        int at = m.mmOf(f);
        m.see(at + Layout.SEQ);
        if (s[at + Layout.SEQ_WRITERS] == 0 && (s[at + Layout.SEQ] & 1) != 0) {
            m.violate(Invariant.I9, t, 0, 0);
        }
    }

    /** {@code mpnt = mpnt->vm_next}: the list is stable under mmap_lock, so its end needs no step of its own. */
    static int nextVma(Machine m, int f) {
        int slot = Vmas.next(m, m.mmOf(f), m.s[f + Frame.WALK_END]);
        if (slot < 0) {
            return CHILD_UNLOCK;
        } else if (m.has(FORK_VMA_LOCK)) {
            Locks.aimVma(m, f, Vmas.at(m.mmOf(f), slot));
            return VMA_LOCK;
        } else {
            return DUP_VMA;
        }
    }

    private static int flushNext(Machine m, int t, int f, int cpu) {
        int next = Tlb.nextCpu(m, t, cpu);
        m.s[f + Frame.ACK_CPU] = next;
        return next < 0 ? MMAP_UNLOCK : FLUSH;
    }
}
