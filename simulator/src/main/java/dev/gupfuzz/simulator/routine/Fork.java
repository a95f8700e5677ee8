package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Memory;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.Sched;
import dev.gupfuzz.simulator.machine.Tlb;
import dev.gupfuzz.simulator.machine.Vmas;

/**
 * fork(2) around the page-table walk.
 *
 * <p>Source: kernel/fork.c, dup_mm() and dup_mmap(), wake_up_new_task(); mm/memory.c, copy_page_range(); v5.9-rc4 to v5.11.
 * The child's own locks are taken in steps that nobody else can see. The memcpy() of the mm_struct is a step only where
 * something of it survives: without {@code seq-init}. Not modelled: upper page-table levels, uprobes, mmu notifiers, memory
 * policies, userfaultfd contexts, accounting, allocation failure, VM_DONTCOPY and VM_WIPEONFORK.
 */
final class Fork {

    private static final String DUP = "dup_mmap";
    private static final String RANGE = "copy_page_range";

    static final int MEMCPY_SEQ = Pc.FORK;
    static final int MMAP_LOCK = Pc.FORK | 1 | Pc.ON_MMAP_WRITE;
    static final int MMAP_READ_LOCK = Pc.FORK | 2 | Pc.ON_MMAP_READ;
    static final int CHILD_LOCK = Pc.FORK | 3 | Pc.INVISIBLE;
    static final int DUP_VMA = Pc.FORK | 4;
    static final int SEQ_BEGIN_LOAD = Pc.FORK | 5;
    static final int SEQ_BEGIN_STORE = Pc.FORK | 6;
    static final int SEQ_END_LOAD = Pc.FORK | 7;
    static final int SEQ_END_STORE = Pc.FORK | 8;
    static final int CHILD_UNLOCK = Pc.FORK | 9 | Pc.INVISIBLE;
    static final int FLUSH = Pc.FORK | 10 | Pc.ON_ACK;
    static final int MMAP_UNLOCK = Pc.FORK | 11;
    static final int WAKE = Pc.FORK | 12;
    static final int TEST_ANON_VMA = Pc.FORK | 13;

    private Fork() {}

    static void declare() {
        Labels.define(
                MEMCPY_SEQ,
                "dup_mm",
                "MEMCPY_SEQ",
                Target.SEQ,
                "memcpy(mm, oldmm): write_protect_seq",
                Fork::onMemcpySeq);
        Labels.define(
                MMAP_LOCK, DUP, "MMAP_LOCK", Target.MMAP_LOCK, "mmap_write_lock_killable(oldmm)", Fork::onMmapLock);
        Labels.define(
                MMAP_READ_LOCK, DUP, "MMAP_READ_LOCK", Target.MMAP_LOCK, "mmap_read_lock(oldmm)", Fork::onMmapReadLock);
        Labels.define(CHILD_LOCK, DUP, "CHILD_LOCK", Target.MMAP_LOCK, "mmap_write_lock_nested(mm)", Fork::onChildLock);
        Labels.define(DUP_VMA, DUP, "DUP_VMA", Target.VMA, "vm_area_dup(mpnt), anon_vma_fork()", Fork::onDupVma);
        Labels.define(TEST_ANON_VMA, RANGE, "TEST_ANON_VMA", Target.VMA, "!src_vma->anon_vma", Fork::onTestAnonVma);
        Labels.define(
                SEQ_BEGIN_LOAD,
                RANGE,
                "SEQ_BEGIN_LOAD",
                Target.SEQ,
                "raw_write_seqcount_begin(): load sequence",
                Fork::onSeqBeginLoad);
        Labels.define(
                SEQ_BEGIN_STORE,
                RANGE,
                "SEQ_BEGIN_STORE",
                Target.SEQ,
                "raw_write_seqcount_begin(): sequence++",
                Fork::onSeqBeginStore);
        Labels.define(
                SEQ_END_LOAD,
                RANGE,
                "SEQ_END_LOAD",
                Target.SEQ,
                "raw_write_seqcount_end(): load sequence",
                Fork::onSeqEndLoad);
        Labels.define(
                SEQ_END_STORE,
                RANGE,
                "SEQ_END_STORE",
                Target.SEQ,
                "raw_write_seqcount_end(): sequence++",
                Fork::onSeqEndStore);
        Labels.define(
                CHILD_UNLOCK, DUP, "CHILD_UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(mm)", Fork::onChildUnlock);
        Labels.define(FLUSH, DUP, "FLUSH", Target.CPU, "flush_tlb_mm(oldmm)", Fork::onFlush);
        Labels.define(
                MMAP_UNLOCK, DUP, "MMAP_UNLOCK", Target.MMAP_LOCK, "mmap_write_unlock(oldmm)", Fork::onMmapUnlock);
        Labels.define(WAKE, "kernel_clone", "WAKE", Target.THREAD, "wake_up_new_task(p)", Fork::onWake);
    }

