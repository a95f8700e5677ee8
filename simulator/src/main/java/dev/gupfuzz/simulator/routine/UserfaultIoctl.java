package dev.gupfuzz.simulator.routine;

import dev.gupfuzz.simulator.kernel.Rule;
import dev.gupfuzz.simulator.machine.Frame;
import dev.gupfuzz.simulator.machine.Labels;
import dev.gupfuzz.simulator.machine.Labels.Target;
import dev.gupfuzz.simulator.machine.Layout;
import dev.gupfuzz.simulator.machine.Locks;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.Pc;
import dev.gupfuzz.simulator.machine.PendingAccess;
import dev.gupfuzz.simulator.machine.StepCode;
import dev.gupfuzz.simulator.machine.Vmas;
import dev.gupfuzz.simulator.scenario.Op;
import dev.gupfuzz.simulator.scenario.Region;

/**
 * What a userfaultfd monitor asks for: UFFDIO_WRITEPROTECT and the wake that ends it; UFFDIO_CONTINUE is in {@link UserfaultContinue}.
 *
 * <p>Source: mm/userfaultfd.c, mwriteprotect_range(), v5.7 to v6.12; fs/userfaultfd.c, wake_userfault(). Not modelled: write-protection
 * of memory that is not anonymous (v5.19 on), {@code mmap_changing}, ranges over several VMAs (v6.4 on), modes that do not wake.
 */
final class UserfaultIoctl {

    private static final int UFFD_WP = Rule.UFFD_WP.ordinal();
    private static final int UFFD_MINOR = Rule.UFFD_MINOR.ordinal();

    private static final String PROTECT = "mwriteprotect_range";

    static final int LOCK = Pc.UFFD | 32 | Pc.ON_MMAP_READ;
    static final int FIND_VMA = Pc.UFFD | 33;
    static final int UNLOCK = Pc.UFFD | 34;
    static final int WAKE = Pc.UFFD | 35;

    private UserfaultIoctl() {}

    static void declare() {
        Labels.define(LOCK, PROTECT, "LOCK", Target.MMAP_LOCK, "mmap_read_lock(dst_mm)", new Lock());
        Labels.define(FIND_VMA, PROTECT, "FIND_VMA", Target.VMA, "find_dst_vma(dst_mm, start, len)", new FindVma());
        Labels.define(UNLOCK, PROTECT, "UNLOCK", Target.MMAP_LOCK, "mmap_read_unlock(dst_mm)", new Unlock());
        Labels.define(WAKE, "userfaultfd_ioctl", "WAKE", Target.THREAD, "wake_userfault(ctx, &range)", new Wake());
        Labels.pending(PendingAccess.rmw(Places.mm(Layout.MMAP_LOCK)), LOCK, UNLOCK);
        Labels.pending(PendingAccess.read(Places.mm(Layout.VMA_COUNT)), FIND_VMA);
        Labels.pending(PendingAccess.rmw(Places.register(Frame.ASLEEP)), WAKE);
    }

    /** The first step; nothing on a kernel without the ioctl. */
    static int begin(Machine m, int f) {
        boolean protects = Program.operand(m, f, 0) == Op.UFFD_WP;
        m.s[f + Frame.START] = Program.operand(m, f, 1);
        m.s[f + Frame.NR_ALL] = protects ? Program.operand(m, f, 2) : 1;
        if (protects) {
            return m.has(UFFD_WP) ? LOCK : Program.NOTHING;
        }
        return m.has(UFFD_MINOR) ? UserfaultContinue.begin(m, f) : Program.NOTHING;
    }

    private static final class Lock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            m.enter(t);
            Locks.mmapReadLock(m, t);
            return FIND_VMA;
        }
    }

    private static final class FindVma extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            int start = s[f + Frame.START];
            int end = start + s[f + Frame.NR_ALL];
            int slot = Vmas.find(m, m.mmOf(f), start);
            s[f + Frame.ABORT] = 1; // ENOENT, unless
            if (slot < 0) {
                return UNLOCK;
            }
            int vma = Vmas.at(m.mmOf(f), slot);
            int flags = s[vma + Layout.VMA_FLAGS];
            boolean anonymous = (flags & (Region.SHARED | Vmas.FILE)) == 0;
            if (!anonymous || (flags & Region.UFFD_WP) == 0 || s[vma + Layout.VMA_END] < end) {
                return UNLOCK;
            }
            s[f + Frame.ABORT] = 0;
            boolean protects = Program.operand(m, f, 3) != 0;
            int prot = flags & (Region.READ | Region.WRITE);
            int change = protects ? (prot & ~Region.WRITE) | ChangeProtection.WP : prot | ChangeProtection.WP_RESOLVE;
            return ChangeProtection.begin(m, t, f, vma, start, end, change, UNLOCK);
        }
    }

    private static final class Unlock extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            Locks.mmapReadUnlock(m, t);
            boolean wakes = m.s[f + Frame.ABORT] == 0 && Program.operand(m, f, 3) == 0;
            return wakes ? WAKE : Program.next(m, t);
        }
    }

    /** The queue of the sleepers is one object; the access stands for it. */
    private static final class Wake extends StepCode {
        @Override
        public int take(Machine m, int t, int f, int pc) {
            final int[] s = m.s;
            m.rmw(f + Frame.ASLEEP);
            int start = s[f + Frame.START] + 1;
            for (int u = 0; u < m.threads; u++) {
                int asleep = m.frame(u) + Frame.ASLEEP;
                if (m.threadMm[u] != m.threadMm[t] || u == t) {
                    continue;
                }
                m.see(asleep);
                if (s[asleep] >= start && s[asleep] < start + s[f + Frame.NR_ALL]) {
                    m.mark(asleep);
                    s[asleep] = 0;
                }
            }
            m.recheck();
            return Program.next(m, t);
        }
    }
}
