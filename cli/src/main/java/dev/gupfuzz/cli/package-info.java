/** The program {@code gupfuzz}: parses, calls, prints, returns an exit code. */
package dev.gupfuzz.cli;
