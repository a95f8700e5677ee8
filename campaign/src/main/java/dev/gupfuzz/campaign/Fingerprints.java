package dev.gupfuzz.campaign;

import dev.gupfuzz.campaign.wire.FindingRecord;
import java.util.List;

/** Hashes that let a reader tell that it has seen every finding of a result, and the same ones. */
public final class Fingerprints {
    private Fingerprints() {}

    /** Fingerprint of one witness; it depends on the run alone, not on who found it. */
    public static long of(String invariant, String where, long seed, String file) {
        return Digests.of("gupfuzz finding")
                .text(invariant)
                .text(where)
                .number(seed)
                .text(file)
                .first64();
    }

    /** The hash that a result carries over the findings sent before it; 0 without findings. */
    public static long ofAll(List<FindingRecord> findings) {
        if (findings.isEmpty()) {
            return 0;
        }
        Digests digests = Digests.of("gupfuzz findings");
        findings.forEach(finding -> digests.number(finding.getFingerprint()));
        return digests.first64();
    }
}
