package dev.gupfuzz.simulator.scenario;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Small worlds with a secondary MMU, one for each routine that must tell it; {@link WideScenarios} gathers some. */
public final class NotifierScenarios {

    private NotifierScenarios() {}

    /** Those that between them come to every step. */
    public static List<Scenario> few() {
        return List.of(
                Scenarios.named("munmap-vs-secondary-mmu"),
                Scenarios.named("swap-out-vs-secondary-mmu"),
                fork(),
                cleaned());
    }

    public static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(few());
        for (String race : List.of("fork", "cow", "mprotect", "madv-free")) {
            all.add(Scenarios.named(race + "-vs-secondary-mmu"));
        }
        all.addAll(List.of(dontneed(), uffdProtect(), numa(), mremap(), softDirty(), truncate(), twoGuests()));
        return all;
    }

    /** A fork between two stores of a guest; the child's load and the guest's second store may come in any order. */
    public static Scenario fork() {
        return read("""
                scenario fork-and-guest "a guest stores before and behind a fork of its process"
                process parent { region memory[1] written }
                child child
                thread vcpu in parent {
                    guest-store memory as "first"
                    guest-store memory as "second"
                }
                thread forker in parent { fork child }
                thread child in child { load memory }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    public static Scenario dontneed() {
        return read("""
                scenario dontneed-and-guest "MADV_DONTNEED of what a guest loads, and a new page in its place"
                process process { region memory[1] written }
                thread vcpu in process { repeat 2 { guest-load memory } }
                thread other in process {
                    madvise-dontneed memory
                    store memory
                    load memory
                }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    /** A store behind the protection would wait for the monitor, which has gone. */
    public static Scenario uffdProtect() {
        return read("""
                scenario uffd-and-guest "userfaultfd write-protects what a guest has stored to and loads"
                process process { region memory[1] written uffd-wp }
                thread vcpu in process {
                    guest-store memory
                    post stored
                    repeat 2 { guest-load memory }
                }
                thread monitor in process {
                    wait stored
                    uffd-protect memory
                }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    public static Scenario numa() {
        return read("""
                scenario numa-and-guest "NUMA balancing takes the access rights from what a guest stores to"
                process process { region memory[1] written }
                thread vcpu in process {
                    guest-store memory
                    guest-load memory
                }
                thread other in process {
                    numa-protect memory
                    load memory
                }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    public static Scenario mremap() {
        return read("""
                scenario mremap-and-guest "mremap() moves what a guest stores to"
                process process {
                    region memory[1] written
                    region to[1] unmapped
                }
                thread vcpu in process {
                    guest-store memory
                    guest-load memory
                }
                thread other in process {
                    mremap memory to to
                    store to
                    load to
                }
                window spte-dropped
                sometimes spte-dropped
                sometimes segv
                """);
    }

    public static Scenario softDirty() {
        return read("""
                scenario clear-refs-and-guest "the soft-dirty bit of what a guest stores to is cleared"
                process process { region memory[1] written }
                thread vcpu in process {
                    guest-store memory as "first"
                    guest-store memory as "second"
                    guest-load memory
                }
                thread other in process { clear-soft-dirty }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    /** Writeback cleans a page that a guest stores to; it may be dropped then. */
    public static Scenario cleaned() {
        return read("""
                scenario writeback-and-guest "writeback cleans a file's page that a guest stores to, and reclaim drops it"
                file file[1] disk cached
                process process { region memory[1] shared maps file written }
                thread vcpu in process {
                    guest-store memory as "first"
                    guest-store memory as "second"
                }
                agent flusher {
                    writeback file[0]
                    file-reclaim file[0]
                }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    public static Scenario truncate() {
        return read("""
                scenario truncate-and-guest "a file is truncated whose page a guest stores to"
                file file[1] disk cached
                process process { region memory[1] shared maps file written }
                thread vcpu in process {
                    guest-store memory
                    guest-load memory
                }
                thread other in process { truncate file to 0 }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    /** Two guests of one process: the flush waits for the one that is in the middle of an access. */
    public static Scenario twoGuests() {
        return read("""
                scenario munmap-and-two-guests "an munmap beside two guests"
                process process { region memory[1] written }
                thread vcpu1 in process { guest-store memory }
                thread vcpu2 in process { guest-load memory }
                thread unmapper in process { munmap memory }
                window spte-dropped
                sometimes spte-dropped
                """);
    }

    private static Scenario read(String text) {
        return Scenarios.with(ScenarioText.read("notifier.gup", text.getBytes(StandardCharsets.UTF_8)), "");
    }
}
