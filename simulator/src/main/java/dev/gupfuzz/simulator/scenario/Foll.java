package dev.gupfuzz.simulator.scenario;

/** What a GUP call asks for: the kernel's FOLL_ flags, and which of the functions is called. */
public final class Foll {

    public static final int WRITE = 1;
    /** {@code pin_user_pages*()}. On a kernel without FOLL_PIN the call takes plain references. */
    public static final int PIN = 1 << 1;
    /** {@code get_user_pages*()}, as vmsplice() and old O_DIRECT call it. */
    public static final int GET = 1 << 2;

    public static final int LONGTERM = 1 << 3;
    public static final int FORCE = 1 << 4;
    /** The call is one of the {@code *_fast()} functions. */
    public static final int FAST = 1 << 5;
    /** {@code FOLL_FAST_ONLY}: no fall back to slow GUP. */
    public static final int FAST_ONLY = 1 << 6;
    /** Direct I/O: FOLL_GET, or FOLL_PIN on kernels whose block layer pins ({@code iov_iter_extract_pages()}). */
    public static final int DIRECT_IO = 1 << 7;

    private Foll() {}
}
