package dev.gupfuzz.simulator.scenario;

/**
 * What a simulated thread does next, as one row of ints: {@code {code, a, b, c}}. A program is an array of such rows.
 */
public final class Op {

    /** Ints of a row. */
    public static final int WORDS = 4;

    /** Load one byte of page {@code a}. */
    public static final int LOAD = 0;
    /** Store token {@code b} to page {@code a}. */
    public static final int STORE = 1;
    /** {@code pin_user_pages_fast(FOLL_PIN | FOLL_WRITE)} of {@code c} pages from page {@code b} into pin set {@code a}. */
    public static final int PIN = 2;
    /** {@code unpin_user_pages()} of pin set {@code a}. */
    public static final int UNPIN = 3;
    /** The device stores token {@code c} through entry {@code b} of pin set {@code a}. */
    public static final int DEV_STORE = 4;
    /** The device loads through entry {@code b} of pin set {@code a}. */
    public static final int DEV_LOAD = 5;
    /** {@code fork()}; thread {@code a} is the child's. */
    public static final int FORK = 6;
    /** {@code exit_group()} of a single-threaded process: the address space goes away. */
    public static final int EXIT = 7;
    /** {@code munmap()} of {@code b} pages from page {@code a}. */
    public static final int MUNMAP = 8;
    /** Wait until every thread of mask {@code a} has ended. */
    public static final int AWAIT = 9;

    private Op() {}
}
