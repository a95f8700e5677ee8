package dev.gupfuzz.simulator.scenario;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Worlds whose threads share CPUs, and the same with a CPU each. */
public final class PlacedScenarios {

    private PlacedScenarios() {}

    public static List<Scenario> all() {
        return List.of(
                forkAndPin(true), zeroes(true), turns(true, true), unmapAndPin(true), reclaimer(true), sleeper());
    }

    /** Fork and a fast pin; child and forker take turns too. */
    public static Scenario forkAndPin(boolean together) {
        return read("""
                scenario placed-fork "fork and a fast pin"
                process parent {
                    region buffer[1] written
                }
                child child
                thread forker in parent %s {
                    fork child
                }
                thread pinner in parent %s {
                    pin buffer as io write fast
                    await forker
                    store buffer
                    device-store io
                    load buffer
                    unpin io
                }
                thread child in child %s {
                    load buffer
                    exit
                }
                window fast-pin-before-fork
                sometimes fast-pin-before-fork
                sometimes pin-after-fork
                """.formatted(cpu(together, 0), cpu(together, 0), cpu(together, 0)));
    }

    /** A reader whose CPU knows the zeropage, and who replaces it. */
    public static Scenario zeroes(boolean together) {
        return read("""
                scenario placed-zeroes "a store to a page that is read as zeroes"
                process process {
                    region buffer[1] empty
                }
                thread reader in process %s {
                    load buffer
                    load buffer
                    load buffer
                }
                thread writer in process %s {
                    store buffer
                    load buffer
                }
                window cow-copy
                sometimes cow-copy
                """.formatted(cpu(together, 3), cpu(together, 3)));
    }

    /**
     * A thread's CPU has a writable translation, its process forks elsewhere, and before the thread stores again another process
     * has run on its CPU, or not.
     */
    public static Scenario turns(boolean together, boolean stranger) {
        return read("""
                scenario placed-turns "fork, and a writer whose CPU another process has run on since its last store"
                process parent {
                    region buffer[1] written
                }
                process stranger {
                    region other[1] written
                }
                child child
                thread writer in parent %s {
                    store buffer as "before"
                    post stored
                    wait ran
                    store buffer as "after"
                    post over
                }
                thread stranger in stranger %s {
                    wait forked
                    %s
                    post ran
                }
                thread forker in parent {
                    wait stored
                    fork child
                    post forked
                }
                thread child in child {
                    wait over
                    load buffer must "before" reach kept when "before"
                    exit
                }
                check only must
                window kept
                sometimes kept "the child has what was there"
                """.formatted(cpu(together, 1), cpu(together, 1), stranger ? "load other" : ""));
    }

    /** A fast pin between the zap and the freeing of its page. */
    public static Scenario unmapAndPin(boolean together) {
        return read("""
                scenario placed-unmap "munmap and a fast pin"
                process process {
                    region buffer[1] written
                }
                thread pinner in process %s {
                    pin buffer as io write fast
                    device-store io
                    unpin io
                }
                thread unmapper in process %s {
                    munmap buffer
                }
                thread user in process on cpu 1 {
                    load buffer
                }
                window pin-overlaps-unmap
                sometimes pin-overlaps-unmap
                """.formatted(cpu(together, 1), cpu(together, 0)));
    }

    /** Reclaim on the CPU of a thread that stores. */
    public static Scenario reclaimer(boolean together) {
        return read("""
                scenario placed-reclaim "reclaim on the CPU of who uses the page"
                swap 2
                process process {
                    region buffer[1] written
                }
                thread user in process %s {
                    store buffer
                    load buffer
                }
                agent kswapd %s {
                    reclaim buffer in process
                }
                window swapped-out
                sometimes swapped-out
                """.formatted(cpu(together, 0), cpu(together, 0)));
    }

    /** Who waits for mmap_lock sleeps: its holder goes on, on the same CPU. */
    public static Scenario sleeper() {
        return read("""
                scenario placed-sleeper "two system calls that want mmap_lock for writing, on one CPU"
                process process {
                    region a[1] written
                    region b[1] written
                }
                thread one in process on cpu 0 {
                    munmap a
                }
                thread two in process on cpu 0 {
                    munmap b
                    post done
                    load a
                }
                thread three in process {
                    mprotect b read-only
                    poll done
                }
                window segv
                sometimes segv
                """);
    }

    /**
     * A low thread in a system call on its region, a high one in one on another that wants the lock that the first holds, and one
     * between the two that polls for the high one.
     */
    public static Scenario inversion(String call) {
        return read("""
                scenario placed-inversion "three priorities on one CPU"
                process process {
                    region a[1] written
                    region b[1] written
                }
                thread low in process on cpu 0 {
                    %s
                }
                thread high in process on cpu 0 priority 2 {
                    wait interrupt
                    %s
                    post done
                }
                thread middle in process on cpu 0 priority 1 {
                    wait interrupt
                    poll done
                    reach polled
                }
                agent irq {
                    post interrupt
                }
                window polled
                sometimes polled "the high one is done"
                """.formatted(call.formatted("a"), call.formatted("b")));
    }

    private static String cpu(boolean together, int cpu) {
        return together ? "on cpu " + cpu : "";
    }

    private static Scenario read(String text) {
        return ScenarioText.read("placed.gup", text.getBytes(StandardCharsets.UTF_8))
                .scenario();
    }
}
