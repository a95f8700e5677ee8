package dev.gupfuzz.simulator.kernel;

/** What a kernel promises about pins. It goes with the release: taking a safeguard out changes no promise. */
public enum Promise {
    /** A page with a held write pin stays at its address. */
    WRITE_PIN("v4.8"),
    /** No other process comes to map a pinned page: fork copies it early. */
    NOT_SHARED("v5.9-rc7"),
    /** A page with a held read pin stays, too. */
    READ_PIN("v5.19"),
    /** A plain reference keeps its page over swap and write-protection, as long as nobody forks. */
    GET_WITHOUT_FORK("v5.19"),
    /** A long-term read pin of the zeropage or of a file's page in a private mapping sees what the process writes. */
    LONGTERM_READ_PIN("v6.2");

    private final String since;

    Promise(String since) {
        this.since = since;
    }

    /** The first of the kernels that gives it. */
    String since() {
        return since;
    }
}
