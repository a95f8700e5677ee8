package dev.gupfuzz.simulator.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads {@code kernels.txt} and {@code rules.txt}, which lie beside this class. What is wrong in them is a bug of gupfuzz. */
final class Tables {

    /** A line of {@code kernels.txt}. */
    record Release(String name, String generation, String summary) {}

    private static final List<String> REQUIRED = List.of("kernels", "does", "source");
    private static final List<String> FIELDS =
            List.of("kernels", "review", "needs", "on", "instead", "config", "does", "source");

    private static final List<Release> RELEASES = releases();
    private static final Map<Rule, Safeguard> SAFEGUARDS = new EnumMap<>(Rule.class);
    private static final Map<Rule, String> KERNELS = new EnumMap<>(Rule.class);

    static {
        readRules();
    }

    private Tables() {}

    /** All kernels, oldest first. */
    static List<Release> kernels() {
        return RELEASES;
    }

    static Safeguard safeguard(Rule rule) {
        return SAFEGUARDS.get(rule);
    }

    /** The rules of a kernel. */
    static EnumSet<Rule> rules(String kernel) {
        int at = indexOf(kernel);
        EnumSet<Rule> rules = EnumSet.noneOf(Rule.class);
        KERNELS.forEach((rule, which) -> {
            if (covers(which, at)) {
                rules.add(rule);
            }
        });
        return rules;
    }

    /** The promises of a kernel. */
    static EnumSet<Promise> promises(String kernel) {
        EnumSet<Promise> promises = EnumSet.noneOf(Promise.class);
        for (Promise promise : Promise.values()) {
            if (indexOf(promise.since()) <= indexOf(kernel)) {
                promises.add(promise);
            }
        }
        return promises;
    }

    private static boolean covers(String which, int kernel) {
        if (which.equals("all") || which.equals("none")) {
            return which.equals("all");
        }
        int dots = which.indexOf("..");
        String until = which.substring(dots + 2);
        return kernel >= indexOf(which.substring(0, dots)) && (until.isEmpty() || kernel < indexOf(until));
    }

    private static int indexOf(String kernel) {
        for (int i = 0; i < RELEASES.size(); i++) {
            if (RELEASES.get(i).name().equals(kernel)) {
                return i;
            }
        }
        throw new IllegalStateException("[simulator bug] no such kernel: " + kernel);
    }

    private static List<Release> releases() {
        List<Release> releases = new ArrayList<>();
        for (String line : lines("kernels.txt")) {
            String[] words = line.split("\\s+", 3);
            releases.add(new Release(words[0], words[1], words[2]));
        }
        return List.copyOf(releases);
    }

    private static void readRules() {
        List<String> lines = lines("rules.txt");
        for (int i = 0; i < lines.size(); ) {
            String name = lines.get(i++);
            Map<String, String> fields = new TreeMap<>();
            for (; i < lines.size() && lines.get(i).startsWith(" "); i++) {
                String[] words = lines.get(i).strip().split("\\s+", 2);
                fields.put(words[0], words[1]);
            }
            Rule rule = Rule.named(name);
            if (rule == null
                    || !FIELDS.containsAll(fields.keySet())
                    || !fields.keySet().containsAll(REQUIRED)) {
                throw new IllegalStateException("[simulator bug] rules.txt: block of " + name);
            }
            KERNELS.put(rule, fields.get("kernels"));
            SAFEGUARDS.put(
                    rule,
                    new Safeguard(
                            name,
                            fields.get("does"),
                            fields.get("source"),
                            words(fields, "review"),
                            Optional.ofNullable(fields.get("needs")).map(Need::named),
                            rules(fields, "on"),
                            rules(fields, "instead"),
                            fields.containsKey("config")));
        }
        if (SAFEGUARDS.size() != Rule.values().length) {
            throw new IllegalStateException("[simulator bug] rules.txt lacks a rule");
        }
    }

    private static List<String> words(Map<String, String> fields, String field) {
        return fields.containsKey(field) ? List.of(fields.get(field).split(" ")) : List.of();
    }

    private static List<Rule> rules(Map<String, String> fields, String field) {
        List<Rule> rules = new ArrayList<>();
        for (String id : words(fields, field)) {
            Rule rule = Rule.named(id);
            if (rule == null) {
                throw new IllegalStateException("[simulator bug] rules.txt: no rule " + id);
            }
            rules.add(rule);
        }
        return List.copyOf(rules);
    }

    private static List<String> lines(String file) {
        try (InputStream in = Tables.class.getResourceAsStream("/dev/gupfuzz/simulator/kernel/" + file)) {
            if (in == null) {
                throw new IllegalStateException("[simulator bug] missing resource: " + file);
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
