package dev.gupfuzz.simulator.scenario;

import java.util.ArrayList;
import java.util.List;

/** What must hold between the threads of a scenario before it is run. */
final class ProgramChecks {

    private final Mistakes mistakes;
    private final WorldPlan plan;
    private final int[] processOf;
    private final ThreadLowering threads;

    ProgramChecks(Mistakes mistakes, WorldPlan plan, int[] processOf, ThreadLowering threads) {
        this.mistakes = mistakes;
        this.plan = plan;
        this.processOf = processOf;
        this.threads = threads;
    }

    void all(List<List<RowDraft>> programs) {
        int[] parents = parents(programs);
        for (int t = 0; t < programs.size(); t++) {
            boolean held = false;
            for (RowDraft draft : programs.get(t)) {
                requireSight(t, draft, parents);
                held = holds(held, draft);
                if (draft.row()[0] == Op.EXIT && threadsOf(processOf[t]) > 1) {
                    mistakes.add(
                            draft.at(),
                            "'exit' ends a process with one thread: '"
                                    + plan.processes.get(processOf[t]).name() + "' has " + threadsOf(processOf[t]));
                }
            }
            if (programs.get(t).isEmpty()) {
                mistakes.add(
                        plan.threads.get(t).at(),
                        "thread '" + plan.threads.get(t).role() + "' does nothing");
            }
        }
        requireSmallerFiles(programs);
        requireOneSecondaryMmu(programs);
        for (String goal : plan.ownGoals()) {
            if (!threads.reached().contains(goal)) {
                mistakes.add(
                        plan.ownGoalAt(goal),
                        "nothing reaches goal '" + goal + "': a thread says 'reach " + goal + "', or 'load PAGE reach "
                                + goal + " when VALUE'");
            }
        }
    }

    /** Guests run in threads of one process, whose secondary MMU everybody tells who takes rights from its page table. */
    private void requireOneSecondaryMmu(List<List<RowDraft>> programs) {
        int followed = -1;
        for (int t = 0; t < programs.size(); t++) {
            for (RowDraft draft : programs.get(t)) {
                if (draft.row()[0] != Op.GUEST_LOAD && draft.row()[0] != Op.GUEST_STORE) {
                    continue;
                }
                if (followed >= 0 && followed != processOf[t]) {
                    mistakes.add(
                            draft.at(),
                            "a scenario has one secondary MMU: there are guests in '"
                                    + plan.processes.get(followed).name() + "' already");
                    return;
                }
                followed = processOf[t];
            }
        }
        for (WorldPlan.ThreadPlan thread : plan.threads) {
            if (followed >= 0 && thread.cpu() != ThreadSpec.OWN_CPU) {
                mistakes.add(
                        thread.at(), "beside guests each thread has a CPU of its own: '" + thread.role() + "' has not");
            }
        }
    }

    /** A thread holds one page at a time: whether it holds one behind the row. */
    private boolean holds(boolean held, RowDraft draft) {
        if (draft.row()[0] == Op.HOLD && held) {
            mistakes.add(draft.at(), "a thread holds one page at a time: take a thread for each page");
        }
        return draft.row()[0] == Op.HOLD || (held && draft.row()[0] != Op.RELEASE);
    }

    private record Cut(int thread, int size, At at) {}

    /** Nothing tells what a page of a file shows that comes back, so that no order of the threads may make a file larger. */
    private void requireSmallerFiles(List<List<RowDraft>> programs) {
        List<String> files = plan.regions.fileNames();
        for (int file = 0; file < files.size(); file++) {
            List<Cut> cuts = cuts(file, programs);
            boolean shared = cuts.stream().mapToInt(Cut::thread).distinct().count() > 1;
            for (int i = 1; i < cuts.size(); i++) {
                int before = cuts.get(shared ? 0 : i - 1).size();
                int now = cuts.get(i).size();
                if (shared && now != before) {
                    mistakes.add(
                            cuts.get(i).at(),
                            "several threads truncate '" + files.get(file) + "': they must all say the same size, not "
                                    + before + " and " + now);
                } else if (now > before) {
                    mistakes.add(
                            cuts.get(i).at(),
                            "'truncate' makes a file smaller only: '" + files.get(file) + "' was cut to " + before
                                    + " before");
                }
            }
        }
    }

    private static List<Cut> cuts(int file, List<List<RowDraft>> programs) {
        List<Cut> cuts = new ArrayList<>();
        for (int t = 0; t < programs.size(); t++) {
            for (RowDraft draft : programs.get(t)) {
                if (draft.row()[0] == Op.TRUNCATE && draft.row()[1] == file) {
                    cuts.add(new Cut(t, draft.row()[2], draft.at()));
                }
            }
        }
        return cuts;
    }

    private long threadsOf(int process) {
        return java.util.Arrays.stream(processOf).filter(p -> p == process).count();
    }

    /** Of each process the one that forks it, or -1. */
    private int[] parents(List<List<RowDraft>> programs) {
        int[] parents = new int[plan.processes.size()];
        java.util.Arrays.fill(parents, -1);
        for (int t = 0; t < programs.size(); t++) {
            for (RowDraft draft : programs.get(t)) {
                int[] row = draft.row();
                if (row[0] == Op.FORK) {
                    if (parents[row[2]] >= 0) {
                        mistakes.add(
                                draft.at(),
                                "child '" + plan.processes.get(row[2]).name() + "' is forked twice: declare another");
                    }
                    parents[row[2]] = processOf[t];
                }
            }
        }
        for (int p = 0; p < parents.length; p++) {
            WorldPlan.ProcessPlan process = plan.processes.get(p);
            if (process.child() && threadsOf(p) != 1) {
                mistakes.add(
                        process.at(), "child '" + process.name() + "' must have one thread: it has " + threadsOf(p));
            }
            if (process.child() && parents[p] < 0) {
                mistakes.add(process.at(), "nobody forks child '" + process.name() + "'");
            }
        }
        return parents;
    }

    /** A thread names regions of its own process, and those that a fork gave it. */
    private void requireSight(int thread, RowDraft draft, int[] parents) {
        int mm = processOf[thread];
        if (draft.owner() < 0 || mm < 0) {
            return;
        }
        for (int hops = 0; mm >= 0 && hops <= parents.length; hops++) {
            if (mm == draft.owner()) {
                return;
            }
            mm = parents[mm];
        }
        mistakes.add(
                draft.at(),
                "thread '" + plan.threads.get(thread).role() + "' does not see the pages of process '"
                        + plan.processes.get(draft.owner()).name() + "'");
    }
}
