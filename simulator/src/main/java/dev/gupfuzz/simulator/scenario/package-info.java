/** Start worlds and programs. Read Scenarios for the built-in ones. */
package dev.gupfuzz.simulator.scenario;
