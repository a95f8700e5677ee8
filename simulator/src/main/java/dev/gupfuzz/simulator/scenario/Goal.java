package dev.gupfuzz.simulator.scenario;

/**
 * A situation that must be reachable sometimes; a search that never reached it has not settled its question.
 *
 * @param id its name
 * @param summary what it is, in one sentence
 * @param bit its bit in a mask of goals
 */
public record Goal(String id, String summary, long bit) {}
