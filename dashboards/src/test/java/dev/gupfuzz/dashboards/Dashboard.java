package dev.gupfuzz.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The dashboard's JSON as the tests see it: its panels without the rows, their queries, the queries of its variables. */
record Dashboard(JsonNode json) {

    /** Folder of this module: Maven runs its tests there. */
    static final Path MODULE = Path.of("").toAbsolutePath();

    private static final Path FILE = MODULE.resolve("grafana/dashboards/gupfuzz.json");

    /** A metric name in an expression: not followed by "(", which makes it a function, nor part of a label matcher. */
    private static final Pattern METRIC =
            Pattern.compile("\\b(gupfuzz|jvm|process|system|vertx)_[a-z0-9_]+\\b(?!\\s*\\()");

    private static final Pattern LABEL_VALUES =
            Pattern.compile("label_values\\((?<metric>[a-z0-9_]+), (?<label>[a-z_]+)\\)");

    static Dashboard read() throws IOException {
        return new Dashboard(new ObjectMapper().readTree(Files.readString(FILE)));
    }

    /** Panels that draw something. */
    List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        for (JsonNode panel : json.path("panels")) {
            if (!panel.path("type").asText().equals("row")) {
                panels.add(panel);
            }
        }
        return panels;
    }

    List<JsonNode> variables() {
        List<JsonNode> variables = new ArrayList<>();
        json.path("templating").path("list").forEach(variables::add);
        return variables;
    }

    /** The expressions of a panel, with Grafana's macros and variables replaced by what Prometheus understands. */
    static List<String> expressions(JsonNode panel, String rateInterval) {
        List<String> expressions = new ArrayList<>();
        for (JsonNode target : panel.path("targets")) {
            expressions.add(target.path("expr")
                    .asText()
                    .replace("$__rate_interval", rateInterval)
                    .replace("$campaign", ".*"));
        }
        return expressions;
    }

    /** {@code label_values(metric, label)} as the query that Grafana derives from it; empty for other variables. */
    static List<String> expressions(JsonNode variable) {
        Matcher values =
                LABEL_VALUES.matcher(variable.path("query").path("query").asText());
        return values.matches()
                ? List.of("group by (" + values.group("label") + ") (" + values.group("metric") + ")")
                : List.of();
    }

    /** Every metric that a panel or a variable names. */
    SortedSet<String> metrics() {
        SortedSet<String> names = new TreeSet<>();
        List<String> expressions = new ArrayList<>();
        panels().forEach(panel -> expressions.addAll(expressions(panel, "1m")));
        variables().forEach(variable -> expressions.addAll(expressions(variable)));
        for (String expression : expressions) {
            Matcher metric = METRIC.matcher(expression);
            while (metric.find()) {
                names.add(metric.group());
            }
        }
        return names;
    }
}
