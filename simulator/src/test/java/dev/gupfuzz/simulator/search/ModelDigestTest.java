package dev.gupfuzz.simulator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.simulator.Model;
import org.junit.jupiter.api.Test;

/** Findings are refused by another model, so the model must not change behind its version's back. */
class ModelDigestTest {

    @Test
    void shouldBelongToTheVersionOfTheModel() {
        String now = ModelDigest.compute();
        assertThat(now)
                .as(
                        "the model behaves otherwise than version %s did: put digest=%s into model.properties,"
                                + " and raise version= when a release with the old digest is out",
                        Model.version(), now)
                .isEqualTo(Model.digest());
    }

    @Test
    void shouldNotDependOnWhatRanBefore() {
        assertThat(ModelDigest.compute()).isEqualTo(ModelDigest.compute()).matches("[0-9a-f]{16}");
    }

    @Test
    void shouldCarryAnEngineIdentity() {
        assertThat(Model.engine()).matches("[0-9a-f]{64}");
        assertThat(Model.version()).matches("[1-9][0-9]*");
    }
}
