package dev.gupfuzz.campaign;

import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.campaign.wire.Control;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.LedgerSegment;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.SeedInterval;
import dev.gupfuzz.campaign.wire.Started;
import java.util.List;
import java.util.regex.Pattern;

/** What a well-formed message of each kind must hold; each rule adds one sentence that is safe to log. */
final class MessageRules {
    /** Ranges of one campaign: more would not fit into the ledger's topics. */
    static final long INDEX_MAX = (1L << 40) - 1;

    private static final Pattern CAMPAIGN_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern WORD = Pattern.compile("[\\x21-\\x7e][\\x20-\\x7e]{0,199}");
    private static final Pattern SCENARIO = Pattern.compile("[\\x21-\\x7e]{1,4096}");
    private static final Pattern STRATEGY = Pattern.compile("[\\x21-\\x7e]{1,2000}");
    private static final Pattern LINE = Pattern.compile("[^\\p{Cntrl}]{1,500}");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{8,128}");

    private MessageRules() {}

    static boolean isCampaignName(String name) {
        return CAMPAIGN_NAME.matcher(name).matches();
    }

    static void job(Job job, List<String> problems) {
        identity(job.getCampaign(), job.getGeneration(), job.getIndex(), problems);
        attempt(job.getAttempt(), problems);
        word("kernel", job.getKernel(), problems);
        scenario(job.getScenario(), problems);
        strategy(job.getStrategy(), problems);
        engine(job.getEngine(), problems);
        word("model", job.getModel(), problems);
        if (job.getLane() == Job.Lane.LANE_UNSPECIFIED || job.getLane() == Job.Lane.UNRECOGNIZED) {
            problems.add("lane is unknown: " + job.getLaneValue());
        }
        if (job.getStepBudget() < 0) {
            problems.add("step_budget is too large: " + Long.toUnsignedString(job.getStepBudget()));
        }
        Job.WorkCase wanted = switch (job.getKind()) {
            case SEEDS -> Job.WorkCase.SEEDS;
            case AUDIT -> Job.WorkCase.AUDIT;
            case PREFIX -> Job.WorkCase.PREFIX;
            case MINIMIZE -> Job.WorkCase.MINIMIZE;
            case VERIFY -> Job.WorkCase.VERIFY;
            case KIND_UNSPECIFIED, UNRECOGNIZED -> Job.WorkCase.WORK_NOT_SET;
        };
        if (wanted == Job.WorkCase.WORK_NOT_SET) {
            problems.add("kind is unknown: " + job.getKindValue());
        } else if (job.getWorkCase() != wanted) {
            problems.add("work does not fit the kind: kind=" + job.getKind() + " work=" + job.getWorkCase());
        } else if (wanted == Job.WorkCase.SEEDS) {
            interval(job.getSeeds(), problems);
        } else if (wanted == Job.WorkCase.AUDIT) {
            interval(job.getAudit().getSeeds(), problems);
        }
    }

    static void started(Started started, List<String> problems) {
        identity(started.getCampaign(), started.getGeneration(), started.getIndex(), problems);
        attempt(started.getAttempt(), problems);
        word("worker", started.getWorker(), problems);
    }

    static void result(RangeResult result, List<String> problems) {
        identity(result.getCampaign(), result.getGeneration(), result.getIndex(), problems);
        attempt(result.getAttempt(), problems);
        word("worker", result.getWorker(), problems);
        engine(result.getEngine(), problems);
        if (result.getOutcome() == RangeResult.Outcome.OUTCOME_UNSPECIFIED
                || result.getOutcome() == RangeResult.Outcome.UNRECOGNIZED) {
            problems.add("outcome is unknown: " + result.getOutcomeValue());
        } else if (Outcomes.counted(result.getOutcome()) == result.getTally().isEmpty()) {
            problems.add("a tally belongs to counted outcomes and to them alone: outcome=" + result.getOutcome()
                    + " tallyBytes=" + result.getTally().size());
        }
        if (result.getFindings() < 0) {
            problems.add("findings is too large: " + Integer.toUnsignedString(result.getFindings()));
        }
    }

