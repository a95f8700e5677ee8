package dev.gupfuzz.cli;

/** One thing the program can do. Fields carry the options, as written by the user. */
interface Verb {
    /**
     * Reads the options, reports everything wrong with them at once by {@link Problems#throwIfAny()}, then does the
     * work.
     *
     * @return the exit code
     * @throws Exception what {@link Main} turns into a sentence and an exit code
     */
    int run(Session session) throws Exception;
}
