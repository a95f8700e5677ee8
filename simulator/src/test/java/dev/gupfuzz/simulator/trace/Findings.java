package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Count;
import java.util.ArrayList;
import java.util.List;

/** Findings of every invariant, scenario and strategy that has any: the material of the tests here. */
final class Findings {

    private static final int SEEDS = 2_000;
    private static final int FEW_SEEDS = 60;

    /** Neither pin nor sequence; pins that fork ignores, and that it sees; the sequence; anon-exclusive pages. */
    private static final List<String> KINDS = List.of("v4.8", "v5.9-rc4", "v5.9", "v5.11", "v6.12");

    private static final List<Finding> ALL = collect();

    private Findings() {}

    /** Several dozen findings, made once. */
    static List<Finding> all() {
        return ALL;
    }

    /** Some hundred findings: of a kernel of each kind, whole and without each of its safeguards, and every race. */
    static List<Finding> ofEveryCell() {
        return OfEveryCell.FINDINGS;
    }

    /** Made when they are first asked for. */
    private static final class OfEveryCell {
        private static final List<Finding> FINDINGS = List.copyOf(collectOfEveryCell());
    }

    private static List<Finding> collectOfEveryCell() {
        List<Finding> findings = new ArrayList<>();
        for (String name : KINDS) {
            Kernel base = Kernels.named(name);
            List<Kernel> kernels = new ArrayList<>(List.of(base));
            base.safeguards().forEach(safeguard -> kernels.add(base.without(safeguard.name())));
            for (Kernel kernel : kernels) {
                for (Scenario scenario : Scenarios.races()) {
                    Cell cell = Runs.cell(kernel, scenario, "urw");
                    for (Count count : Runs.sample(cell, FEW_SEEDS).violations().values()) {
                        for (long seed : count.lowestSeeds()) {
                            findings.add(Finding.witness(cell, seed));
                        }
                    }
                }
            }
        }
        return findings;
    }

    /** One finding of each cell. */
    static List<Finding> some() {
        List<Finding> some = new ArrayList<>();
        for (Finding finding : ALL) {
            if (some.isEmpty() || !some.get(some.size() - 1).cell().equals(finding.cell())) {
                some.add(finding);
            }
        }
        return some;
    }

    /** The race in v5.9, where fork shares the page that GUP has just pinned. */
    static Finding race() {
        return ALL.get(0);
    }

    private static List<Finding> collect() {
        List<Finding> findings = new ArrayList<>();
        String[][] sources = {
            {"v5.9", "fork-vs-pin-fast"},
            {"v5.9", "fork-vs-pin-fast:pages=4"},
            {"v5.9", "fork-vs-pin-fast-writer:pages=2,has-pinned=1"},
            {"v5.9", "two-forks-vs-pin-fast"},
            {"v5.9-rc4", "pin-fork-child-exits-write"},
            {"v5.9-rc4", "pin-fork-child-exits-write:pages=16"},
            {"v5.9-rc4", "fork-vs-pin-fast"},
            {"v5.11 without fork-wrprotect", "fork-vs-write"},
            {"v5.11 without fork-tlb-flush", "fork-vs-write:pages=4"},
            {"v5.11 without fork-mmap-write-lock without fork-tlb-flush", "fork-vs-write"},
            {"v5.11 without unpin-on-retry", "fork-vs-pin-fast"},
            {"v5.11 without pte-recheck without zap-flush", "pin-fast-vs-munmap"},
            {"v5.11 without seq-init", "two-forks-vs-pin-fast"},
            {"v5.11 without eagain-drops-ptl", "two-forks-vs-pin-fast"},
            {"v5.11 without wp-pte-recheck", "fork-vs-write:pages=4"},
            {"v5.9 with write-protect-seq", "fork-vs-pin-fast"},
        };
        for (String[] source : sources) {
            for (String strategy : List.of("random", "pct:3")) {
                Cell cell = Runs.cell(source[0], source[1], strategy);
                for (Count count : Runs.sample(cell, SEEDS).violations().values()) {
                    findings.add(Finding.witness(cell, count.lowestSeeds()[0]));
                }
            }
        }
        return List.copyOf(findings);
    }
}
