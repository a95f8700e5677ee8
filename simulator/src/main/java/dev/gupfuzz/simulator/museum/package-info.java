/** Questions about many kernels, settled by exploration: which have a bug, which safeguards are needed, when a finding came and went. */
package dev.gupfuzz.simulator.museum;
