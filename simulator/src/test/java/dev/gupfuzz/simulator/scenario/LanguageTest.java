package dev.gupfuzz.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each word of the language comes to. */
class LanguageTest {

    /** A world in which every statement has something to be about. */
    private static final String WORLD = """
            # A story.

            scenario test "a test"

            param n = 2 in 1..4 "pages"

            file data[4] disk cached
            file tmp[2] shmem cached
            swap 4 synchronous
            lru-batch
            promise get

            process p static pinned-before 1 {
                region a[n + 1] written uffd-wp
                region hole[n + 1] unmapped table 1
                region m[2] maps data[1] shared read-write
                region late[1] maps data unmapped
                region minor[2] maps tmp shared uffd-minor empty
            }
            child c

            window goal
            sometimes goal "a goal of its own"
            sometimes slow-path

            thread before in p {
                post happened
                store a as "before {n}"
            }
            thread other in p {
                pin a[1] as other write fast
                reach goal
            }
            thread t in p {
            %s
            }
            agent k {
                wait happened
                %s
            }
            thread child in c {
                exit
            }
            """;

    static ScenarioText read(String text) {
        return ScenarioText.read("test.gup", text.getBytes(StandardCharsets.UTF_8));
    }

    private static World world(String statements, String agents) {
        return read(WORLD.formatted("fork c\n" + statements, agents)).scenario().world();
    }

    private static String rows(World world, String role) {
        ThreadSpec thread = world.threads.stream()
                .filter(t -> t.role().equals(role))
                .findFirst()
                .orElseThrow();
        StringBuilder rows = new StringBuilder();
        for (int[] row : thread.program()) {
            int end = row.length;
            while (end > 1 && row[end - 1] == 0) {
                end--;
            }
            rows.append(rows.length() == 0 ? "" : " ")
                    .append(Arrays.toString(Arrays.copyOf(row, end)).replace(" ", ""));
        }
        return rows.toString();
    }

