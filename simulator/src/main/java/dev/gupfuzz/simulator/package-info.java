/** The simulated machine and the search over its schedules. (kernel, scenario, strategy, seed) in, result out: no clock, no logging. */
package dev.gupfuzz.simulator;
