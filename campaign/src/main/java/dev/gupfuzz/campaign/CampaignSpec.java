package dev.gupfuzz.campaign;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What a user asks for: every kernel with every scenario under every strategy, each over the same interval of seeds.
 *
 * @param version major version of the document, {@link #VERSION}
 * @param name lower-case letters, digits and hyphens, at most 63
 * @param kernels canonical names, without repetition
 * @param scenarios portable names, without repetition
 * @param strategies canonical names, without repetition; those that are not frozen are calibrated by the plan
 * @param firstSeed first seed of each cell; unsigned
 * @param seeds how many seeds each cell runs; at least 1
 * @param stepsPerRange how many steps a range should take, which sets how many seeds it gets
 */
public record CampaignSpec(
        int version,
        String name,
        List<String> kernels,
        List<String> scenarios,
        List<String> strategies,
        long firstSeed,
        long seeds,
        long stepsPerRange) {
    /** The version of the document that this build reads and writes. */
    public static final int VERSION = 1;

    /** A second or two on one core: long against the cost of a record, short against the time a job may be held. */
    public static final long STEPS_PER_RANGE = 1L << 26;

    /** A range of so many steps takes half of the time that a job may be held if a core makes 36 million a second. */
    public static final long STEPS_PER_RANGE_MAX = 1L << 30;

    private static final int LIST_MAX = 64;

    /** @throws BadInput with every problem at once */
    public CampaignSpec {
        List<String> problems = new ArrayList<>();
        if (version != VERSION) {
            problems.add(
                    "unknown version of the campaign document: version=" + version + "; this build reads " + VERSION);
        }
        if (!MessageRules.isCampaignName(name)) {
            problems.add("name must be 1 to 63 lower-case letters, digits and hyphens: name=" + printable(name));
        }
        kernels = canonical("kernels", kernels, kernel -> Kernels.named(kernel).name(), problems);
        scenarios = canonical(
                "scenarios", scenarios, scenario -> Scenarios.named(scenario).portableName(), problems);
        strategies = canonical(
                "strategies", strategies, strategy -> Strategy.named(strategy).name(), problems);
        if (problems.isEmpty()) {
            problems.addAll(impossible(kernels, scenarios));
        }
        if (seeds < 1) {
            problems.add("seeds must be at least 1: seeds=" + seeds);
        } else if (Long.compareUnsigned(firstSeed + (seeds - 1), firstSeed) < 0) {
            problems.add("firstSeed + seeds runs past the last 64-bit seed: firstSeed="
                    + String.format("0x%016x", firstSeed) + " seeds=" + seeds);
        }
        if (stepsPerRange < 1 || stepsPerRange > STEPS_PER_RANGE_MAX) {
            problems.add("stepsPerRange must be from 1 to " + STEPS_PER_RANGE_MAX + ": stepsPerRange=" + stepsPerRange);
        }
        if (!problems.isEmpty()) {
            throw new BadInput(problems);
        }
    }

    /** The pairs of a kernel and a scenario that needs a system call which the kernel does not have. */
    private static List<String> impossible(List<String> kernels, List<String> scenarios) {
        List<String> problems = new ArrayList<>();
        for (String scenarioName : scenarios) {
            Scenario scenario = Scenarios.named(scenarioName);
            for (String kernel : kernels) {
                scenario.lacks(Kernels.named(kernel))
                        .ifPresent(call -> problems.add("the scenario '" + scenarioName + "' cannot run on kernel "
                                + kernel + ": there is no " + call));
            }
        }
        return problems;
    }

    /**
     * Reads the JSON document strictly: unknown and repeated fields, wrong types and wrong values are all reported.
     *
     * @throws BadInput with every problem at once
     */
    public static CampaignSpec parse(String json) {
        return CampaignSpecJson.parse(json);
    }

    /** The JSON document; {@link #parse} reads it back to an equal specification. */
    public String toJson() {
        return CampaignSpecJson.write(this);
    }

    private static List<String> canonical(
            String field, List<String> words, UnaryOperator<String> canonicalName, List<String> problems) {
        if (words.isEmpty()) {
            problems.add(field + " must name at least one");
        }
        if (words.size() > LIST_MAX) {
            problems.add(field + " may name at most " + LIST_MAX + ": it names " + words.size());
            return List.copyOf(words);
        }
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String word : words) {
            try {
                String name = canonicalName.apply(word);
                if (!seen.add(name)) {
                    problems.add(field + " names '" + name + "' twice");
                }
                names.add(name);
            } catch (BadInput e) {
                problems.addAll(e.problems());
            }
        }
        return List.copyOf(names);
    }

    private static String printable(String text) {
        String line = text.replaceAll("[^\\x20-\\x7e]", "?");
        return "'" + (line.length() <= 80 ? line : line.substring(0, 80) + "...") + "'";
    }
}
