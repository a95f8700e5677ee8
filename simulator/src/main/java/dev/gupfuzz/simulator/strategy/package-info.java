/** Who runs next: strategies and their texts, and following a record. Read Strategy, Scheduler and Rule first. */
package dev.gupfuzz.simulator.strategy;
