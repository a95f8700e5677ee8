/** Kernel routines as small steps, a family a file, a method a label. Read GupFast first, then CopyPte, Fork, WpPage. Each names its source and what it leaves out. */
package dev.gupfuzz.simulator.routine;
