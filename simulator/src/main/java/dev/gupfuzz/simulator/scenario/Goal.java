package dev.gupfuzz.simulator.scenario;

/** A situation that must be reachable sometimes; a search that never reached it has not settled its question. */
public record Goal(String name, String summary) {}
