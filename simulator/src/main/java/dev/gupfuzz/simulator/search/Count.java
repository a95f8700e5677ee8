package dev.gupfuzz.simulator.search;

/**
 * How often, and the lowest seeds (three at most, ascending as unsigned numbers) that show it.
 */
public record Count(long count, long[] lowestSeeds) {

    static final int SEEDS_MAX = 3;

    public Count {
        lowestSeeds = lowestSeeds.clone();
    }

    @Override
    public long[] lowestSeeds() {
        return lowestSeeds.clone();
    }
}
