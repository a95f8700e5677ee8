package dev.gupfuzz.simulator.trace;

/** One field that a step changed. */
public record Change(String field, String before, String after) {}
