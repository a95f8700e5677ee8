package dev.gupfuzz.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a user may tell the Kafka clients, and what nobody may take from them. */
class KafkaSettingsTest {
    @Test
    void shouldPassOnWhatIsAllowed() throws Exception {
        KafkaSettings settings = new KafkaSettings("host:9092", Map.of("security.protocol", "SSL"));
        assertThat(settings.producer("p"))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("acks", "all");
        assertThat(settings.shareConsumer("s"))
                .containsEntry("share.acquire.mode", "record_limit")
                .containsEntry("max.poll.records", "1");
    }

    @Test
    void shouldRefuseEverySettingThatIsNotAllowed() {
        assertThatThrownBy(() -> new KafkaSettings(
                        "host:9092", Map.of("sasl.login.class", "x", "config.providers", "file", "acks", "0")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("acks, config.providers, sasl.login.class; allowed: ");
    }
}
