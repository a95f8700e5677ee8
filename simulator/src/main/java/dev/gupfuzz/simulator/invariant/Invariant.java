package dev.gupfuzz.simulator.invariant;

/** What must hold always. The order is the order of reports; ids are those of {@code docs/invariants.md}. */
public enum Invariant {
    I1A("I1a", "a DMA-pinned page stays mapped at the address it was pinned through"),
    I1B("I1b", "a DMA-pinned page is not shared with another process"),
    I2("I2", "a page that is mapped writable is mapped by one process only"),
    I4("I4", "no store goes through a stale TLB entry after the copy, the flush or the free"),
    I5("I5", "the reference count of a page equals its users"),
    I6("I6", "GUP returns a page that the address mapped, with the access asked for, during the call"),
    I9("I9", "write_protect_seq is even at rest and has one writer at a time"),
    I11("I11", "no deadlock, no livelock"),
    I13("I13", "every load and every device read sees a value that the program allows");

    private static final Invariant[] VALUES = values();

    private final String id;
    private final String title;

    Invariant(String id, String title) {
        this.id = id;
        this.title = title;
    }

    /** As it is written everywhere, e.g. {@code I1a}. */
    public String id() {
        return id;
    }

    /** The promise, as a sentence. */
    public String title() {
        return title;
    }

    /** This invariant's bit in a mask of the invariants that are checked. */
    public int bit() {
        return 1 << ordinal();
    }

    public static Invariant of(int ordinal) {
        return VALUES[ordinal];
    }
}
