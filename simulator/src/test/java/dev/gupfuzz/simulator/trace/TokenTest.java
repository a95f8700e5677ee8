package dev.gupfuzz.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Mix;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.Runs;
import dev.gupfuzz.simulator.invariant.Invariant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The one-line form: pasteable, complete, and refused when a character of it went astray. */
class TokenTest {

    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    @Test
    void shouldHaveFindingsOfEveryInvariantToTalkAbout() throws IOException {
        Set<Invariant> seen = EnumSet.noneOf(Invariant.class);
        Findings.all().forEach(f -> seen.add(f.blame().invariant()));
        for (String token :
                CorpusTest.tokens().values()) { // bugs of the museum, and designs that break what no kernel breaks
            Finding finding = Finding.parse(token);
            assertThat(finding.token()).isEqualTo(token);
            seen.add(finding.blame().invariant());
        }
        assertThat(seen).containsExactlyInAnyOrder(Invariant.values());
        assertThat(Findings.all()).hasSizeGreaterThan(40);
    }

    @Test
    void shouldReadEveryTokenBack() {
        for (Finding finding : Findings.all()) {
            Finding back = Finding.parse("  " + finding.token() + "\n");
            assertThat(back.token()).isEqualTo(finding.token());
            assertThat(back.toFile()).isEqualTo(finding.toFile());
            assertThat(back.cell()).isEqualTo(finding.cell());
            assertThat(back.seed()).isEqualTo(finding.seed());
            assertThat(back.blame()).isEqualTo(finding.blame());
            assertThat(back.stateHash()).isEqualTo(finding.stateHash());
            assertThat(back.steps()).isEqualTo(finding.steps());
            assertThat(back.decisions()).isEqualTo(finding.decisions());
        }
    }

    @Test
    void shouldFitIntoAMail() {
        for (Finding finding : Findings.all()) {
            assertThat(finding.token()).matches("gf1:[A-Za-z0-9_-]+");
            if (finding.cell().scenario().world().pages == 1) {
                assertThat(finding.token()).hasSizeLessThanOrEqualTo(4096);
            }
        }
    }

    @Test
    void shouldRefuseEveryOtherCharacterAtEveryPlace() {
        String token = Findings.race().token();
        for (int i = 0; i < token.length(); i++) {
            for (int j = 0; j < DIGITS.length(); j++) {
                if (DIGITS.charAt(j) != token.charAt(i)) {
                    String damaged = token.substring(0, i) + DIGITS.charAt(j) + token.substring(i + 1);
                    assertThat(catchThrowable(() -> Finding.parse(damaged)))
                            .as("character %d of %d", i, token.length())
                            .isInstanceOf(BadInput.class);
                }
            }
        }
    }

    @Test
    void shouldRefuseADamagedCharacterInEveryToken() {
        for (Finding finding : Findings.all()) {
            String token = finding.token();
            for (int i = 4; i < token.length(); i++) {
                char other = DIGITS.charAt((DIGITS.indexOf(token.charAt(i)) + 1) % DIGITS.length());
                String damaged = token.substring(0, i) + other + token.substring(i + 1);
                assertThat(catchThrowable(() -> Finding.parse(damaged)))
                        .as("character %d of %d", i, token.length())
                        .isInstanceOf(BadInput.class);
            }
        }
    }

    @Test
    void shouldRefuseATokenThatWasCutAndSaySo() {
        String token = Findings.race().token();
        for (int length = 0; length < token.length(); length++) {
            String cut = token.substring(0, length);
            assertThat(catchThrowable(() -> Finding.parse(cut))).isInstanceOf(BadInput.class);
        }
        assertThatThrownBy(() -> Finding.parse(token.substring(0, token.length() - 8)))
                .hasMessageContaining("truncated")
                .hasMessageContaining("copy the whole line again");
        assertThatThrownBy(() -> Finding.parse(token + "A")).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Finding.parse(token + token)).isInstanceOf(BadInput.class);
    }

    @Test
    void shouldRefuseAnotherFormatByItsName() {
        String token = Findings.race().token();
        assertThatThrownBy(() -> Finding.parse("gf9:" + token.substring(4)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("of a format that this program does not know")
                .hasMessageContaining("gf1:");
        assertThatThrownBy(() -> Finding.parse("hello"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("neither a token")
                .hasMessageContaining("hello");
        assertThatThrownBy(() -> Finding.parse("")).isInstanceOf(BadInput.class);
    }

    @Test
    void shouldRefuseAnotherModelAndSayWhichProgramCanReadIt() {
        byte[] body = body(Findings.race().token());
        byte[] version = Model.version().getBytes(StandardCharsets.UTF_8);
        assertThat(Arrays.copyOfRange(body, 2, 2 + version.length)).isEqualTo(version);
        Arrays.fill(body, 2, 2 + version.length, (byte) '9');
        assertThatThrownBy(() -> Finding.parse(signed(body)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("made by model " + "9".repeat(version.length))
                .hasMessageContaining("this program has model " + Model.version());
    }

    /** A forged checksum over a damaged body: whatever comes of it, it is refused as input or it is a finding. */
    @Test
    void shouldTakeOrRefuseForgedTokens() {
        int refused = 0;
        for (Finding finding : Findings.some()) {
            byte[] body = body(finding.token());
            for (int round = 0; round < 300; round++) {
                byte[] forged = body.clone();
                int at = Mix.below(Mix.at(finding.seed(), 2 * round), forged.length);
                forged[at] = (byte) Mix.at(finding.seed(), 2 * round + 1);
                Throwable thrown = catchThrowable(() -> Finding.parse(signed(forged)));
                if (thrown != null) {
                    assertThat(thrown)
                            .as("byte %d of %s", at, finding.cell().text())
                            .isInstanceOf(BadInput.class);
                    refused++;
                }
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void shouldRefuseToMakeAFindingOfASeedThatBreaksNothing() {
        assertThatThrownBy(() -> Finding.witness(Runs.cell("v5.11", "fork-vs-pin-fast", "random"), 5))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("seed 0x0000000000000005")
                .hasMessageContaining("breaks no invariant");
    }

    private static byte[] body(String token) {
        byte[] all = Base64.getUrlDecoder().decode(token.substring(4));
        return Arrays.copyOf(all, all.length - 6);
    }

    private static String signed(byte[] body) {
        byte[] all = Arrays.copyOf(body, body.length + 6);
        System.arraycopy(Token.sum(body), 0, all, body.length, 6);
        return "gf1:" + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }
}
