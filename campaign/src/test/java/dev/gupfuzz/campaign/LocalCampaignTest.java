package dev.gupfuzz.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gupfuzz.campaign.CampaignPlan.PlannedCell;
import dev.gupfuzz.campaign.CanonicalExport.CellAccount;
import dev.gupfuzz.simulator.search.Sampler;
import dev.gupfuzz.simulator.search.Tally;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A campaign in one process, and the text that stands for its results. */
class LocalCampaignTest {
    private static final CampaignPlan PLAN = CampaignPlan.of(new CampaignSpec(
            1, "local", List.of("v5.9", "v5.11"), List.of("fork-vs-pin-fast"), List.of("random"), 1, 3000, 1 << 14));

    @Test
    void shouldCountWhatOneLongIntervalCounts() {
        LocalCampaign.Accounts accounts = LocalCampaign.run(PLAN, 2, () -> false, done -> {});
        assertThat(accounts.complete()).isTrue();
        assertThat(accounts.errors()).isEmpty();
        for (PlannedCell planned : PLAN.cells()) {
            CellAccount account = accounts.accounts().get(planned.position());
            Tally whole = Sampler.sample(planned.cell(), 1, 3000, 1, false, () -> false, done -> {});
            assertThat(account.tally().toBytes()).isEqualTo(whole.toBytes());
            assertThat(account.rangeDigests().leaves()).isEqualTo(planned.ranges());
        }
    }

    @Test
    void shouldExportTheSameTextOnAnyNumberOfCores() {
        String export = export(LocalCampaign.run(PLAN, 1, () -> false, done -> {}));
        assertThat(export(LocalCampaign.run(PLAN, 2, () -> false, done -> {}))).isEqualTo(export);
        assertThat(export)
                .startsWith("gupfuzz-export 1\ncampaign local\nmodel ")
                .contains("\ncells 2\n\ncell 0\nkernel v5.9\nscenario fork-vs-pin-fast\nstrategy random\n"
                        + "first-seed 0x0000000000000001\nseeds 3000\n")
                .contains("\nschedules 3000\n")
                .containsPattern("\nviolation [1-9][0-9]* 0x[0-9a-f]{16}(,0x[0-9a-f]{16}){2} I1b .*\n")
                .containsPattern("\ngoal [0-9]+ .*\n")
                .containsPattern("\nmerkle [0-9a-f]{64}\n$");
        String ofTheFixedKernel = export.substring(export.indexOf("\ncell 1\n"));
        assertThat(ofTheFixedKernel).doesNotContain("violation");
    }

    @Test
    void shouldReturnWhatWasDoneWhenItIsStopped() {
        AtomicLong done = new AtomicLong();
        LocalCampaign.Accounts accounts = LocalCampaign.run(PLAN, 1, () -> done.get() >= 1000, done::addAndGet);
        assertThat(accounts.complete()).isFalse();
        assertThat(accounts.accounts()).hasSize(2);
        long counted = accounts.accounts().stream()
                .mapToLong(account -> account.tally().schedules())
                .sum();
        assertThat(counted).isLessThan(3000);
        assertThat(export(accounts)).contains("ranges-done ");
    }

    private static String export(LocalCampaign.Accounts accounts) {
        return CanonicalExport.text(PLAN, accounts.accounts());
    }
}
