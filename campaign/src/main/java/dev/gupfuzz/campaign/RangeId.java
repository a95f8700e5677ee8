package dev.gupfuzz.campaign;

import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;

/** Identity of a range of work: equal ids mean the same schedules. Also spells the keys of the topics. */
public record RangeId(String campaign, int generation, long index) {
    /** Ranges whose states and digests share one ledger record. */
    public static final int SEGMENT_RANGES = 1024;

    public static RangeId of(Job job) {
        return new RangeId(job.getCampaign(), job.getGeneration(), job.getIndex());
    }

    public static RangeId of(RangeResult result) {
        return new RangeId(result.getCampaign(), result.getGeneration(), result.getIndex());
    }

    /** Key of the campaign in {@code gupfuzz.campaigns} and {@code gupfuzz.control}. */
    public static String campaignKey(String campaign, int generation) {
        return campaign + "/" + generation;
    }

    /** Key of a ledger segment. */
    public static String segmentKey(String campaign, int generation, long segment) {
        return campaignKey(campaign, generation) + "/" + segment;
    }

    /** Key of the job, its start and its result. */
    public String key() {
        return campaignKey(campaign, generation) + "/" + index;
    }

    /** One word for logs, e.g. {@code demo/1/42}. */
    @Override
    public String toString() {
        return key();
    }
}
