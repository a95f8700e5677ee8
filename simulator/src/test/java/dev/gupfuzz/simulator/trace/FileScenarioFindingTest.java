package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A finding of a scenario that is not built in goes with its text: a file holds it, a token asks for it. */
class FileScenarioFindingTest {

    private static final String PROGRAM = Scenarios.text("pin-fork-child-exits-write")
            .text()
            .replace("scenario pin-fork-child-exits-write", "scenario my-race");

    private static final ScenarioText TEXT = read(PROGRAM);
    private static final Finding FINDING = Finding.witness(
            new Cell(Kernels.named("v5.9-rc4"), TEXT.scenario(Map.of("pages", 2)), Strategy.named("random")), 1);

    private static ScenarioText read(String program) {
        return ScenarioText.read("my-race.gup", program.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldReplayATokenWithItsFile() {
        Finding read = Finding.parse(FINDING.token(), List.of(Scenarios.text("cow-vs-reader"), TEXT));

        assertThat(read.token()).isEqualTo(FINDING.token());
        assertThat(read.cell().scenario()).isEqualTo(FINDING.cell().scenario());
        assertThat(Replay.of(read, Kernels.named("v5.9-rc4")).kind()).isEqualTo(Replay.Kind.REPRODUCED);
    }

    @Test
    void shouldNameTheFileThatATokenNeeds() {
        assertThatThrownBy(() -> Finding.parse(FINDING.token()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("scenario 'my-race', which is not built in")
                .hasMessageContaining("my-race.gup with the text " + TEXT.hash());
        ScenarioText edited = read(PROGRAM + "# edited\n");
        assertThatThrownBy(() -> Finding.parse(FINDING.token(), List.of(edited)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(TEXT.hash())
                .hasMessageContaining("the text that was given is " + edited.hash());
    }

    @Test
    void shouldBringTheTextInAFile() {
        String file = FINDING.toFile();
        Finding read = Finding.parse(file);

        assertThat(file).contains("\nscenario my-race:pages=2@" + TEXT.hash() + "\n", "\nprogram param pages = 1");
        assertThat(read.toFile()).isEqualTo(file);
        assertThat(read.token()).isEqualTo(FINDING.token());
        assertThat(read.cell().scenario().text().orElseThrow().text()).isEqualTo(PROGRAM);
        assertThatThrownBy(() -> Finding.parse(file.replace("\nprogram # A pin", "\nprogram # B pin")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void shouldNotTakeTheBuiltInScenarioForAFileOfItsName() {
        ScenarioText copy = read(Scenarios.text("pin-fork-child-exits-write").text());
        Finding finding =
                Finding.witness(new Cell(Kernels.named("v5.9-rc4"), copy.scenario(), Strategy.named("random")), 1);

        assertThatThrownBy(() -> Finding.parse(finding.token()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("pin-fork-child-exits-write.gup");
        assertThat(Finding.parse(finding.toFile()).token()).isEqualTo(finding.token());
    }
}
