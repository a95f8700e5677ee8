/** Takes ranges from Kafka, runs them on every core, publishes results. */
package dev.gupfuzz.worker;
