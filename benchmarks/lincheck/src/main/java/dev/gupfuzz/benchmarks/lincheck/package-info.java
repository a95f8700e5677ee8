/** The race of fork and GUP-fast in plain Java, for Lincheck to find. */
package dev.gupfuzz.benchmarks.lincheck;
