package dev.gupfuzz.coordinator.http;

import dev.gupfuzz.coordinator.CampaignRefusedException;
import dev.gupfuzz.coordinator.CampaignRefusedException.Kind;
import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.coordinator.FindingView;
import dev.gupfuzz.simulator.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Campaigns that never run, and a note of every call that would change them. */
final class FixedCampaigns implements Campaigns {
    static final String NAME = "fixed";

    final List<String> changes = java.util.Collections.synchronizedList(new ArrayList<>());
    final AtomicBoolean ready = new AtomicBoolean(true);

    static CampaignView view(String name) {
        return new CampaignView(
                name,
                1,
                1_700_000_000_000L,
                "ab".repeat(32),
                -1L,
                1000,
                CampaignView.State.RUNNING,
                CampaignView.Verdict.RUNNING,
                List.of(),
                new CampaignView.Ranges(10, 4, 0, 6, 2, 1, 3, 2, 1, 0, 0, 0, 1, 0, 0),
                new CampaignView.Conservation(6, 2, 1, 3, 0, 0, 0),
                new TreeMap<>(),
                List.of(new CampaignView.Cell(
                        "v5.9",
                        "fork-vs-pin-fast",
                        "random",
                        10,
                        3,
                        300,
                        30_000,
                        3_000,
                        120,
                        7,
                        9,
                        new TreeMap<>(java.util.Map.of("slow-path", 5L)),
                        List.of(new CampaignView.Violation("I1b", "fork: set_pte_at(dst)", 3, List.of(1L, -1L))),
                        OptionalLong.empty(),
                        CampaignView.Verdict.VIOLATED)));
    }

    @Override
    public List<CampaignView> list() {
        return List.of(view(NAME));
    }

    @Override
    public CompletableFuture<CampaignView> create(String specJson) throws CampaignRefusedException {
        changes.add("create");
        if (specJson.equals("taken")) {
            throw new CampaignRefusedException(Kind.CONFLICT, "there already is one");
        }
        if (specJson.equals("away")) {
            return CompletableFuture.failedFuture(new CampaignRefusedException(Kind.UNAVAILABLE, "Kafka is away"));
        }
        if (specJson.equals("broken")) {
            throw new IllegalStateException("planted");
        }
        if (!specJson.equals("good")) {
            throw new BadInput(List.of("first problem", "second problem"));
        }
        return CompletableFuture.completedFuture(view("new"));
    }

    @Override
    public CompletableFuture<CampaignView> cancel(String name) {
        changes.add("cancel " + name);
        return found(name, view(name));
    }

    @Override
    public CompletableFuture<String> export(String name) {
        return found(name, "gupfuzz-export 1\n");
    }

    @Override
    public CompletableFuture<List<FindingView>> findings(String name) {
        return found(
                name,
                List.of(new FindingView(
                        "v5.9", "fork-vs-pin-fast", "random", 0, "I1b", "fork", -1L, 5L, "no finding file")));
    }

    private static <T> CompletableFuture<T> found(String name, T value) {
        return name.equals(NAME)
                ? CompletableFuture.completedFuture(value)
                : CompletableFuture.failedFuture(
                        new CampaignRefusedException(Kind.NOT_FOUND, "there is no campaign '" + name + "'"));
    }

    @Override
    public boolean replayed() {
        return true;
    }

    @Override
    public boolean reachable() {
        return ready.get();
    }
}
