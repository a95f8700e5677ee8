package dev.gupfuzz.cli;

import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.Trace;
import java.util.Optional;

/**
 * The run of one bare seed.
 *
 * @param finding what it broke, if anything
 */
record SeedRun(Cell cell, long seed, Trace trace, Optional<Finding> finding) {

    static SeedRun of(Cell cell, long seed) {
        Trace trace = Trace.ofSeed(cell, seed);
        return new SeedRun(cell, seed, trace, trace.violation().map(blame -> Finding.witness(cell, seed)));
    }
}