    /** Pages: a is 0 to 2, hole 3 to 5, m 6 and 7, late 8, minor 9 and 10; the stores to a[0] are zero, initial, before, ... */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            load a[1]                                        | [0,1]
            load m                                           | [0,6] [0,7]
            load a[0] must initial or "before 2"             | [0,0,6]
            load a[0] must zero reach goal when "before {n}" | [0,0,1,1,4]
            store a[2]                                       | [1,2,515]
            store m[0] as "x"                                | [1,6,3074]
            pin a as io write fast                           | [2,1,0,3,35]
            pin a[0..1] as io read slow longterm             | [2,1,0,2,10]
            pin a[0] as io write slow force                  | [2,1,0,1,19]
            get m as io read fast                            | [2,1,6,2,36]
            get m[1] as io read fast-only                    | [2,1,7,1,100]
            direct-io a[1] as io write fast                  | [2,1,1,1,161]
            unpin other                                      | [3]
            device-store other as "dma"                      | [4,0,0,259]
            device-load other[0] must "before 2"             | [5,0,0,4]
            munmap a[1..2]                                   | [8,1,2]
            await before, other                              | [9,3]
            post e                                           | [10,1]
            reach goal                                       | [12]
            mmap late                                        | [13,3]
            mprotect a read-only                             | [14,0,3,1]
            mprotect m[1] no-access                          | [14,7,1]
            mprotect m read-write                            | [14,6,2,3]
            madvise-dontneed a                               | [15,0,3]
            madvise-free a[0]                                | [16,0,1]
            mremap a to hole                                 | [17,0,3,3]
            mremap a[2] to hole[0]                           | [17,2,1,3]
            truncate data to 1                               | [18,0,1]
            file-write data[3] as "w"                        | [19,3,3586]
            file-read tmp must zero                          | [20,4,1] [20,5,1]
            mem-write a[0]                                   | [21,0,3]
            mem-read a[0]                                    | [22]
            uffd-protect a                                   | [23,0,3,1]
            uffd-unprotect a[1]                              | [23,1,1]
            uffd-continue minor                              | [24,9] [24,10]
            clear-soft-dirty                                 | [25]
            numa-protect a                                   | [26,0,3]
            reclaim a[0..1]                                  | [27] [27,1]
            reclaim a[0] in c                                | [27,0,1]
            lru-drain                                        | [28]
            hold 1024 of a[1]                                | [29,1,1024]
            release 1024 of a[1]                             | [30,1,1024]
            writeback data[2]                                | [31,2]
            file-reclaim tmp[1]                              | [32,5]
            repeat 2 { lru-drain }                           | [28] [28]
            for i in 1..n { load a[i] }                      | [0,1] [0,2]
            for i in 2..1 { load a[i] }                      | ''
            for x in a[1..2] { load x }                      | [0,1] [0,2]
            for x in m { load x }                            | [0,6] [0,7]
            for x in other { device-load x }                 | [5]
            for x in data { writeback x }                    | [31] [31,1] [31,2] [31,3]
            if n == 2 and not (n > 2) { exit-not } else { }  | -
            """)
    void shouldLowerEachStatement(String statement, String rows) {
        if (rows.equals("-")) {
            return;
        }
        assertThat(rows(world(statement, "lru-drain"), "t")).isEqualTo(("[6,4,1] " + rows).strip());
    }

    @Test
    void shouldLetAgentsDoWhatNeedsNoAddressSpace() {
        World world = world("lru-drain", "reclaim a[0]\nwriteback data[0]\nfile-reclaim data[1]\nlru-drain");

        assertThat(rows(world, "k")).isEqualTo("[11] [27] [31] [32,1] [28]");
        assertThat(world.threads.get(3).agent()).isTrue();
        assertThat(world.threads.get(4).child()).isTrue();
    }

    /** Every operation of the machine can be written down. */
    @Test
    void shouldHaveAStatementForEveryOperation() {
        TreeSet<Integer> written = new TreeSet<>();
        for (Verb verb : Verb.values()) {
            written.add(verb.op);
        }
        assertThat(written).hasSize(Op.CODES).last().isEqualTo(Op.CODES - 1);
    }

    @Test
    void shouldMakeTheWorld() {
        World world = world("lru-drain", "lru-drain");

        assertThat(world.pages).isEqualTo(11);
        assertThat(world.processes).containsExactly("p", "c");
        assertThat(world.children).containsExactly(false, true);
        assertThat(world.statics).containsExactly(true, false);
        assertThat(world.pinnedBefore).containsExactly(1, 0);
        assertThat(world.swapSlots).isEqualTo(4);
        assertThat(world.synchronousSwap).isTrue();
        assertThat(world.lruBatch).isTrue();
        assertThat(world.promisesGets).isTrue();
        assertThat(world.checked).isEqualTo(-1);
        assertThat(world.events).isEqualTo(1);
        assertThat(world.pins).isEqualTo(1);
        assertThat(world.goals).containsExactly(GoalPoint.SLOW_PATH);
        assertThat(world.ownGoals).containsExactly(new Goal("goal", "a goal of its own", 1L << GoalPoint.OWN));
        assertThat(world.ownWindow).isEqualTo(world.ownGoals.get(0));
        assertThat(world.files)
                .containsExactly(new FileSpec("data", false, 0, 4, true), new FileSpec("tmp", true, 4, 2, true));
        int all = Region.READ | Region.WRITE | Region.MAYWRITE;
        assertThat(world.regions)
                .containsExactly(
                        new Region("a", 0, 0, 3, all | Region.UFFD_WP, -1, 0, Region.Populated.WRITTEN, true, 0),
                        new Region("hole", 0, 3, 3, all, -1, 0, Region.Populated.NO, false, 1),
                        new Region("m", 0, 6, 2, all | Region.SHARED, 0, 1, Region.Populated.NO, true, 0),
                        new Region("late", 0, 8, 1, all, 0, 0, Region.Populated.NO, false, 0),
                        new Region(
                                "minor",
                                0,
                                9,
                                2,
                                all | Region.SHARED | Region.UFFD_MINOR,
                                1,
                                4,
                                Region.Populated.NO,
                                true,
                                0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            read-only written                         | 5  | WRITTEN
            read-only never-writable read             | 1  | READ
            no-access                                 | 4  | NO
            dontcopy wipeonfork protected             | 55 | PROTECTED
            mixedmap soft-dirty swapped               | 583 | SWAPPED
            shared read                               | 15 | READ
            """)
    void shouldGiveRegionsTheirFlags(String words, int flags, Region.Populated populated) {
        World world = read("scenario s \"s\"\nswap 1\nprocess p { region r[1] %s }\nthread t in p { load r }\n"
                                .formatted(words)
                        + "window slow-path\nsometimes slow-path\n")
                .scenario()
                .world();
        assertThat(world.regions.get(0).flags()).isEqualTo(flags);
        assertThat(world.regions.get(0).populated()).isEqualTo(populated);
        assertThat(world.files).hasSize(words.startsWith("shared") ? 1 : 0);
    }

    @Test
    void shouldPlaceRegions() {
        World world = read("""
                        scenario s "s"
                        process p {
                            region first[2]
                            region far[1] at 6 table 2
                            region next[1]
                        }
                        process q {
                            region again[3]
                        }
                        child c {
                            region own[2] unmapped
                        }
                        window slow-path
                        sometimes slow-path
                        thread t in p { fork c }
                        thread u in q { load again }
                        thread v in c { mmap own }
                        """).scenario().world();
        assertThat(world.regions).extracting(Region::start).containsExactly(0, 6, 7, 0, 8);
        assertThat(world.pages).isEqualTo(10);
    }

    @Test
    void shouldCheckTheInvariantsThatAreNamed() {
        String scenario =
                "scenario s \"s\"\n%s\nprocess p { region r[1] }\nthread t in p { load r }\nwindow segv\nsometimes segv\n";
        int only = Invariant.I11.bit() | Invariant.I13.bit() | Invariant.EXPECTED.bit();
        assertThat(read(scenario.formatted("check only I13, must")).scenario().world().checked)
                .isEqualTo(only);
        assertThat(read(scenario.formatted("check all but I10")).scenario().world().checked)
                .isEqualTo(~Invariant.I10.bit());
    }

    /** Two threads that wait for one another behind the goal come to no {@code must}: that proves nothing of it. */
    @Test
    void shouldNotCallProvedWhatGetsStuck() {
        Scenario stuck = read("""
                        scenario s "s"
                        process p { region a[1] written }
                        thread one in p {
                            load a must initial reach done when initial
                            wait b
                            load a must zero
                            post a
                        }
                        thread two in p {
                            wait a
                            post b
                        }
                        check only must
                        window done
                        sometimes done "done"
                        """).scenario();
        Kernel kernel = Kernels.named("v5.11");

        Exploration found = StateSearch.explore(
                () -> new MachineSystem(kernel, stuck), 1, StateSearch.Bounds.NONE, StateSearch.Plan.ALL);

        assertThat(found.broken().keySet()).extracting(MachineSystem::invariant).contains(Invariant.I11);
    }

    @Test
    void shouldTellTwoTextsOfOneNameApart() {
        String text = Scenarios.text("cow-vs-reader").text();
        Scenario copy = read(text).scenario();
        Scenario edited = read(text + "# another\n").scenario(Map.of("pages", 2));

        assertThat(copy)
                .isNotEqualTo(Scenarios.named("cow-vs-reader"))
                .isEqualTo(read(text).scenario());
        assertThat(copy.name()).isEqualTo("cow-vs-reader");
        assertThat(edited.name()).isEqualTo("cow-vs-reader:pages=2");
        assertThat(edited.identity()).matches("cow-vs-reader:pages=2@[0-9a-f]{16}");
        assertThat(Scenarios.named(edited.portableName())).isEqualTo(edited);
        assertThat(Scenarios.smaller(edited))
                .hasSize(1)
                .first()
                .satisfies(s ->
                        assertThat(s.identity()).isEqualTo(edited.identity().replace(":pages=2", "")));
        assertThat(read(text.replace("\n", "\r\n")).scenario()).isEqualTo(copy);
    }

    @Test
    void shouldNumberLoopsAndNames() {
        World world = read("""
                        scenario s "s"
                        param n = 3 in 0..3 "threads"
                        process p {
                            for i in 1..n { region r{i}[i] }
                        }
                        for i in 1..n {
                            thread t{i} in p {
                                for j in 0..i - 1 {
                                    if j * 2 >= i or i == 1 { store r{i}[j] as "{i} at {j}" } else { load r{i}[j] }
                                }
                            }
                        }
                        window segv
                        sometimes segv
                        """).scenario().world();
        assertThat(world.threads).extracting(ThreadSpec::role).containsExactly("t1", "t2", "t3");
        assertThat(List.of(rows(world, "t1"), rows(world, "t2"), rows(world, "t3")))
                .containsExactly("[1,0,2]", "[0,1] [1,2,514]", "[0,3] [0,4] [1,5,1282]");
        assertThat(world.storesTo(5)).containsExactly("zero", "initial", "3 at 2");
    }

    @Test
    void shouldPlaceThreads() {
        World world = read("""
                        scenario s "s"
                        param n = 2 in 0..3 "CPUs"
                        process p { region r[1] }
                        for i in 1..n {
                            thread t{i} in p on cpu i + 1 { load r }
                        }
                        thread u in p { load r }
                        agent k on cpu 3 { reclaim r in p }
                        window segv
                        sometimes segv
                        """).scenario().world();
        assertThat(world.threads).extracting(ThreadSpec::cpu).containsExactly(2, 3, ThreadSpec.OWN_CPU, 3);
    }
}
