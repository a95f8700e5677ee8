package dev.gupfuzz.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What a dashboard must keep to so that a reader can trust it and the next Grafana can load it; one sentence a problem. */
final class Lint {

    /** Panel types that Grafana still maintains; graph, singlestat, table-old and angular plugins are gone. */
    private static final Set<String> TYPES = Set.of(
            "timeseries",
            "stat",
            "gauge",
            "bargauge",
            "table",
            "heatmap",
            "barchart",
            "histogram",
            "state-timeline",
            "text");

    private static final Pattern FIXED_RATE = Pattern.compile("\\[\\s*[0-9]+[smhd]");

    private final List<String> problems = new ArrayList<>();

    static List<String> problems(Dashboard dashboard) {
        Lint lint = new Lint();
        lint.dashboard(dashboard);
        return lint.problems;
    }

    private void dashboard(Dashboard dashboard) {
        JsonNode json = dashboard.json();
        check(json.path("uid").asText().equals("gupfuzz"), "the dashboard's uid must stay gupfuzz, links depend on it");
        check(!json.path("editable").asBoolean(true), "the dashboard must not be editable, the file is the truth");
        check(json.path("schemaVersion").asInt() >= 39, "schemaVersion must be 39 or later");
        check(!json.has("id") || json.path("id").isNull(), "the dashboard must not carry a database id");
        check(!json.path("description").asText().isBlank(), "the dashboard has no description");
        Set<Integer> ids = new HashSet<>();
        Set<String> titles = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : json.path("panels")) {
            String name = name(panel);
            check(ids.add(panel.path("id").asInt()), name + ": its id is taken");
            check(titles.add(panel.path("title").asText()), name + ": its title is taken");
            place(panel, name, cells);
        }
        check(!dashboard.panels().isEmpty(), "the dashboard has no panel");
        dashboard.panels().forEach(this::panel);
        dashboard.variables().forEach(this::variable);
    }

    private void place(JsonNode panel, String name, Set<String> cells) {
        JsonNode place = panel.path("gridPos");
        int left = place.path("x").asInt();
        int top = place.path("y").asInt();
        check(place.path("w").asInt() > 0 && place.path("h").asInt() > 0, name + ": no size");
        check(left + place.path("w").asInt() <= 24, name + ": wider than the grid's 24 columns");
        boolean free = true;
        for (int x = left; x < left + place.path("w").asInt(); x++) {
            for (int y = top; y < top + place.path("h").asInt(); y++) {
                free &= cells.add(x + "," + y);
            }
        }
        check(free, name + ": overlaps another panel");
    }

    private void panel(JsonNode panel) {
        String name = name(panel);
        check(
                TYPES.contains(panel.path("type").asText()),
                name + ": type '" + panel.path("type").asText() + "' is not maintained");
        check(!panel.path("title").asText().isBlank(), name + ": no title");
        check(!panel.path("description").asText().isBlank(), name + ": no description");
        check(!panel.path("fieldConfig").path("defaults").path("unit").asText().isBlank(), name + ": no unit");
        datasource(panel, name);
        check(panel.path("targets").size() > 0, name + ": no query");
        Set<String> references = new HashSet<>();
        for (JsonNode target : panel.path("targets")) {
            String expression = target.path("expr").asText();
            datasource(target, name + ": query");
            check(references.add(target.path("refId").asText()), name + ": refId is taken");
            check(!expression.isBlank(), name + ": a query without an expression");
            check(!target.path("legendFormat").asText().isBlank(), name + ": a query without a legend");
            check(!FIXED_RATE.matcher(expression).find(), name + ": a fixed rate interval instead of $__rate_interval");
        }
    }

    private void variable(JsonNode variable) {
        String name = "variable '" + variable.path("name").asText() + "'";
        check(!variable.path("label").asText().isBlank(), name + ": no label");
        switch (variable.path("type").asText()) {
            case "datasource" ->
                check(variable.path("query").asText().equals("prometheus"), name + ": not for Prometheus");
            case "query" -> {
                datasource(variable, name);
                check(
                        !Dashboard.expressions(variable).isEmpty(),
                        name + ": only label_values(metric, label) is understood");
            }
            default ->
                problems.add(name + ": unknown type " + variable.path("type").asText());
        }
    }

    private void datasource(JsonNode node, String name) {
        check(
                node.path("datasource").path("uid").asText().equals("${datasource}")
                        && node.path("datasource").path("type").asText().equals("prometheus"),
                name + ": its data source is not the variable ${datasource}");
    }

    private static String name(JsonNode panel) {
        return "panel '" + panel.path("title").asText() + "'";
    }

    private void check(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }
}
