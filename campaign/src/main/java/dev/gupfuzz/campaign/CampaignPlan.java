package dev.gupfuzz.campaign;

import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.SeedInterval;
import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.kernel.Kernel;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.Scenario;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.search.StepsPerSchedule;
import dev.gupfuzz.simulator.strategy.Strategy;
import java.util.ArrayList;
import java.util.List;

/**
 * A campaign cut into ranges: which cells there are, with frozen strategies, and which seeds each range runs. The same
 * specification gives the same plan on every machine, because sizes come from counted steps and never from time.
 *
 * <p>Cells follow each other as kernel x scenario x strategy, the last varying fastest; the ranges of a cell follow each
 * other in seed order; one index counts through all of them from 0.
 */
public final class CampaignPlan {
    /** A range may take so many times the steps planned for it before it ends early. */
    private static final long BUDGET_FACTOR = 8;

    private final CampaignSpec spec;
    private final List<PlannedCell> cells;

    /**
     * One cell and its ranges.
     *
     * @param position position in the plan, from 0
     * @param seedsPerRange seeds of each range but the last, which may have fewer
     * @param stepBudget steps after which a range ends early
     * @param firstIndex index of the cell's first range
     * @param ranges how many ranges the cell has
     */
    public record PlannedCell(
            int position, Cell cell, long seedsPerRange, long stepBudget, long firstIndex, long ranges) {}

    /** One range: {@code count} seeds from {@code firstSeed} on. */
    public record PlannedRange(long index, PlannedCell planned, long firstSeed, long count) {
        /** The cell that the range samples. */
        public Cell cell() {
            return planned.cell();
        }
    }

    private CampaignPlan(CampaignSpec spec, List<PlannedCell> cells) {
        this.spec = spec;
        this.cells = List.copyOf(cells);
        if (ranges() > MessageRules.INDEX_MAX) {
            throw new BadInput(List.of("the campaign has too many ranges: ranges=" + ranges() + " max="
                    + MessageRules.INDEX_MAX + "; ask for fewer seeds or raise stepsPerRange"));
        }
    }

    /** Calibrates what is not frozen yet and cuts the campaign; takes time in proportion to the cells. */
    public static CampaignPlan of(CampaignSpec spec) {
        List<PlannedCell> cells = new ArrayList<>();
        long index = 0;
        for (String kernelName : spec.kernels()) {
            Kernel kernel = Kernels.named(kernelName);
            for (String scenarioName : spec.scenarios()) {
                Scenario scenario = Scenarios.named(scenarioName);
                for (String strategyName : spec.strategies()) {
                    Strategy strategy = Strategy.named(strategyName);
                    Strategy frozen = strategy.frozen() ? strategy : strategy.freeze(kernel, scenario);
                    Cell cell = new Cell(kernel, scenario, frozen);
                    long stepsPerSchedule = Math.max(1, StepsPerSchedule.mean(cell));
                    long seedsPerRange = Math.max(1, spec.stepsPerRange() / stepsPerSchedule);
                    long stepBudget = BUDGET_FACTOR * Math.max(spec.stepsPerRange(), stepsPerSchedule);
                    PlannedCell planned = planned(cells.size(), cell, seedsPerRange, stepBudget, index, spec.seeds());
                    cells.add(planned);
                    index += planned.ranges();
                }
            }
        }
        return new CampaignPlan(spec, cells);
    }

    /**
     * The plan as it was when the campaign was accepted; nothing is calibrated again.
     *
     * @throws BadInput if this build does not know a kernel, scenario or strategy of the record
     */
    public static CampaignPlan of(CampaignRecord record) {
        CampaignSpec spec = CampaignSpec.parse(record.getSpec());
        List<PlannedCell> cells = new ArrayList<>();
        long index = 0;
        for (CampaignRecord.PlannedCell stored : record.getCellsList()) {
            Cell cell = new Cell(
                    Kernels.named(stored.getKernel()),
                    Scenarios.named(stored.getScenario()),
                    Strategy.named(stored.getStrategy()));
            PlannedCell planned =
                    planned(cells.size(), cell, stored.getSeedsPerRange(), stored.getStepBudget(), index, spec.seeds());
            cells.add(planned);
            index += planned.ranges();
        }
        return new CampaignPlan(spec, cells);
    }

    /** What the user asked for. */
    public CampaignSpec spec() {
        return spec;
    }

    /** The cells in order. */
    public List<PlannedCell> cells() {
        return cells;
    }

    /** How many ranges the campaign has; indices go from 0 to one less. */
    public long ranges() {
        if (cells.isEmpty()) {
            return 0;
        }
        PlannedCell last = cells.get(cells.size() - 1);
        return last.firstIndex() + last.ranges();
    }

    /** The cell that the range with this index belongs to. */
    public PlannedCell cellOf(long index) {
        if (index < 0 || index >= ranges()) {
            throw new IllegalArgumentException("[gupfuzz bug] no such range: index=" + index + " ranges=" + ranges());
        }
        int low = 0;
        int high = cells.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (cells.get(middle).firstIndex() <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return cells.get(low);
    }

    /** The range with this index. */
    public PlannedRange range(long index) {
        PlannedCell planned = cellOf(index);
        long offset = (index - planned.firstIndex()) * planned.seedsPerRange();
        long count = Math.min(planned.seedsPerRange(), spec.seeds() - offset);
        return new PlannedRange(index, planned, spec.firstSeed() + offset, count);
    }

    /** The job that asks for the range with this index. */
    public Job job(int generation, long index, int attempt) {
        PlannedRange range = range(index);
        Cell cell = range.cell();
        return Job.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(spec.name())
                .setGeneration(generation)
                .setKind(Job.Kind.SEEDS)
                .setLane(Job.Lane.FUZZ)
                .setIndex(index)
                .setAttempt(attempt)
                .setKernel(cell.kernel().name())
                .setScenario(cell.scenario().portableName())
                .setStrategy(cell.strategy().name())
                .setEngine(Model.engine())
                .setModel(Model.version())
                .setStepBudget(range.planned().stepBudget())
                .setSeeds(SeedInterval.newBuilder().setFirst(range.firstSeed()).setCount(range.count()))
                .build();
    }

    /** The record that keeps this plan; {@code createdMs} is for display. */
    public CampaignRecord toRecord(int generation, long createdMs) {
        CampaignRecord.Builder record = CampaignRecord.newBuilder()
                .setVersion(Wire.VERSION)
                .setCampaign(spec.name())
                .setGeneration(generation)
                .setEngine(Model.engine())
                .setModel(Model.version())
                .setSpec(spec.toJson())
                .setCreatedMs(createdMs);
        for (PlannedCell planned : cells) {
            record.addCells(CampaignRecord.PlannedCell.newBuilder()
                    .setKernel(planned.cell().kernel().name())
                    .setScenario(planned.cell().scenario().portableName())
                    .setStrategy(planned.cell().strategy().name())
                    .setSeedsPerRange(planned.seedsPerRange())
                    .setStepBudget(planned.stepBudget()));
        }
        return record.build();
    }

    private static PlannedCell planned(
            int position, Cell cell, long seedsPerRange, long stepBudget, long firstIndex, long seeds) {
        long ranges = (seeds - 1) / seedsPerRange + 1;
        return new PlannedCell(position, cell, seedsPerRange, stepBudget, firstIndex, ranges);
    }
}
