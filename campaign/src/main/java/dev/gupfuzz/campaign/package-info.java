/**
 * What travels through Kafka and what is stored: campaigns, jobs, results, findings, and the names of the topics.
 *
 * <p>Read {@link dev.gupfuzz.campaign.CampaignSpec} (what a user asks for), then {@link dev.gupfuzz.campaign.CampaignPlan}
 * (which ranges of seeds that means), {@link dev.gupfuzz.campaign.RangeRun} (what one range yields),
 * {@link dev.gupfuzz.campaign.Wire} (how messages are encoded and what is refused), and
 * {@link dev.gupfuzz.campaign.CanonicalExport} (what "equal" means). Who issues jobs and who runs them live elsewhere.
 */
@NullMarked
package dev.gupfuzz.campaign;

import org.jspecify.annotations.NullMarked;
