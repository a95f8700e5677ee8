package dev.gupfuzz.cli;

import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.Outcomes;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.Started;
import dev.gupfuzz.coordinator.kafka.TopicReader;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.Tally;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The accounts taken once more from the records in Kafka alone, without any of the coordinator's code that counts.
 *
 * @param jobs distinct ranges among the job records
 * @param done distinct ranges among the results that count
 * @param repeated results that count beyond the first of their range
 * @param divergent of these, those with another digest
 * @param redelivered ranges that more than one worker said to have begun
 * @param schedules by kernel and scenario
 */
record RawAccounts(long jobs, long done, long repeated, long divergent, long redelivered, Map<String, Long> schedules) {
    private static final Duration STALLED = Duration.ofSeconds(30);

    static RawAccounts read(String bootstrapServers) throws Exception {
        KafkaSettings settings = new KafkaSettings(bootstrapServers, Map.of());
        Map<RangeId, Job> jobs = new HashMap<>();
        TopicReader.read(settings, Topics.JOBS, STALLED, found -> {
            Job job = message(Wire.JOB.decode(found.value()));
            jobs.put(RangeId.of(job), job);
        });
        Map<RangeId, RangeResult> results = new HashMap<>();
        long[] repeated = {0};
        long[] divergent = {0};
        TopicReader.read(settings, Topics.RESULTS, STALLED, found -> {
            RangeResult result = message(Wire.RESULT.decode(found.value()));
            if (!Outcomes.counted(result.getOutcome())) {
                return;
            }
            RangeResult first = results.putIfAbsent(RangeId.of(result), result);
            if (first != null) {
                repeated[0]++;
                divergent[0] += first.getDigest() == result.getDigest() ? 0 : 1;
            }
        });
        Map<RangeId, Set<String>> began = new HashMap<>();
        TopicReader.read(settings, Topics.STARTED, STALLED, found -> {
            Started started = message(Wire.STARTED.decode(found.value()));
            RangeId range = new RangeId(started.getCampaign(), started.getGeneration(), started.getIndex());
            began.computeIfAbsent(range, unknown -> new HashSet<>()).add(started.getWorker());
        });
        long redelivered =
                began.values().stream().filter(workers -> workers.size() > 1).count();
        Map<String, Long> schedules = new TreeMap<>();
        results.forEach((range, result) -> {
            Job job = jobs.get(range);
            Cell cell = new Cell(
                    Kernels.named(job.getKernel()),
                    Scenarios.named(job.getScenario()),
                    Strategy.named(job.getStrategy()));
            Tally tally = Tally.fromBytes(cell, result.getTally().toByteArray());
            schedules.merge(job.getKernel() + " x " + job.getScenario(), tally.schedules(), Long::sum);
        });
        return new RawAccounts(jobs.size(), results.size(), repeated[0], divergent[0], redelivered, schedules);
    }

    private static <M> M message(Decoded<M> decoded) {
        if (decoded instanceof Decoded.Message<M> message) {
            return message.value();
        }
        throw new AssertionError("a record cannot be read: " + decoded);
    }
}
