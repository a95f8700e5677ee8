package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.Utf8;
import dev.gupfuzz.simulator.scenario.Parser.Result;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A scenario's file that was read: it makes a {@link Scenario} for any values of its parameters. */
public final class ScenarioText {

    private static final int HASH_BYTES = 8;

    private final String file;
    private final @Nullable String path;
    private final String text;
    private final boolean builtIn;
    private final Result parsed;
    private final List<Parameter> parameters = new ArrayList<>();
    private final String simpler;

    private ScenarioText(String file, @Nullable String path, String text, boolean builtIn) {
        this.file = file;
        this.path = path;
        this.text = text;
        this.builtIn = builtIn;
        Mistakes mistakes = new Mistakes(file);
        Result result = Parser.read(text, mistakes);
        String lessThreads = "";
        if (result != null) {
            try {
                lessThreads = declarations(result, mistakes);
            } catch (Mistakes.TooMany enough) {
                // what was found is told
            }
        }
        mistakes.throwIfAny();
        parsed = java.util.Objects.requireNonNull(result);
        simpler = lessThreads;
    }

    /**
     * Reads the content of a file.
     *
     * @param file its name, for messages
     * @throws BadInput naming every problem and its place
     */
    public static ScenarioText read(String file, byte[] content) {
        return read(file, null, content);
    }

    /**
     * As {@link #read(String, byte[])}, of a file that can be read again.
     *
     * @param path where it is
     */
    public static ScenarioText read(String file, @Nullable String path, byte[] content) {
        if (content.length > Limits.BYTES) {
            throw new BadInput(file + ": a scenario may have " + Limits.BYTES + " bytes at most");
        }
        return new ScenarioText(file, path, Utf8.text(file, content).replace("\r\n", "\n"), false);
    }

    static ScenarioText read(String file, String text, boolean builtIn) {
        return new ScenarioText(file, null, text, builtIn);
    }

    /** Parameters, and what the scenario is with a thread less; empty when it does not say. */
    private String declarations(Result result, Mistakes mistakes) {
        TreeSet<String> names = new TreeSet<>();
        String lessThreads = "";
        for (Node node : result.items()) {
            if (node instanceof Node.Param p) {
                if (!names.add(p.name())) {
                    mistakes.add(p.at(), "there is already a parameter '" + p.name() + "'");
                } else if (names.size() > Limits.PARAMETERS) {
                    mistakes.add(p.at(), "a scenario may have " + Limits.PARAMETERS + " parameters at most");
                } else {
                    parameters.add(new Parameter(p.name(), p.value(), p.value(), p.min(), p.max(), p.summary()));
                }
            } else if (node instanceof Node.Simpler less) {
                if (!lessThreads.isEmpty()) {
                    mistakes.add(less.at(), "'simpler' can be said once only");
                }
                if (!Scenarios.names().contains(less.name()) || less.name().equals(result.name())) {
                    mistakes.add(
                            less.at(),
                            "'simpler' names another built-in scenario, not '" + less.name() + "'"
                                    + Nearest.hint(less.name(), Scenarios.names()));
                }
                lessThreads = less.name();
            }
        }
        return lessThreads;
    }

    /** As the file declares it. */
    public String name() {
        return parsed.name();
    }

    /** Where the file is; empty for a text that came with gupfuzz, in a finding or in a message. */
    public Optional<String> path() {
        return Optional.ofNullable(path);
    }

    /** The file, word for word, with line ends of Unix. */
    public String text() {
        return text;
    }

    /** Whether it comes with gupfuzz. */
    public boolean builtIn() {
        return builtIn;
    }

    List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** The built-in scenario that is this one with a thread less, or nothing. */
    String simpler() {
        return simpler;
    }

    /** What tells this text from any other of the same name: 16 hex digits. */
    public String hash() {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            StringBuilder hex = new StringBuilder();
            for (int i = 0; i < HASH_BYTES; i++) {
                hex.append(String.format("%02x", sum[i]));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** With default parameters. */
    public Scenario scenario() {
        return scenario(new TreeMap<>());
    }

    /**
     * With some parameters given.
     *
     * @throws BadInput naming every problem
     */
    public Scenario scenario(Map<String, Integer> given) {
        List<String> problems = new ArrayList<>();
        Map<String, Integer> rest = new TreeMap<>(given);
        List<Parameter> chosen = new ArrayList<>();
        Map<String, Integer> values = new LinkedHashMap<>();
        for (Parameter p : parameters) {
            Integer asked = rest.remove(p.name());
            int value = asked == null ? p.defaultValue() : asked;
            if (value < p.min() || value > p.max()) {
                problems.add("scenario " + name() + ": " + p.name() + " must be from " + p.min() + " to " + p.max()
                        + ": " + p.name() + "=" + value);
            }
            values.put(p.name(), value);
            chosen.add(new Parameter(p.name(), value, p.defaultValue(), p.min(), p.max(), p.summary()));
        }
        for (String unknown : rest.keySet()) {
            problems.add("scenario " + name() + " has no parameter '" + unknown + "'"
                    + Nearest.hint(
                            unknown, parameters.stream().map(Parameter::name).toList()));
        }
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
        return new Scenario(name(), parsed.summary(), chosen, world(values), this);
    }

    private World world(Map<String, Integer> values) {
        Mistakes mistakes = new Mistakes(file);
        @Nullable World world = Lowering.world(parsed, values, mistakes);
        mistakes.throwIfAny();
        return java.util.Objects.requireNonNull(world);
    }

    /**
     * Every problem of the scenario with its default parameters, with each parameter at its ends, and with all of them at their
     * greatest values.
     */
    public List<String> problems() {
        List<Map<String, Integer>> tried = new ArrayList<>();
        tried.add(new TreeMap<>());
        Map<String, Integer> most = new TreeMap<>();
        for (Parameter p : parameters) {
            for (int value : new int[] {p.min(), p.max()}) {
                Map<String, Integer> one = new TreeMap<>();
                one.put(p.name(), value);
                tried.add(one);
            }
            most.put(p.name(), p.max());
        }
        tried.add(most);
        for (Map<String, Integer> values : tried) {
            try {
                scenario(values);
            } catch (BadInput bad) {
                List<String> problems = new ArrayList<>(bad.problems());
                if (!values.isEmpty()) {
                    problems.add(file + ": this is with " + values);
                }
                return problems;
            }
        }
        return List.of();
    }
}