    static void begin(Machine m, int t) {
        m.go(t, m.writeProtectSeq() && !m.seqInit() ? MEMCPY_SEQ : lock(m));
    }

    private static int lock(Machine m) {
        return m.forkMmapWriteLock() ? MMAP_LOCK : MMAP_READ_LOCK;
    }

    private static void entered(Machine m, int t, int f) {
        if ((m.s[Sched.INSIDE] & 1 << t) == 0) {
            m.enter(t);
            Memory.forkBegins(m, t);
            m.s[f + Frame.PIN_HELD] = pinHeld(m, m.threadMm[t]) ? 1 : 0;
        }
    }

    private static boolean pinHeld(Machine m, int mm) {
        for (int page = 0; page < m.pages; page++) {
            for (int rest = m.s[m.layout.claimBase + page]; rest != 0; rest &= rest - 1) {
                if (m.pinMm[Integer.numberOfTrailingZeros(rest)] == mm) {
                    return true;
                }
            }
        }
        return false;
    }

    static void onMemcpySeq(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = m.mmOf(f);
        entered(m, t, f);
        s[child(m, f) + Layout.SEQ] = m.read(at + Layout.SEQ);
        m.go(t, lock(m));
    }

    static void onMmapLock(Machine m, int t, int f, int pc) {
        entered(m, t, f);
        m.mmapWriteLock(t);
        m.go(t, CHILD_LOCK);
    }

    static void onMmapReadLock(Machine m, int t, int f, int pc) {
        entered(m, t, f);
        m.mmapReadLock(t);
        m.go(t, CHILD_LOCK);
    }

    static void onChildLock(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        m.write(child(m, f) + Layout.MMAP_LOCK, -1 - t);
        s[f + Frame.WALK_END] = 0;
        nextVma(m, t, f);
    }

    static void onDupVma(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = m.mmOf(f);
        m.read(at + Layout.VMAS);
        int vma = Vmas.at(at, Vmas.next(m, at, s[f + Frame.WALK_END]));
        Vmas.append(m, child(m, f), s[vma], s[vma + 1], s[vma + 2]);
        s[f + Frame.WALK] = s[vma];
        s[f + Frame.WALK_END] = s[vma + 1];
        s[f + Frame.VMA] = vma;
        m.go(t, TEST_ANON_VMA);
    }

    static void onTestAnonVma(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = m.mmOf(f);
        if (m.read(s[f + Frame.VMA] + 2) == 0) {
            nextVma(m, t, f); // the child refaults what it needs
        } else if (m.writeProtectSeq()) {
            m.go(t, SEQ_BEGIN_LOAD);
        } else {
            beginWalk(m, t, f, at);
        }
    }

    static void onSeqBeginLoad(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = m.mmOf(f);
        s[f + Frame.SEQ] = m.read(at + Layout.SEQ);
        m.go(t, SEQ_BEGIN_STORE);
    }

    static void onSeqBeginStore(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = m.mmOf(f);
        if ((s[at + Layout.SEQ] & 1) != 0 || s[at + Layout.SEQ_WRITERS] > 0) {
            m.violate(Invariant.I9, t, 0, 0);
        }
        s[at + Layout.SEQ_WRITERS]++;
        m.write(at + Layout.SEQ, s[f + Frame.SEQ] + 1);
        beginWalk(m, t, f, at);
    }

    static void onSeqEndLoad(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = m.mmOf(f);
        s[f + Frame.SEQ] = m.read(at + Layout.SEQ);
        m.go(t, SEQ_END_STORE);
    }

