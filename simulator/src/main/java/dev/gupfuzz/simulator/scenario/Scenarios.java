package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The built-in scenarios: files that lie beside this class and are read when somebody asks for them. */
public final class Scenarios {

    /** How the names of scenarios' files end. */
    public static final String SUFFIX = ".gup";

    private static final String MUSEUM = "museum/";
    private static final List<String> RACES = index("");
    private static final List<String> NAMES =
            Stream.concat(RACES.stream(), index(MUSEUM).stream()).toList();

    private static final Map<String, ScenarioText> READ = new ConcurrentSkipListMap<>();

    private static final Comparator<Scenario> SMALLER = Comparator.<Scenario>comparingInt(
                    s -> s.threads().size())
            .thenComparingInt(s -> s.world().pages)
            .thenComparingInt(s -> s.name().length())
            .thenComparing(Scenario::name);

    private Scenarios() {}

    /** All built-in scenarios. */
    public static List<String> names() {
        return NAMES;
    }

    /** Those that are about a race in general, with a number of pages to be asked for. */
    public static List<String> raceNames() {
        return RACES;
    }

    /** Those of {@link #raceNames} with default parameters; the others are about one bug or one case each. */
    public static List<Scenario> races() {
        return RACES.stream().map(Scenarios::named).toList();
    }

    private static List<String> index(String folder) {
        return resource(folder + "index.txt")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
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
        return READ.computeIfAbsent(name, n -> {
            String folder = RACES.contains(n) ? "" : MUSEUM;
            return ScenarioText.read(n + SUFFIX, resource(folder + n + SUFFIX), true);
        });
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
     * The built-in scenario of {@code NAME} or {@code NAME:parameter=value,...}, or one that {@link Scenario#portableName} names.
     * It never reads a file: names come from anywhere.
     *
     * @throws BadInput naming every problem
     */
    public static Scenario named(String text) {
        if (!text.startsWith(Packed.PREFIX)) {
            return of(text, Scenarios::text);
        }
        String rest = text.substring(Packed.PREFIX.length());
        return of(rest, packed -> ScenarioText.read("packed" + SUFFIX, Packed.unpack(Packed.PREFIX + packed)));
    }

    /**
     * The scenario of a file with parameters.
     *
     * @param parameterList nothing, or {@code :parameter=value,...}
     * @throws BadInput naming every problem
     */
    public static Scenario with(ScenarioText text, String parameterList) {
        return of(text.name() + parameterList, name -> text);
    }

    /** The scenario of {@code NAME[:parameter=value,...]}, where {@code texts} knows the names. */
    private static Scenario of(String written, Function<String, ScenarioText> texts) {
        int colon = written.indexOf(':');
        List<String> problems = new ArrayList<>();
        Map<String, Integer> values =
                colon < 0 ? Collections.emptyMap() : values(written, written.substring(colon + 1), problems);
        try {
            Scenario scenario = texts.apply(colon < 0 ? written : written.substring(0, colon))
                    .scenario(values);
            if (problems.isEmpty()) {
                return scenario;
            }
        } catch (BadInput bad) {
            problems.addAll(bad.problems());
        }
        throw new BadInput(problems);
    }

    /**
     * The scenario of a {@link Scenario#identity}.
     *
     * @param known files that are at hand
     * @throws BadInput when it is not built in and its file is not among them
     */
    public static Scenario identified(String identity, Collection<ScenarioText> known) {
        int hash = identity.lastIndexOf('@');
        if (hash < 0) {
            return named(identity);
        }
        return of(identity.substring(0, hash), name -> withHash(name, identity.substring(hash + 1), known));
    }

    private static ScenarioText withHash(String name, String hash, Collection<ScenarioText> known) {
        String other = "";
        for (ScenarioText text : known) {
            if (text.name().equals(name)) {
                if (text.hash().equals(hash)) {
                    return text;
                }
                other = ": the text that was given is " + text.hash();
            }
        }
        throw new BadInput("the finding is of scenario '" + name + "', which is not built in: its file " + name + SUFFIX
                + " with the text " + hash + " is needed (--scenario FILE)" + other);
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
