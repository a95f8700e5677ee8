/** JMH measurements of the simulator, and {@code ServiceThroughput}, which compares the service with bare sampling. */
package dev.gupfuzz.benchmarks;
