package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.CampaignSpec;
import dev.gupfuzz.simulator.Model;
import java.util.List;

/** The campaign that {@code up} begins: the race in the kernel that has it, beside the kernel that does not. */
final class Demonstration {
    /** Named after the engine too: another build cannot go on with this one's campaign, and begins its own. */
    static final String NAME = "demonstration-" + Model.engine().substring(0, 8);

    /** Half the usual range: on two cores a dashboard then sees several a second. */
    private static final long STEPS_PER_RANGE = 1L << 25;

    /** Days of work, so that there is something to see; its cells are issued in turn and all grow from the start. */
    private static final long SEEDS = 10_000_000_000L;

    private Demonstration() {}

    static CampaignSpec campaign() {
        return new CampaignSpec(
                CampaignSpec.VERSION,
                NAME,
                List.of("v5.9", "v5.11"),
                List.of("fork-vs-pin-fast", "fork-vs-pin-fast-writer", "pin-fast-vs-munmap"),
                List.of(StrategyOption.DEFAULT_STRATEGY),
                1,
                SEEDS,
                STEPS_PER_RANGE);
    }
}
