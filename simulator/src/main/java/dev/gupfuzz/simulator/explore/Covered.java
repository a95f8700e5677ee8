package dev.gupfuzz.simulator.explore;

import dev.gupfuzz.simulator.explore.Exploration.Ended;
import dev.gupfuzz.simulator.explore.Exploration.Way;
import java.util.SortedMap;

/** What an engine found out, whichever it was. */
public sealed interface Covered permits Exploration, ClassSearch.Result {

    /** Why it stopped. */
    Ended ended();

    /** Goals that some schedule reached, as a mask. */
    long reached();

    /** For each failure a way to it. */
    SortedMap<Long, Way> broken();
}
