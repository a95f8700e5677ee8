package dev.gupfuzz.coordinator.http;

/** What a caller must be allowed to do. */
public enum Scope {
    /** Nothing: for everybody who can connect. */
    OPEN,
    /** See campaigns and findings. */
    READ,
    /** Create and cancel campaigns. */
    CAMPAIGN;

    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
