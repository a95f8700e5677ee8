package dev.gupfuzz.simulator.scenario;

/**
 * A file, or shared anonymous memory, which is a file without a name.
 *
 * @param name its name in the scenario
 * @param shmem tmpfs or shared anonymous memory: no writeback
 * @param first index of its first page among all files' pages
 * @param pages number of pages
 * @param cached whether its pages are in the page cache at the start
 */
public record FileSpec(String name, boolean shmem, int first, int pages, boolean cached) {}
