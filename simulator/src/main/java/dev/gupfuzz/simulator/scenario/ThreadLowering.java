package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.Nearest;
import dev.gupfuzz.simulator.scenario.Node.Operands;
import dev.gupfuzz.simulator.scenario.Node.Place;
import dev.gupfuzz.simulator.scenario.Node.Text;
import dev.gupfuzz.simulator.scenario.WorldPlan.ThreadPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes rows of the threads' statements, everything unrolled. */
final class ThreadLowering {

    /** What a pin call of the scenario returns: entries for its pages. */
    private record PinSet(int index, int first, int count, int process) {}

    private final Scope scope;
    private final WorldPlan plan;
    private final int[] processOf;
    private final int pages;
    /** Found by a first round through all threads: a thread may use what a later one pins. */
    private final Map<String, PinSet> pinSets = new LinkedHashMap<>();

    private final TreeSet<String> filled = new TreeSet<>();
    private final List<String> events = new ArrayList<>();
    private final TreeSet<String> posted = new TreeSet<>();
    private final Map<String, At> waited = new LinkedHashMap<>();
    private final TreeSet<String> reached = new TreeSet<>();

    private boolean first;
    private int thread;
    private int drafted;
    private List<RowDraft> rows = new ArrayList<>();

    ThreadLowering(Scope scope, WorldPlan plan, int[] processOf, int pages) {
        this.scope = scope;
        this.plan = plan;
        this.processOf = processOf;
        this.pages = pages;
    }

    List<List<RowDraft>> programs() {
        first = true;
        round();
        first = false;
        List<List<RowDraft>> programs = round();
        waited.forEach((event, at) -> {
            if (!posted.contains(event)) {
                scope.mistakes.add(at, "nobody posts event '" + event + "'" + Nearest.hint(event, posted));
            }
        });
        return programs;
    }

    int pinSets() {
        return pinSets.size();
    }

    int events() {
        return events.size();
    }

    TreeSet<String> reached() {
        return reached;
    }

    private List<List<RowDraft>> round() {
        List<List<RowDraft>> programs = new ArrayList<>();
        Flow flow = new Flow(scope, this::spotOrNull);
        for (thread = 0; thread < processOf.length; thread++) {
            ThreadPlan threadPlan = plan.threads.get(thread);
            rows = new ArrayList<>();
            scope.enter(threadPlan.names());
            flow.run(threadPlan.program(), node -> statement((Node.Do) node));
            programs.add(rows);
        }
        return programs;
    }

    private void statement(Node.Do statement) {
        boolean pins = statement.verb().op == Op.PIN;
        if (first != pins && first) {
            return;
        }
        if (processOf[thread] < 0 && !statement.verb().byAgents()) {
            throw scope.lost(
                    statement.at(),
                    "an agent has no address space of its own and cannot '" + statement.verb().word + "'");
        }
        new StatementLowering(this, statement).lower();
    }

    // ---- what statements look up

    Scope scope() {
        return scope;
    }

    WorldPlan plan() {
        return plan;
    }

    /** Process of the present thread. */
    int process() {
        return processOf[thread];
    }

    int thread() {
        return thread;
    }

    int threadOf(int process) {
        for (int t = 0; t < processOf.length; t++) {
            if (processOf[t] == process) {
                return t;
            }
        }
        return 0;
    }

    int filePageLocation(int filePage) {
        return pages + filePage;
    }

    /** Whether only pin calls are looked at. */
    boolean first() {
        return first;
    }

    void add(RowDraft draft) {
        scope.work(draft.at());
        if (++drafted > Limits.ROWS) {
            scope.mistakes.add(draft.at(), "unrolled the threads have more than " + Limits.ROWS + " rows");
            throw new Mistakes.TooMany();
        }
        rows.add(draft);
    }

    private @Nullable Spot spotOrNull(Place place) {
        String name = place.name().text();
        return first
                        && scope.place(name) == null
                        && plan.regions.names().stream().noneMatch(name::equals)
                ? null
                : spot(place);
    }

