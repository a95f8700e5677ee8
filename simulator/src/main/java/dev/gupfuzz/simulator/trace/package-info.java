/** One schedule told: findings, tokens, replay, columns. Read Finding first. */
package dev.gupfuzz.simulator.trace;
