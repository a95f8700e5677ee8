package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The built-in scenarios: files that lie beside this class and are read when somebody asks for them. */
public final class Scenarios {

    /** How the names of scenarios' files end. */
    public static final String SUFFIX = ".gup";

    private static final List<String> NAMES =
            resource("index.txt").lines().filter(line -> !line.isBlank()).toList();

    private static final Map<String, ScenarioText> READ = new ConcurrentSkipListMap<>();

    private static final Comparator<Scenario> SMALLER = Comparator.<Scenario>comparingInt(
                    s -> s.threads().size())
            .thenComparingInt(s -> s.world().pages)
            .thenComparingInt(s -> s.name().length())
            .thenComparing(Scenario::name);

    private Scenarios() {}

    public static List<String> names() {
        return NAMES;
    }

    /** The built-in scenarios with default parameters. */
    public static List<Scenario> all() {
        return names().stream().map(Scenarios::named).toList();
    }

    /**
     * The file of a built-in scenario.
     *
     * @throws BadInput when there is none of that name
     */
    public static ScenarioText text(String name) {
        if (!NAMES.contains(name)) {
            throw new BadInput("unknown scenario '" + name + "'" + Nearest.hint(name, NAMES));
        }
        return READ.computeIfAbsent(name, n -> ScenarioText.read(n + SUFFIX, resource(n + SUFFIX), true));
    }

    private static String resource(String name) {
        try (InputStream in = Scenarios.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("[simulator bug] the build did not embed " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The built-in scenario of {@code NAME} or {@code NAME:parameter=value,...}.
     *
     * @throws BadInput naming every problem
     */
    public static Scenario named(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return named(text, Collections.emptyMap());
        }
        List<String> problems = new ArrayList<>();
        Map<String, Integer> values = values(text, text.substring(colon + 1), problems);
        try {
            Scenario scenario = named(text.substring(0, colon), values);
            if (problems.isEmpty()) {
                return scenario;
            }
        } catch (BadInput bad) {
            problems.addAll(bad.problems());
        }
        throw new BadInput(problems);
    }

    /** Reads {@code parameter=value,...}; {@code whole} is what it is a part of. */
    private static Map<String, Integer> values(String whole, String list, List<String> problems) {
        Map<String, Integer> values = new LinkedHashMap<>();
        for (String pair : list.split(",", -1)) {
            int equals = pair.indexOf('=');
            String number = equals < 0 ? "" : pair.substring(equals + 1);
            if (!number.matches("-?[0-9]{1,9}")) {
                problems.add("scenario '" + whole + "': '" + pair + "' is not of the form parameter=number");
            } else if (values.put(pair.substring(0, equals), Integer.parseInt(number)) != null) {
                problems.add("scenario '" + whole + "': parameter '" + pair.substring(0, equals) + "' is given twice");
            }
        }
        return values;
    }

    /**
     * The built-in scenario of a plain name with parameters.
     *
     * @throws BadInput naming every problem
     */
    public static Scenario named(String name, Map<String, Integer> given) {
        return text(name).scenario(given);
    }

    /**
     * Scenarios that are like this one with something left out, the smallest first: parameters back at their defaults or on
     * the way there, and, where a thread more is all that one has over another, without that thread.
     */
    public static List<Scenario> smaller(Scenario scenario) {
        ScenarioText text = scenario.text().orElse(null);
        if (text == null) {
            return List.of();
        }
        Map<String, Integer> values = new LinkedHashMap<>();
        for (Parameter p : scenario.parameters()) {
            values.put(p.name(), p.value());
        }
        Map<String, Scenario> found = new TreeMap<>();
        if (!text.simpler().isEmpty()) {
            ScenarioText fewerThreads = text(text.simpler());
            Map<String, Integer> shared = new LinkedHashMap<>(values);
            shared.keySet()
                    .retainAll(fewerThreads.parameters().stream()
                            .map(Parameter::name)
                            .toList());
            add(found, fewerThreads, Collections.emptyMap());
            add(found, fewerThreads, shared);
        }
        add(found, text, Collections.emptyMap());
        for (Parameter p : scenario.parameters()) {
            int distance = Math.abs(p.value() - p.defaultValue());
            for (int away = distance - 1; away >= 0; away = away == 0 ? -1 : away / 2) {
                Map<String, Integer> nearer = new LinkedHashMap<>(values);
                nearer.put(p.name(), p.defaultValue() + away * Integer.signum(p.value() - p.defaultValue()));
                add(found, text, nearer);
            }
        }
        found.remove(scenario.name());
        return found.values().stream()
                .filter(s ->
                        s.threads().size() <= scenario.threads().size() && s.world().pages <= scenario.world().pages)
                .sorted(SMALLER)
                .toList();
    }

    /** A file need not be a scenario for every combination of parameters: those for which it is none are left out. */
    private static void add(Map<String, Scenario> found, ScenarioText text, Map<String, Integer> values) {
        try {
            Scenario scenario = text.scenario(values);
            found.put(scenario.name(), scenario);
        } catch (BadInput none) {
            // not a scenario with these values
        }
    }
}