    Spot spot(Place place) {
        Spot bound = scope.place(place.name().text());
        Spot all = bound != null ? bound : named(place.name().at(), scope.name(place.name()));
        if (place.from() == null) {
            return all;
        }
        if (bound != null) {
            throw scope.lost(place.at(), "'" + place.name().text() + "' is one page already");
        }
        String what = "a page of '" + all.name() + "'";
        int from = scope.number(place.from(), what, 0, all.count() - 1);
        int to = place.to() == null ? from : scope.number(place.to(), what, from, all.count() - 1);
        return new Spot(all.kind(), all.name(), all.of(), all.first() + from, to - from + 1);
    }

    private Spot named(At at, String name) {
        if (plan.regions.names().contains(name) || plan.regions.fileNames().contains(name)) {
            return plan.regions.spot(name);
        }
        PinSet set = pinSets.get(name);
        if (set == null) {
            List<String> valid = new ArrayList<>(plan.regions.names());
            valid.addAll(plan.regions.fileNames());
            valid.addAll(pinSets.keySet());
            throw scope.lost(at, "no region, file or pin call is called '" + name + "'" + Nearest.hint(name, valid));
        }
        return new Spot(Spot.Kind.PIN_SET, name, set.index(), 0, set.count());
    }

    /** The virtual page of the first page of a pin set. */
    int firstPage(String set) {
        return pinSets.get(set).first();
    }

    int pinSet(Text name) {
        PinSet set = pinSets.get(scope.name(name));
        if (set == null) {
            throw scope.lost(
                    name.at(),
                    "no pin call is called '" + name.text() + "'" + Nearest.hint(name.text(), pinSets.keySet()));
        }
        return set.index();
    }

    /** The present thread fills a pin set; each is filled once. */
    int fill(Text written, Spot spot) {
        String name = scope.name(written);
        if (plan.regions.names().contains(name) || plan.regions.fileNames().contains(name)) {
            throw scope.lost(written.at(), "there is already a region or file called '" + name + "'");
        }
        if (first) {
            if (pinSets.size() == Limits.PIN_SETS && !pinSets.containsKey(name)) {
                throw scope.lost(written.at(), "a scenario may have " + Limits.PIN_SETS + " pin calls at most");
            }
            pinSets.putIfAbsent(name, new PinSet(pinSets.size(), spot.first(), spot.count(), process()));
        } else if (!filled.add(name)) {
            throw scope.lost(
                    written.at(),
                    "'" + name + "' already names what another pin call returns: name this one differently");
        }
        PinSet set = pinSets.get(name);
        if (set == null) {
            throw new Cursor.Lost(); // there was no room for it
        }
        return set.index();
    }

    int event(Text written, boolean post) {
        String name = scope.name(written);
        if (!events.contains(name)) {
            if (events.size() == Limits.EVENTS) {
                throw scope.lost(written.at(), "a scenario may have " + Limits.EVENTS + " events at most");
            }
            events.add(name);
        }
        if (post) {
            posted.add(name);
        } else {
            waited.putIfAbsent(name, written.at());
        }
        return events.indexOf(name);
    }

    int goal(Text written) {
        String name = scope.name(written);
        int i = plan.ownGoals().indexOf(name);
        if (i < 0) {
            throw scope.lost(
                    written.at(),
                    "the scenario has no goal of its own called '" + name + "'" + Nearest.hint(name, plan.ownGoals()));
        }
        reached.add(name);
        return i;
    }

    /** Names of stores with their braces filled in. */
    List<Text> filledIn(List<Text> values) {
        List<Text> filledValues = new ArrayList<>();
        for (Text value : values) {
            filledValues.add(new Text(value.at(), scope.filled(value)));
        }
        return filledValues;
    }

    String storeName(Operands operands, boolean device) {
        return operands.stored() != null
                ? scope.filled(operands.stored())
                : device ? "device store" : plan.threads.get(thread).role() + "'s store";
    }
}
