package dev.gupfuzz.simulator.scenario;

/** Where something stands in a scenario's file, counted from 1. */
record At(int line, int column) {}
