/** JMH measurements of the simulator, the service beside bare sampling, and exploration beside SPIN and Lincheck. */
package dev.gupfuzz.benchmarks;
