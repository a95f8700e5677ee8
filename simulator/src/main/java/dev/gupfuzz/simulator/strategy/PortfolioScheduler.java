package dev.gupfuzz.simulator.strategy;

import dev.gupfuzz.simulator.machine.Machine;
import org.jspecify.annotations.Nullable;

/** Several strategies on one machine: the seed says which of them runs it. */
final class PortfolioScheduler extends Scheduler {

    private final Strategy portfolio;
    private final Scheduler[] members;
    private int member;

    PortfolioScheduler(Machine machine, Strategy portfolio) {
        super(machine);
        this.portfolio = portfolio;
        Views views = new Views(machine);
        members = portfolio.members().stream()
                .map(strategy -> strategy.scheduler(views))
                .toArray(Scheduler[]::new);
    }

    @Override
    public void run(long seed) {
        member = portfolio.memberOf(seed);
        members[member].run(seed);
        decisions = members[member].decisions;
    }

    @Override
    public void record(@Nullable Decisions to) {
        super.record(to);
        for (Scheduler scheduler : members) {
            scheduler.record(to);
        }
    }

    @Override
    public int member() {
        return member;
    }
}
