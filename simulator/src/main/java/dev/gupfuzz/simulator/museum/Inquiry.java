package dev.gupfuzz.simulator.museum;

import dev.gupfuzz.simulator.explore.Endings;
import dev.gupfuzz.simulator.explore.Exploration;
import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import dev.gupfuzz.simulator.explore.MachineSystem;
import dev.gupfuzz.simulator.explore.Reductions;
import dev.gupfuzz.simulator.explore.StateSearch;
import dev.gupfuzz.simulator.explore.StateSearch.Bounds;
import dev.gupfuzz.simulator.explore.StateSearch.Plan;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.machine.Machine;
import dev.gupfuzz.simulator.machine.WatchedMachine;
import dev.gupfuzz.simulator.museum.Answer.Effort;
import dev.gupfuzz.simulator.museum.Answer.Kind;
import dev.gupfuzz.simulator.museum.Answer.Shown;
import dev.gupfuzz.simulator.scenario.Goal;
import dev.gupfuzz.simulator.search.Blame;
import dev.gupfuzz.simulator.trace.Finding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One question on its way to its answer. A small exploration looks at every step, and tells livelocks too; one that is too
 * large for that is done again with all reductions, which leave out nothing that breaks and no goal.
 */
final class Inquiry {

    /** States of an exploration that looks for the fewest preemptions; one that needs more is not worth its time. */
    private static final long FEWEST_STATES = 300_000;

    private final Question question;
    private final Limits limits;
    private long used;
    private long began;

    Inquiry(Question question, Limits limits) {
        this.question = question;
        this.limits = limits;
    }

    /** The answer after a small exploration on one core, or null when it takes a large one. */
    @Nullable
    Answer small(long states, long bytes) {
        Answer answer = timed(Plan.FIRST.withEndings(), 1, Math.min(states, limits.states()), bytes);
        boolean larger = answer.kind() == Kind.UNDECIDED && limits.states() > states && !outOfTime();
        return larger ? null : answer;
    }

    /** The answer after a large exploration. */
    Answer large(int cores) {
        return timed(Plan.FIRST.with(Reductions.ALL), cores, limits.states(), limits.bytes());
    }

    private Answer timed(Plan plan, int cores, long states, long bytes) {
        Optional<String> lacking = question.scenario().lacks(question.kernel());
        if (lacking.isPresent()) {
            return Answer.notExpressible(question, "there is no " + lacking.get());
        }
        began = limits.clock().getAsLong();
        try {
            return answer(plan, cores, new Bounds(states, bytes, this::outOfTime));
        } finally {
            used += limits.clock().getAsLong() - began;
            began = limits.clock().getAsLong();
        }
    }

    private long nanos() {
        return used + limits.clock().getAsLong() - began;
    }

    private boolean outOfTime() {
        return limits.stop().getAsBoolean() || nanos() >= limits.nanos();
    }

    private Answer answer(Plan plan, int cores, Bounds bounds) {
        Looked looked = look(plan, cores, bounds);
        if (!looked.counts() && !looked.found.broken().isEmpty()) {
            // something else comes first: what was asked for may come later
            looked = look(plan.withAll(), cores, bounds);
        }
        Exploration found = looked.found;
        if (looked.counts()) {
            Optional<Shown> shown = looked.shortest().map(shortest -> fewest(shortest, cores, bounds));
            String reason = shown.isPresent() ? "" : "reached: " + reachedGoals(found);
            return result(Kind.REACHABLE, reason, shown, looked);
        }
        if (found.ended() != Ended.COMPLETE || found.endings().kind() == Endings.Kind.UNKNOWN) {
            return result(Kind.UNDECIDED, bound(found.ended()), Optional.empty(), looked);
        }
        if (looked.other().isPresent()) {
            String what = "something else breaks: " + looked.other().get().text();
            return result(Kind.OTHERWISE, what, Optional.empty(), looked);
        }
        List<String> unreached = looked.unreached();
        if (!unreached.isEmpty()) {
            return result(
                    Kind.GOAL_UNREACHED,
                    "no schedule reaches " + String.join(", ", unreached),
                    Optional.empty(),
                    looked);
        }
        return result(Kind.UNREACHABLE, "", Optional.empty(), looked);
    }

    private String reachedGoals(Exploration found) {
        return new Shows(0, question.shows().goals() & found.reached()).text();
    }

    private static String bound(Ended ended) {
        return switch (ended) {
            case STATES -> "as many states as were allowed";
            case MEMORY -> "as much memory as was allowed";
            case STOPPED -> "the time was over";
            case COMPLETE -> "it is not known whether every schedule ends";
            case AT_FAILURE, PREEMPTIONS, LENGTH -> "the exploration ended early";
        };
    }

    private Answer result(Kind kind, String reason, Optional<Shown> shown, Looked looked) {
        Exploration found = looked.found;
        Effort effort = new Effort(
                found.states(),
                found.transitions(),
                found.ends(),
                looked.broken(),
                found.ended() == Ended.COMPLETE,
                !found.plan().reductions().equals(Reductions.NONE),
                looked.trail,
                nanos() / 1e9);
        return new Answer(question, kind, reason, shown, looked.other(), looked.unreached(), effort);
    }

