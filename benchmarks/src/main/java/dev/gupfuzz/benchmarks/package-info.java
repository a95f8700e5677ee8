/** JMH measurements of the simulator. */
package dev.gupfuzz.benchmarks;
