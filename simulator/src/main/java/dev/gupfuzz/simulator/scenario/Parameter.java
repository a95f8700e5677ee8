package dev.gupfuzz.simulator.scenario;

/** A number that a scenario can be asked with, and the value it has here. */
public record Parameter(String name, int value, int defaultValue, int min, int max, String summary) {}
