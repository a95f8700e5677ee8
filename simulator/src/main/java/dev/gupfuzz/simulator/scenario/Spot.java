package dev.gupfuzz.simulator.scenario;

/**
 * Where a name leads: pages that follow one another.
 *
 * @param kind what they are pages of
 * @param name of the region, file or pin set
 * @param of its index
 * @param first virtual page, or page among all files' pages, or entry of the pin set
 * @param count how many
 */
record Spot(Kind kind, String name, int of, int first, int count) {

    /** What has pages. */
    enum Kind {
        REGION("a region"),
        FILE("a file"),
        PIN_SET("what a pin call returned");

        final String told;

        Kind(String told) {
            this.told = told;
        }
    }

    Spot one(int i) {
        return new Spot(kind, name, of, first + i, 1);
    }
}
