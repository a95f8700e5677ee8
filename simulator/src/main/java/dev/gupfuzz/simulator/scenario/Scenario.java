package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.invariant.GoalPoint;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A start world and a program for each thread. Values are immutable; {@link ScenarioText} makes them. */
public final class Scenario {

    private final String name;
    private final String summary;
    private final List<Parameter> parameters;
    private final World world;
    private final @Nullable ScenarioText text;

    Scenario(String baseName, String summary, List<Parameter> parameters, World world) {
        this(baseName, summary, parameters, world, null);
    }

    Scenario(String baseName, String summary, List<Parameter> parameters, World world, @Nullable ScenarioText text) {
        StringBuilder canonical = new StringBuilder(baseName);
        char separator = ':';
        for (Parameter p : parameters) {
            if (p.value() != p.defaultValue()) {
                canonical.append(separator).append(p.name()).append('=').append(p.value());
                separator = ',';
            }
        }
        this.name = canonical.toString();
        this.summary = summary;
        this.parameters = List.copyOf(parameters);
        this.world = world;
        this.text = text;
    }

    /** The file that it was read from; empty for a scenario that was put together without one. */
    public Optional<ScenarioText> text() {
        return Optional.ofNullable(text);
    }

    /** What tells it from every other scenario: of a file's its name and the hash of the text, {@code my-race:pages=2@...}. */
    public String identity() {
        return text == null || text.builtIn() ? name : name + "@" + text.hash();
    }

    /** A name by which {@link Scenarios#named(String)} knows it on any machine: a file's text is in it. */
    public String portableName() {
        int colon = name.indexOf(':');
        String parameterList = colon < 0 ? "" : name.substring(colon);
        return text == null || text.builtIn() ? name : Packed.pack(text.text()) + parameterList;
    }

    /** The canonical name, e.g. {@code fork-vs-pin-fast:pages=4}; parameters at their default are left out. */
    public String name() {
        return name;
    }

    public String summary() {
        return summary;
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** Role names of the threads, in the order of their columns. */
    public List<String> threads() {
        return world.threads.stream().map(ThreadSpec::role).toList();
    }

    /** The statement of a thread's row with its place in the file; empty for a scenario that was put together without one. */
    public Optional<String> statement(int thread, int row) {
        if (text == null) {
            return Optional.empty();
        }
        At at = world.statements.get(thread).get(row);
        String line = text.text().lines().skip(at.line() - 1L).findFirst().orElse("");
        String statement = line.substring(Math.min(at.column() - 1, line.length()));
        return Optional.of("line " + at.line() + ", column " + at.column() + ": "
                + statement.strip().replace('\t', ' '));
    }

    /** What must be reachable on this kernel, the scenario's own goals last. */
    public List<Goal> goals(Kernel kernel) {
        List<Goal> goals = new ArrayList<>();
        for (GoalPoint point : world.goals) {
            if (point.isAskedOf(kernel)) {
                goals.add(new Goal(point.id(), point.summary(), point.bit()));
            }
        }
        goals.addAll(world.ownGoals);
        return goals;
    }

    /** A system call of its programs that the kernel does not have: the scenario cannot be run there. */
    public Optional<String> lacks(Kernel kernel) {
        for (ThreadSpec thread : world.threads) {
            for (int[] row : thread.program()) {
                if (row[0] == Op.UFFD_WP && !kernel.has(Rule.UFFD_WP)) {
                    return Optional.of("UFFDIO_WRITEPROTECT");
                } else if (row[0] == Op.UFFD_CONTINUE && !kernel.has(Rule.UFFD_MINOR)) {
                    return Optional.of("UFFDIO_CONTINUE");
                }
            }
        }
        return Optional.empty();
    }

    /** The situation without which a run of this scenario could not have failed. */
    public Goal window() {
        Goal own = world.ownWindow;
        return own != null ? own : new Goal(world.window.id(), world.window.summary(), world.window.bit());
    }

    /** The start world, for the machine. */
    public World world() {
        return world;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scenario s && s.identity().equals(identity());
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
