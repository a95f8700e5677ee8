package dev.gupfuzz.simulator.machine;

import dev.gupfuzz.simulator.invariant.Invariant;

/** What is asked after a PTE changed: I1a, I1b and I2, whose support is the PTEs of one page index and its claims. */
final class PteChecks {

    private PteChecks() {}

    static void changed(Machine m, int t, int mm, int page, int pte) {
        int[] s = m.s;
        if (Pte.present(pte)) {
            int pfn = Pte.pfn(pte);
            for (int set = 0; m.log != null && Pte.write(pte) && set < m.pins; set++) {
                if (m.pinMm[set] == mm) {
                    m.see(m.layout.call(set));
                }
            }
            if (m.s[Sched.PINS_IN_FLIGHT] != 0 && Pte.write(pte)) {
                Claims.mapped(m, mm, page, pfn);
            }
            if (m.mms > 1 && !Pte.special(pte)) {
                for (int other = 0; other < m.mms; other++) {
                    int theirs = s[m.pteAt(other, page)];
                    m.see(m.pteAt(other, page));
                    if (other != mm && Pte.maps(theirs, pfn) && Pte.write(pte | theirs)) {
                        m.violate(Invariant.I2, t, page, 0);
                    }
                }
            }
        }
        m.see(m.layout.claimBase + page);
        if (s[m.layout.claimBase + page] != 0) {
            claims(m, t, mm, page, pte);
        }
    }

    private static void claims(Machine m, int t, int mm, int page, int pte) {
        int[] s = m.s;
        for (int rest = s[m.layout.claimBase + page]; rest != 0; rest &= rest - 1) {
            int set = Integer.numberOfTrailingZeros(rest);
            int pfn = Claims.pfn(m, set, page);
            m.see(m.layout.call(set));
            m.see(m.layout.pin(set) + Layout.PIN_HEAD + page - s[m.layout.pin(set) + Layout.PIN_START]);
            if (m.pinMm[set] == mm) {
                if (!Pte.maps(pte, pfn)) {
                    m.violate(Invariant.I1A, t, page, 0);
                }
            } else if (m.earlyCopy() && Pte.maps(pte, pfn)) {
                m.violate(Invariant.I1B, t, page, 0);
            }
        }
    }
}
