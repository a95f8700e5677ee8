package dev.gupfuzz.simulator.kernel;

import java.util.Locale;

/** What a kernel promises about pins. It goes with the release: taking a safeguard out changes no promise. */
public enum Promise {
    WRITE_PIN("v4.8", "a page with a held write pin stays at its address"),
    NOT_SHARED("v5.9-rc7", "no other process comes to map a pinned page: fork copies it early"),
    READ_PIN("v5.19", "a page with a held read pin stays at its address, too"),
    GET_WITHOUT_FORK(
            "v5.19", "a plain reference keeps its page over swap and write-protection, as long as nobody forks"),
    LONGTERM_READ_PIN(
            "v6.2",
            "a long-term read pin of the zeropage or of a file's page in a private mapping sees what the process writes");

    private final String since;
    private final String summary;

    Promise(String since, String summary) {
        this.since = since;
        this.summary = summary;
    }

    /** The first of the kernels that gives it. */
    String since() {
        return since;
    }

    /** Its name for readers, e.g. {@code write-pin}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String summary() {
        return summary;
    }
}
