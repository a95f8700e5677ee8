/** JMH measurements of the simulator, {@code ServiceThroughput}, which compares the service with bare sampling, and what {@code spin/compare} runs beside SPIN. */
package dev.gupfuzz.benchmarks;
