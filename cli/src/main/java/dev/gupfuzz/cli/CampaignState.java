package dev.gupfuzz.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * Where a campaign is, read from the coordinator's answer.
 *
 * @param ended whether nothing will be added to it any more
 * @param verdict the answer; of an unfinished campaign, what has been found so far
 */
record CampaignState(boolean ended, Verdict verdict) {

    static CampaignState of(JsonNode campaign) {
        String state = campaign.path("state").asText();
        boolean ended = state.equals("complete") || state.equals("cancelled");
        String verdict = campaign.path("verdict").asText();
        if (ended) {
            return new CampaignState(true, Verdict.valueOf(verdict.toUpperCase(Locale.ROOT)));
        }
        return new CampaignState(false, violated(campaign) ? Verdict.VIOLATED : Verdict.INCOMPLETE);
    }

    private static boolean violated(JsonNode campaign) {
        for (JsonNode cell : campaign.path("cells")) {
            if (!cell.path("violations").isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
