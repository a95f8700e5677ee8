package dev.gupfuzz.simulator.minimize;

import dev.gupfuzz.simulator.trace.Finding;
import dev.gupfuzz.simulator.trace.TraceStep;
import java.util.ArrayList;
import java.util.List;

/** A failing schedule in sentences: one for each turn of a thread, and one for each critical pair. */
final class Narration {

    /** Sentences at most. */
    static final int SENTENCES = 10;

    /** Turns that are told one by one at the beginning of a schedule with many, ... */
    private static final int FIRST_TURNS = 3;
    /** ... and at its end. */
    private static final int LAST_TURNS = 2;

    private static final int TURNS_MAX = FIRST_TURNS + 1 + LAST_TURNS;
    private static final int PAIRS_MAX = SENTENCES - TURNS_MAX;

    private Narration() {}

    static List<String> of(Finding finding, List<TraceStep> steps, List<CriticalPair> pairs) {
        List<String> sentences = turns(finding, steps);
        int told = pairs.size() <= PAIRS_MAX ? pairs.size() : PAIRS_MAX - 1;
        for (CriticalPair pair : pairs.subList(0, told)) {
            sentences.add("Had " + pair.secondStep().text() + " of "
                    + pair.secondStep().thread() + " come before "
                    + pair.firstStep().text() + " of "
                    + pair.firstStep().thread() + ", nothing would have broken.");
        }
        if (told < pairs.size()) {
            sentences.add("The same holds for " + (pairs.size() - told) + " more pairs of steps.");
        }
        if (finding.loop().exists()) {
            sentences.add("After step " + finding.loop().to() + " everything is as it was before step "
                    + (finding.loop().from() + 1) + ", so that this can go on for ever.");
        } else if (pairs.isEmpty()) {
            sentences.add("No two neighbouring steps alone make the difference.");
        }
        return List.copyOf(sentences);
    }

    private static List<String> turns(Finding finding, List<TraceStep> steps) {
        List<int[]> turns = new ArrayList<>();
        for (int i = 0; i < steps.size(); ) {
            int end = i;
            while (end < steps.size()
                    && steps.get(end).thread().equals(steps.get(i).thread())) {
                end++;
            }
            turns.add(new int[] {i, end});
            i = end;
        }
        List<String> sentences = new ArrayList<>();
        for (int k = 0; k < turns.size(); k++) {
            if (turns.size() > TURNS_MAX && k == FIRST_TURNS) {
                int left = turns.size() - FIRST_TURNS - LAST_TURNS;
                sentences.add(left + " more turns follow.");
                k = turns.size() - LAST_TURNS;
            }
            sentences.add(turn(finding, steps, turns.get(k)));
        }
        return sentences;
    }

    private static String turn(Finding finding, List<TraceStep> steps, int[] turn) {
        TraceStep from = steps.get(turn[0]);
        TraceStep to = steps.get(turn[1] - 1);
        String what = from.thread()
                + (turn[1] - turn[0] == 1
                        ? " takes one step, " + to.text()
                        : " runs from " + from.text() + " to " + to.text());
        if (turn[1] == steps.size()) {
            return what + ", and " + finding.blame().invariant().id() + " breaks: "
                    + finding.blame().invariant().title() + ".";
        }
        boolean couldGoOn = steps.get(turn[1]).enabled().contains(from.thread());
        return what + (couldGoOn ? ", and is stopped there although it could go on." : ", and cannot go on.");
    }
}
