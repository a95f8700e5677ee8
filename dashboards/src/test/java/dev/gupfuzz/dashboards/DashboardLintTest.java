package dev.gupfuzz.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboard keeps to the rules, the rules catch planted faults, and the files that mount it agree with one another. */
class DashboardLintTest {

    @Test
    void shouldHaveNoProblem() throws IOException {
        assertThat(Lint.problems(Dashboard.read())).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void shouldCatchAPlantedFault(String expected, Consumer<ObjectNode> fault) throws IOException {
        Dashboard dashboard = Dashboard.read();
        fault.accept((ObjectNode) dashboard.json());
        assertThat(Lint.problems(dashboard)).singleElement().asString().contains(expected);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("uid must stay", json -> json.put("uid", "abc")),
                fault("must not be editable", json -> json.put("editable", true)),
                fault("no description", json -> panel(json).remove("description")),
                fault("no unit", json -> ((ObjectNode) panel(json).at("/fieldConfig/defaults")).remove("unit")),
                fault("not maintained", json -> panel(json).put("type", "graph")),
                fault("its id is taken", json -> panel(json).put("id", 2)),
                fault("its title is taken", json -> panel(json).put("title", "Ranges issued")),
                fault("overlaps", json -> ((ObjectNode) panel(json).path("gridPos")).put("y", 0)),
                fault("is not the variable", json -> ((ObjectNode) panel(json).path("datasource")).put("uid", "abc")),
                fault(
                        "query: its data source",
                        json -> ((ObjectNode) target(json).path("datasource")).put("uid", "abc")),
                fault("without an expression", json -> target(json).put("expr", "")),
                fault("without a legend", json -> target(json).put("legendFormat", "")),
                fault("fixed rate interval", json -> target(json).put("expr", "rate(gupfuzz_x_total[5m])")),
                fault(
                        "only label_values",
                        json -> ((ObjectNode) json.at("/templating/list/1/query")).put("query", "query_result(up)")));
    }

    @Test
    void shouldBeProvisionedWithTheDatasourceThatItSelects() throws IOException {
        JsonNode selected = Dashboard.read().variables().get(0).path("current").path("value");
        assertThat(text("grafana/provisioning/datasources/prometheus.yml"))
                .contains("uid: " + selected.asText() + "\n")
                .contains("editable: false");
        assertThat(text("grafana/provisioning/dashboards/gupfuzz.yml"))
                .contains("path: /etc/grafana/dashboards\n")
                .contains("allowUiUpdates: false");
        assertThat(text("../docker-compose.yml"))
                .contains("./dashboards/grafana/dashboards:/etc/grafana/dashboards:ro")
                .contains("./dashboards/grafana/provisioning:/etc/grafana/provisioning:ro")
                .contains("./dashboards/prometheus:/etc/prometheus:ro");
    }

    private static Arguments fault(String expected, Consumer<ObjectNode> fault) {
        return arguments(expected, fault);
    }

    /** A panel that is neither the first nor a row. */
    private static ObjectNode panel(ObjectNode json) {
        return (ObjectNode) json.path("panels").get(14);
    }

    private static ObjectNode target(ObjectNode json) {
        return (ObjectNode) panel(json).path("targets").get(0);
    }

    private static String text(String path) throws IOException {
        return Files.readString(Dashboard.MODULE.resolve(path));
    }
}
