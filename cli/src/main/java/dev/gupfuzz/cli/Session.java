package dev.gupfuzz.cli;

/** What a verb gets beside its own options. {@code problems} already holds what parsing found. */
record Session(Terminal terminal, Interrupts interrupts, Problems problems) {}
