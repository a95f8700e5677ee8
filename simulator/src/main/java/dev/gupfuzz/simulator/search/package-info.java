/** Many schedules: counting them, on several cores, with the same result on any number. The only package that starts threads. */
package dev.gupfuzz.simulator.search;