    private MachineSystem model() {
        Machine machine = question.watched()
                ? new WatchedMachine(question.kernel(), question.scenario())
                : new Machine(question.kernel(), question.scenario());
        return new MachineSystem(machine, question.shows().goals());
    }

    private Looked look(Plan plan, int cores, Bounds bounds) {
        List<Machine> machines = Collections.synchronizedList(new ArrayList<>());
        int start = Trail.start(question.kernel(), question.scenario());
        Exploration found = StateSearch.explore(
                () -> {
                    MachineSystem model = model();
                    machines.add(model.machine());
                    return model;
                },
                cores,
                bounds,
                plan);
        return new Looked(question, found, Trail.of(machines, start));
    }

    /** The schedule with the fewest preemptions, where a search for it is cheap; else the one there is. */
    private Shown fewest(Finding shortest, int cores, Bounds bounds) {
        Shown otherwise = new Shown(shortest, shortest.preemptions(), shortest.preemptions() == 0);
        if (otherwise.fewest() || shortest.loop().exists()) {
            return otherwise;
        }
        Bounds few = new Bounds(Math.min(bounds.states(), FEWEST_STATES), bounds.bytes(), bounds.stop());
        Looked looked = look(Plan.FEWEST_PREEMPTIONS, cores, few);
        boolean settled = looked.found.ended() == Ended.AT_FAILURE || looked.found.ended() == Ended.COMPLETE;
        if (!settled) {
            return otherwise;
        }
        return looked.withFewestPreemptions()
                .map(finding -> new Shown(finding, finding.preemptions(), true))
                .orElse(otherwise);
    }

    /** An exploration, and what of it counts. */
    private record Looked(Question question, Exploration found, Trail trail) {

        /** Whether it shows what was asked for. */
        boolean counts() {
            return (found.reached() & question.shows().goals()) != 0
                    || (isLivelock() && question.shows().counts(Invariant.I11))
                    || found.broken().keySet().stream().anyMatch(this::counts);
        }

        private boolean counts(long broken) {
            return question.shows().counts(MachineSystem.invariant(broken));
        }

        /** All invariants that broke. */
        int broken() {
            int mask = isLivelock() ? Invariant.I11.bit() : 0;
            for (long what : found.broken().keySet()) {
                mask |= MachineSystem.invariant(what).bit();
            }
            return mask;
        }

        private boolean isLivelock() {
            return found.endings().lasso() != null;
        }

        private Finding finding(Way way) {
            return Finding.explored(question.kernel(), question.scenario(), way.moves());
        }

        /** The schedule with the fewest decisions that shows it. */
        Optional<Finding> shortest() {
            Optional<Finding> broken = found.broken().entrySet().stream()
                    .filter(entry -> counts(entry.getKey()))
                    .map(entry -> finding(entry.getValue()))
                    .min(Comparator.comparingInt(Finding::decisions).thenComparingInt(Finding::steps));
            return broken.or(() -> livelock().filter(finding -> question.shows().counts(Invariant.I11)));
        }

        /**
         * The schedule with the fewest preemptions that shows it, of a search by preemptions. One that ended at a failure settles no
         * more than how many that one needs.
         */
        Optional<Finding> withFewestPreemptions() {
            int settled = found.ended() == Ended.COMPLETE
                    ? Integer.MAX_VALUE
                    : found.broken().values().stream()
                            .mapToInt(Way::preemptions)
                            .min()
                            .orElse(-1);
            return found.broken().entrySet().stream()
                    .filter(entry -> counts(entry.getKey()) && entry.getValue().preemptions() <= settled)
                    .map(entry -> finding(entry.getValue()))
                    .min(Comparator.comparingInt(Finding::preemptions)
                            .thenComparingInt(Finding::decisions)
                            .thenComparingInt(Finding::steps));
        }

        private Optional<Finding> livelock() {
            return Optional.ofNullable(found.endings().lasso())
                    .map(lasso -> Finding.livelock(question.kernel(), question.scenario(), lasso));
        }

        /** Something that breaks and was not asked for. */
        Optional<Blame> other() {
            return found.broken().entrySet().stream()
                    .filter(entry -> !counts(entry.getKey()))
                    .map(entry -> finding(entry.getValue()).blame())
                    .min(Comparator.naturalOrder())
                    .or(() -> livelock()
                            .filter(finding -> !question.shows().counts(Invariant.I11))
                            .map(Finding::blame));
        }

        /** Goals that the scenario wants and nobody reaches, after a complete exploration. */
        List<String> unreached() {
            if (found.ended() != Ended.COMPLETE) {
                return List.of();
            }
            long asked = ~question.shows().goals();
            return question.scenario().goals(question.kernel()).stream()
                    .filter(goal -> (goal.bit() & asked & ~found.reached()) != 0)
                    .map(Goal::id)
                    .toList();
        }
    }
}
