/** What must hold always, and what must be seen sometimes. */
package dev.gupfuzz.simulator.invariant;