    static void finding(FindingRecord finding, List<String> problems) {
        identity(finding.getCampaign(), finding.getGeneration(), finding.getIndex(), problems);
        attempt(finding.getAttempt(), problems);
        word("worker", finding.getWorker(), problems);
        word("invariant", finding.getInvariant(), problems);
        if (!LINE.matcher(finding.getWhere()).matches()) {
            problems.add("where must be one line of 1 to 500 characters: length="
                    + finding.getWhere().length());
        }
    }

    static void control(Control control, List<String> problems) {
        campaignAndGeneration(control.getCampaign(), control.getGeneration(), problems);
        if (control.getAction() == Control.Action.ACTION_UNSPECIFIED
                || control.getAction() == Control.Action.UNRECOGNIZED) {
            problems.add("action is unknown: " + control.getActionValue());
        }
    }

    static void campaign(CampaignRecord record, List<String> problems) {
        campaignAndGeneration(record.getCampaign(), record.getGeneration(), problems);
        engine(record.getEngine(), problems);
        word("model", record.getModel(), problems);
        if (record.getSpec().isEmpty()) {
            problems.add("spec is missing");
        }
        if (record.getCellsCount() == 0) {
            problems.add("it plans no cells");
        }
        for (CampaignRecord.PlannedCell cell : record.getCellsList()) {
            word("kernel", cell.getKernel(), problems);
            scenario(cell.getScenario(), problems);
            strategy(cell.getStrategy(), problems);
            if (cell.getSeedsPerRange() <= 0) {
                problems.add("seeds_per_range must be positive: " + cell.getSeedsPerRange());
            }
        }
    }

    static void segment(LedgerSegment segment, List<String> problems) {
        campaignAndGeneration(segment.getCampaign(), segment.getGeneration(), problems);
        int ranges = segment.getDigestsCount();
        if (ranges > RangeId.SEGMENT_RANGES) {
            problems.add("a segment holds at most " + RangeId.SEGMENT_RANGES + " ranges: " + ranges);
        }
        if (segment.getStates().size() != (ranges * 2 + 7) / 8) {
            problems.add("states and digests differ in length: stateBytes="
                    + segment.getStates().size() + " digests=" + ranges);
        }
    }

    private static void identity(String campaign, int generation, long index, List<String> problems) {
        campaignAndGeneration(campaign, generation, problems);
        if (index < 0 || index > INDEX_MAX) {
            problems.add("index is out of range: " + Long.toUnsignedString(index));
        }
    }

    private static void campaignAndGeneration(String campaign, int generation, List<String> problems) {
        if (!isCampaignName(campaign)) {
            problems.add("campaign is no name of lower-case letters, digits and hyphens: length=" + campaign.length());
        }
        if (generation <= 0) {
            problems.add("generation must be positive: " + generation);
        }
    }

    private static void attempt(int attempt, List<String> problems) {
        if (attempt <= 0) {
            problems.add("attempt must be positive: " + attempt);
        }
    }

    private static void interval(SeedInterval seeds, List<String> problems) {
        if (seeds.getCount() <= 0) {
            problems.add("the seed interval must hold at least one seed: count=" + seeds.getCount());
        } else if (Long.compareUnsigned(seeds.getFirst() + (seeds.getCount() - 1), seeds.getFirst()) < 0) {
            problems.add("the seed interval runs past the last 64-bit seed");
        }
    }

    /** The text itself may be hostile, so the sentence names its length alone. */
    private static void word(String field, String text, List<String> problems) {
        if (!WORD.matcher(text).matches()) {
            problems.add(field + " must be 1 to 200 printable characters: length=" + text.length());
        }
    }

    /** The name of a scenario that is not built in has its text in it. */
    private static void scenario(String text, List<String> problems) {
        if (!SCENARIO.matcher(text).matches()) {
            problems.add("scenario must be 1 to 4096 printable characters: length=" + text.length());
        }
    }

    /** A portfolio names its members with all that they learnt. */
    private static void strategy(String text, List<String> problems) {
        if (!STRATEGY.matcher(text).matches()) {
            problems.add("strategy must be 1 to 2000 printable characters: length=" + text.length());
        }
    }

    private static void engine(String engine, List<String> problems) {
        if (!HEX.matcher(engine).matches()) {
            problems.add("engine must be a hexadecimal digest: length=" + engine.length());
        }
    }
}
