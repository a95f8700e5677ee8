/** Who runs next: random walk, PCT, and following a record. Read Scheduler first. */
package dev.gupfuzz.simulator.strategy;
