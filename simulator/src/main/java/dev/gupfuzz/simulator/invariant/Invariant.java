package dev.gupfuzz.simulator.invariant;

/** What must hold always. The order is the order of reports; ids are those of {@code docs/invariants.md}. */
public enum Invariant {
    I1A("I1a", "a DMA-pinned page stays mapped at the address it was pinned through"),
    I1B("I1b", "a DMA-pinned page is not shared with another process"),
    I2(
            "I2",
            "no process sees what another stores to private memory: a page mapped writable is mapped by one process only"),
    I3(
            "I3",
            "a page in the swap cache that a swap entry refers to is not exclusive, and one entry of a slot at most is"),
    I4("I4", "no store goes through a stale TLB entry after the copy, the flush or the free"),
    I5("I5", "the reference count of a page equals its users"),
    I6("I6", "GUP returns a page that the address mapped, with the access asked for, during the call"),
    I7("I7", "nobody walks a page table that was freed"),
    I8("I8", "no write through a private mapping reaches the page cache"),
    I9("I9", "write_protect_seq is even at rest and has one writer at a time"),
    I10("I10", "the hardware's dirty bit is not lost on the only copy of the data"),
    I11("I11", "no deadlock, no livelock, no sleep in atomic context"),
    I12("I12", "a child has at each address a value that its parent had there during fork"),
    I13("I13", "every load and every device read sees a value that the program allows"),
    EXPECTED("must", "what the scenario says must hold");

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
