package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.machine.Machine;

/** What a scenario's file may ask for at most; a file that asks for more is refused with the number. */
final class Limits {

    /** Bytes of a file. */
    static final int BYTES = 1 << 16;
    /** Characters of a name, after its braces are filled in, ... */
    static final int NAME = 40;
    /** ... and of a text. */
    static final int TEXT = 200;
    /** Blocks inside blocks, and brackets inside brackets. */
    static final int DEPTH = 24;
    /** Operators of an expression, beside those in its brackets. */
    static final int OPERATORS = 50;
    /** Problems that are told; a file that is not a scenario at all would have one for each line. */
    static final int PROBLEMS = 40;
    /** The largest number that an expression may come to. */
    static final long NUMBER = Integer.MAX_VALUE;

    /** Digits of a number, leading zeros included. */
    static final int DIGITS = 18;
    /** Statements, pages and operators that are gone through while a scenario is put together. */
    static final int WORK = 400_000;

    static final int PARAMETERS = 16;
    static final int PROCESSES = 8;
    static final int PRIORITY = 99;
    static final int THREADS = Machine.THREADS_MAX;
    /** Virtual pages. */
    static final int PAGES = 128;

    static final int REGIONS = 32;
    static final int TABLES = 8;
    static final int FILES = 8;
    /** Pages of all files. */
    static final int FILE_PAGES = 64;

    static final int SWAP_SLOTS = 64;
    static final int EVENTS = 16;
    /** The ghost state has a half word of them for each frame. */
    static final int PIN_SETS = 16;
    /** Rows of all programs, with everything unrolled. */
    static final int ROWS = 4096;

    static final int OWN_GOALS = World.OWN_GOALS_MAX;
    static final int GOALS = GoalPoint.OWN + OWN_GOALS;

    private Limits() {}
}
