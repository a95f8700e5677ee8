package dev.gupfuzz.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gupfuzz.simulator.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake is told with its place, all of them at once, with what was probably meant. */
class LanguageErrorsTest {

    private static List<String> problems(String text) {
        BadInput bad = catchThrowableOfType(
                BadInput.class,
                () -> ScenarioText.read("x.gup", text.getBytes(StandardCharsets.UTF_8))
                        .scenario());
        return bad == null ? List.of() : bad.problems();
    }

    private static final String HEAD = "scenario s \"s\"\nwindow segv\nsometimes segv\n";

    /** The line in question is the fourth. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            proces p                        | x.gup:4:1: expected a part of the scenario, found 'proces' (did you mean 'process'?
            process p { regoin r[1] }       | x.gup:4:13: expected a region, found 'regoin' (did you mean 'region'?
            process p { region r[1] writen } | x.gup:4:25: expected what the region is, found 'writen' (did you mean 'written'?
            process p { region r[1]         | x.gup:4:11: this '{' is not closed
            process p { region r }          | x.gup:4:22: expected '[', found '}'
            thread t on p { exit }          | x.gup:4:10: expected 'in', found 'on'
            thread t in p on 3 { exit }     | x.gup:4:18: expected 'cpu', found '3'
            thread t in p on cpu { exit }   | x.gup:4:22: expected a number, a parameter
            thread t in p on cpu 16 { load r } | x.gup:4:22: the CPU of 't' must be from 0 to 15: it is 16
            thread t in p { laod r }        | x.gup:4:17: expected a statement, found 'laod' (did you mean 'load'?
            thread t in p { load }          | x.gup:4:22: expected pages: a region, or a page of it as in buffer[0], found '}'
            thread t in q { load r }        | x.gup:4:13: there is no process 'q'
            thread t in p { pin r write fast } | x.gup:4:23: expected 'as', found 'write'
            thread t in p { pin r as io wriet fast } | x.gup:4:29: expected how the call is made, found 'wriet' (did you mean 'write'?
            param n = 5 in 1..4 "n"         | x.gup:4:1: the default of parameter 'n' must be from 1 to 4: it is 5
            param n = 1 in 1..4             | x.gup:4:20: expected what the parameter is in double quotes, found the end of the line
            sometimes slow-pth              | x.gup:4:11: there is no built-in goal 'slow-pth' (did you mean 'slow-path'?
            check only I14                  | x.gup:4:12: there is no invariant 'I14' (did you mean 'I1
            simpler nothing                 | x.gup:4:1: 'simpler' names another built-in scenario, not 'nothing'
            promise gte                     | x.gup:4:9: expected 'get', found 'gte' (did you mean 'get'?
            file f[1] cached                | x.gup:4:1: file 'f' must be one of disk, shmem
            swap 0                          | x.gup:4:6: slots of the swap device must be from 1 to 64: it is 0
            process p ; { }                 | x.gup:4:11: the character ';' has no meaning here
            process "p"                     | x.gup:4:9: expected the name of a process, found the text "p"
            process zero                    | x.gup:4:9: 'zero' has a meaning of its own and cannot be the name of a process
            process p{i                     | x.gup:4:9: the brace of 'p{i' is not closed
            }                               | x.gup:4:1: this '}' closes nothing
            process p "x                    | x.gup:4:11: a text that begins with '"' must end with '"' on the same line
            for i in 1..m { process q }     | x.gup:4:13: no parameter and no loop is called 'm'
            """)
    void shouldPointAtTheMistake(String line, String problem) {
        assertThat(problems(HEAD + line + "\n")).anySatisfy(p -> assertThat(p).startsWith(problem));
    }

    /** The statement in question is at 9:1, in the thread of a process with pages a[2] and b[2], and file f[2]. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            load c                       | 9:6: no region, file or pin call is called 'c' (did you mean 'a'? valid: a, b, f)
            load a[2]                    | 9:8: a page of 'a' must be from 0 to 1: it is 2
            load f                       | 9:6: 'load' is for pages of a region, and 'f' is of a file
            writeback a                  | 9:11: 'writeback' is for pages of a file, and 'a' is of a region
            load a[0] must "me's store"  | 9:16: nothing is stored there as "me's store" (did you mean 't's store'? valid: t's store)
            store a                      | 10:1: something else is already stored there as "t's store"
            unpin io                     | 9:7: no pin call is called 'io'
            pin a as io write            | 9:1: 'pin' says write or read, and fast, slow or fast-only
            pin a as io write read fast  | 9:19: 'read' and 'write' exclude each other
            pin a as b write fast        | 9:10: there is already a region or file called 'b'
            wait nothing                 | 9:6: nobody posts event 'nothing'
            await t                      | 9:7: a thread cannot wait for its own end
            await u                      | 9:7: there is no thread 'u'
            reach it                     | 9:7: the scenario has no goal of its own called 'it'
            fork p                       | 9:6: process 'p' must be declared as 'child' to be forked
            mremap a to b                | 9:13: region 'b' must say unmapped
            mmap a                       | 9:6: region 'a' is mapped at the start: it must say unmapped
            uffd-protect a               | 9:1: 'uffd-protect' needs a region that says uffd-wp: 'a'
            truncate f to 2              | 9:15: the new size of 'f' in pages, which gets smaller only, must be from 0 to 1: it is 2
            for i in 0..1 { truncate f to i } | 9:17: 'truncate' makes a file smaller only: 'f' was cut to 0 before
            hold 4 of a                  | 9:1: a thread holds one page at a time: take a thread for each page
            hold 0 of a                  | 9:6: the number of references must be from 1 to 2147483647: it is 0
            load a[999999999 * 9]        | 9:18: the number is too large
            repeat 400001 { load a[0] }  | 9:8: how often it is repeated must be from 0 to 400000
            repeat 5000 { load a[0] }    | 9:15: unrolled the threads have more than 4096 rows
            repeat 40000 { repeat 40000 { } } | 9:16: the scenario is too much work to put together
            for i in 1..2 { for i in 1..2 { load a } } | 9:17: 'i' already has a meaning here
            for x in a { load a[x] }     | 9:21: 'x' is a page here, not a number
            """)
    void shouldPointAtTheStatement(String statement, String problem) {
        String text = HEAD + """
                file f[2] disk
                process p {
                region a[2]
                region b[2]
                }
                thread t in p {
                """ + statement + "\nstore a[0]\n}\n";
        text = text.replace("process p {\nregion a[2]\nregion b[2]\n}\n", "process p { region a[2]\nregion b[2] }\n\n");
        assertThat(problems(text)).anySatisfy(p -> assertThat(p).startsWith("x.gup:" + problem));
    }

    @Test
    void shouldHaveOneSecondaryMmu() {
        assertThat(problems(HEAD + """
                        process p { region a[1] }
                        process q { region b[1] }
                        thread t in p { guest-load a }
                        thread u in q { guest-store b }
                        agent v { guest-load a }
                        """))
                .anySatisfy(p -> assertThat(p)
                        .startsWith("x.gup:8:11: an agent has no address space of its own and cannot 'guest-load'"));
        assertThat(problems(HEAD + """
                        process p { region a[1] }
                        process q { region b[1] }
                        thread t in p { guest-load a }
                        thread u in q { guest-store b }
                        """))
                .anySatisfy(p -> assertThat(p)
                        .startsWith("x.gup:7:17: a scenario has one secondary MMU: there are guests in 'p' already"));
        assertThat(problems(HEAD + """
                        process p { region a[1] }
                        thread t in p on cpu 0 { guest-load a }
                        """))
                .anySatisfy(p -> assertThat(p)
                        .startsWith("x.gup:5:1: beside guests each thread has a CPU of its own: 't' has not"));
    }

    @Test
    void shouldTellEveryMistakeAtOnce() {
        assertThat(problems("""
                        scenario S
                        process p { region r[1] writen
                            region q[0]
                        }
                        thread t in p {
                            laod r
                            store r ass "x"
                            pin r as io write fst
                            store r
                        }
                        windw segv
                        """))
                .extracting(p -> p.replaceFirst(": .*", ""))
                .containsExactly(
                        "x.gup:1:10",
                        "x.gup:1:11",
                        "x.gup:2:25",
                        "x.gup:6:5",
                        "x.gup:7:13",
                        "x.gup:8:23",
                        "x.gup:11:1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            child c                                             | nobody forks child 'c'
            child c\\nthread u in c { exit }\\nthread v in c { load a } | child 'c' must have one thread: it has 2
            child c\\nthread u in c { exit }\\nthread v in p { repeat 2 { fork c } } | child 'c' is forked twice
            thread u in p { exit }                              | ends a process with one thread: 'p' has 2
            process q\\nthread u in q { load a }                 | thread 'u' does not see the pages of process 'p'
            agent k { load a }                                  | an agent has no address space of its own and cannot 'load'
            thread u in p { }                                   | thread 'u' does nothing
            sometimes mine "mine"                               | nothing reaches goal 'mine'
            process q { region s[1] swapped }                   | region 's' is swapped out at the start: say 'swap N' with 1
            process q { region s[1] maps g }                    | there is no file 'g'
            file g[1] disk\\nprocess q { region s[2] maps g }    | file 'g' has 1 page: region 's' maps 2 from page 0 on
            file g[1] disk\\nprocess q { region s[1] maps g read } | the file must be cached
            process q { region s[1] at 1\\nregion v[2] at 0 }    | region 'v' lies over 's'
            process q { region s[1] at 0 table 1 }              | both must say the same table
            file g[3] disk\\nthread u in p { truncate g to 2\\ntruncate g to 1 }\\nthread v in p { truncate g to 1 } | several threads truncate 'g': they must all say the same size, not 2 and 1
            process q { region s[129] }                         | pages of 's' must be from 1 to 128
            child c { region s[1] }\\nthread u in c { exit }\\nthread v in p { fork c } | region 's' is a child's: it must be unmapped
            thread u in p { for i in 1..29 { store a as "{i}" } } | too many stores to one page
            for i in 1..17 { thread u{i} in p { load a } }      | a scenario may have 16 threads at most
            for i in 1..9 { process q{i} }                      | a scenario may have 8 processes at most
            thread u in p { for i in 1..17 { post e{i} } }      | a scenario may have 16 events at most
            thread u in p { for i in 1..17 { pin a as s{i} write fast } } | a scenario may have 16 pin calls at most
            """)
    void shouldRefuseWorldsThatCannotBe(String more, String problem) {
        assertThat(problems(HEAD + "process p { region a[1] }\nthread t in p { load a }\n" + more.replace("\\n", "\n")
                        + "\n"))
                .anySatisfy(p ->
                        assertThat(p).matches("x\\.gup:[0-9]+:[0-9]+: (?s).*").contains(problem));
    }

    @Test
    void shouldNeedAWindowAndAThread() {
        assertThat(problems("scenario s \"s\"\n"))
                .anySatisfy(p -> assertThat(p).contains("the scenario has no window"))
                .anySatisfy(p -> assertThat(p).contains("the scenario has no thread"));
        assertThat(problems("scenario s \"s\"\nwindow segv\nsometimes eagain\n"))
                .anySatisfy(p -> assertThat(p).contains("the window must be one of the goals"));
        assertThat(problems(""))
                .anySatisfy(p -> assertThat(p)
                        .contains("expected 'scenario NAME \"SUMMARY\"'")
                        .contains("found the end of the file"));
    }

    @Test
    void shouldRefuseWhatIsNoText() {
        assertThat(catchThrowableOfType(
                                BadInput.class,
                                () -> ScenarioText.read("x.gup", new byte[] {'#', '\n', 'a', (byte) 0xff, '\n'}))
                        .problems())
                .containsExactly("x.gup:2:2: this is not text in UTF-8");
        assertThat(catchThrowableOfType(BadInput.class, () -> ScenarioText.read("x.gup", new byte[65_537]))
                        .problems())
                .containsExactly("x.gup: a scenario may have 65536 bytes at most");
        assertThat(problems("(".repeat(60_000))).isNotEmpty();
        assertThat(problems(HEAD + "swap " + "(".repeat(60_000)))
                .anySatisfy(p -> assertThat(p).contains("nested 24 deep at most"));
        assertThat(problems(HEAD + "if 1 {\n".repeat(9000)))
                .anySatisfy(p -> assertThat(p).contains("nested 24 deep at most"));
        assertThat(problems(HEAD + "x\n".repeat(5000)))
                .hasSize(41)
                .last()
                .asString()
                .contains("the rest is not told");
    }
}
