/**
 * The program {@code gupfuzz}: parses, calls, prints, returns an exit code.
 *
 * <p>Read {@link dev.gupfuzz.cli.Main} first, then {@link dev.gupfuzz.cli.FuzzVerb} and {@link
 * dev.gupfuzz.cli.FuzzRun}, then {@link dev.gupfuzz.cli.UpVerb}. Every verb is one small class; classes of Kafka and
 * Vert.x are touched only while a verb that needs them runs, so that a search starts fast. Nothing here decides what a
 * violation is.
 */
@NullMarked
package dev.gupfuzz.cli;

import org.jspecify.annotations.NullMarked;
