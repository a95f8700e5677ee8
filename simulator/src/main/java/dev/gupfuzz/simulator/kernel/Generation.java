package dev.gupfuzz.simulator.kernel;

/** Generations of the protocol; the letters are those of the kernel reference in {@code docs/kernels.md}. */
public enum Generation {
    /** fork shares every page; a write fault reuses a page only when nobody else holds a reference. */
    C("c"),
    /** fork copies maybe-pinned pages early; nothing orders that against GUP-fast. */
    D("d"),
    /** {@code write_protect_seq} orders fork and GUP-fast. */
    E("e");

    private final String key;

    Generation(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }
}