    static void onSeqEndStore(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int at = m.mmOf(f);
        s[at + Layout.SEQ_WRITERS]--;
        m.write(at + Layout.SEQ, s[f + Frame.SEQ] + 1);
        nextVma(m, t, f);
    }

    static void onChildUnlock(Machine m, int t, int f, int pc) {
        m.write(child(m, f) + Layout.MMAP_LOCK, 0);
        if (m.forkTlbFlush()) {
            Tlb.invalidate(m, t, 0, m.pages);
            flushNext(m, t, f, -1);
        } else {
            m.go(t, MMAP_UNLOCK);
        }
    }

    static void onFlush(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int cpu = s[f + Frame.ACK_CPU];
        Tlb.acknowledge(m, t, cpu, 0, m.pages);
        User.flushed(m, cpu);
        flushNext(m, t, f, cpu);
    }

    static void onMmapUnlock(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        unlock(m, t, f, m.threadMm[t], s[f + Frame.CHILD_MM]);
        m.go(t, WAKE);
    }

    static void onWake(Machine m, int t, int f, int pc) {
        final int[] s = m.s;
        int newThread = Program.operand(m, f, 1);
        m.rmw(m.frame(newThread) + Frame.PC);
        if ((s[child(m, f) + Layout.SEQ] & 1) != 0) {
            m.violate(Invariant.I9, t, 0, 0);
        }
        m.s[Sched.ENABLED] |= 1 << newThread;
        Program.next(m, newThread);
        Program.next(m, t);
    }

    /** First word of the child's mm. */
    private static int child(Machine m, int f) {
        return m.layout.mm(m.s[f + Frame.CHILD_MM]);
    }

    private static void unlock(Machine m, int t, int f, int mm, int child) {
        int[] s = m.s;
        if (m.forkMmapWriteLock()) {
            Tlb.checkAtUnlock(m, t, mm);
            m.mmapWriteUnlock(t);
        } else {
            m.mmapReadUnlock(t);
        }
        Memory.forkEnds(m, t, child);
        if (s[f + Frame.PIN_HELD] != 0 && pinHeld(m, mm)) {
            m.reach(GoalPoint.PIN_HELD_OVER_FORK);
        }
        int at = m.mmOf(f);
        if (s[at + Layout.SEQ_WRITERS] == 0 && (s[at + Layout.SEQ] & 1) != 0) {
            m.violate(Invariant.I9, t, 0, 0);
        }
    }

    /** {@code mpnt = mpnt->vm_next}: the list is stable under mmap_lock, so its end needs no step of its own. */
    private static void nextVma(Machine m, int t, int f) {
        boolean more = Vmas.next(m, m.mmOf(f), m.s[f + Frame.WALK_END]) >= 0;
        m.go(t, more ? DUP_VMA : CHILD_UNLOCK);
    }

    private static void beginWalk(Machine m, int t, int f, int at) {
        m.s[at + Layout.WALKERS]++;
        for (int rest = m.s[Sched.PINS_IN_FLIGHT]; rest != 0; rest &= rest - 1) {
            if (m.pinMm[Integer.numberOfTrailingZeros(rest)] == m.threadMm[t]) {
                m.reach(GoalPoint.PIN_OVERLAPS_FORK);
            }
        }
        m.s[f + Frame.PREALLOC] = 0;
        m.go(t, CopyPte.DST_LOCK);
    }

    /** copy_page_range() is done with this VMA. */
    static void walked(Machine m, int t) {
        int at = m.mmOf(m.frame(t));
        m.s[at + Layout.WALKERS]--;
        if (m.writeProtectSeq() && m.seqEnd()) {
            m.go(t, SEQ_END_LOAD);
        } else {
            m.s[at + Layout.SEQ_WRITERS] -= m.writeProtectSeq() ? 1 : 0;
            nextVma(m, t, m.frame(t));
        }
    }

    private static void flushNext(Machine m, int t, int f, int cpu) {
        int next = Tlb.nextCpu(m, t, cpu);
        m.s[f + Frame.ACK_CPU] = next;
        m.go(t, next < 0 ? MMAP_UNLOCK : FLUSH);
    }
}
