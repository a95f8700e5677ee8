/**
 * Takes jobs from Kafka, runs them on every core, publishes results.
 *
 * <p>Read {@link dev.gupfuzz.worker.Worker} (what a process is made of), then {@code Member} (the life of one job), then
 * {@code Publisher} (what is sent, in which order). How a range is run is said in {@code campaign}; who issues jobs and
 * counts results is not here.
 */
@NullMarked
package dev.gupfuzz.worker;

import org.jspecify.annotations.NullMarked;
