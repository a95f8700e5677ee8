package dev.gupfuzz.coordinator.http;

import dev.gupfuzz.coordinator.CampaignRefusedException;
import dev.gupfuzz.coordinator.CampaignView;
import dev.gupfuzz.coordinator.FindingView;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the API needs from the coordinator. Futures fail with {@link CampaignRefusedException} or {@code BadInput}. */
public interface Campaigns {
    /** In the order of their creation. */
    List<CampaignView> list();

    /** Accepts the campaign of a JSON document; blocks while it is planned. */
    CompletableFuture<CampaignView> create(String specJson) throws CampaignRefusedException;

    CompletableFuture<CampaignView> cancel(String name);

    CompletableFuture<String> export(String name);

    CompletableFuture<List<FindingView>> findings(String name);

    /** Whether the ledger has been replayed. */
    boolean replayed();

    /** Whether Kafka answered within the last few seconds. */
    boolean reachable();
}
