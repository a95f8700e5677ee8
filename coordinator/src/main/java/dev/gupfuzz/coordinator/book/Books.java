package dev.gupfuzz.coordinator.book;

import dev.gupfuzz.campaign.CampaignPlan;
import dev.gupfuzz.campaign.Decoded;
import dev.gupfuzz.campaign.InfrastructureException;
import dev.gupfuzz.campaign.KafkaSettings;
import dev.gupfuzz.campaign.RangeId;
import dev.gupfuzz.campaign.Topics;
import dev.gupfuzz.campaign.Wire;
import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.campaign.wire.Control;
import dev.gupfuzz.campaign.wire.LedgerSegment;
import dev.gupfuzz.coordinator.Faults;
import dev.gupfuzz.coordinator.kafka.TopicReader;
import dev.gupfuzz.simulator.BadInput;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The books of all campaigns, in the order of their creation. Belongs to the bookkeeper's thread. */
final class Books {
    private static final Logger LOG = LoggerFactory.getLogger(Books.class);

    /** How long the broker may give nothing while a topic is read at the start. */
    private static final Duration STALLED = Duration.ofSeconds(30);

    private final Map<String, CampaignBook> byKey = new LinkedHashMap<>();

    Collection<CampaignBook> all() {
        return byKey.values();
    }

    @Nullable
    CampaignBook byKey(String campaign, int generation) {
        return byKey.get(RangeId.campaignKey(campaign, generation));
    }

    @Nullable
    CampaignBook byName(String name) {
        for (CampaignBook book : byKey.values()) {
            if (book.name().equals(name)) {
                return book;
            }
        }
        return null;
    }

    void add(CampaignBook book) {
        byKey.put(book.key(), book);
    }

    /**
     * Reads the accepted campaigns, the orders and the closed segments.
     *
     * @throws InfrastructureException if the broker does not answer or a record that the accounts rest on is damaged
     */
    void recover(KafkaSettings settings, Faults faults) throws InfrastructureException {
        for (CampaignRecord accepted :
                latest(settings, Topics.CAMPAIGNS, Wire.CAMPAIGN).values()) {
            try {
                add(new CampaignBook(accepted, CampaignPlan.of(accepted), faults));
            } catch (BadInput e) {
                // It stays in its topic; another build of gupfuzz may know its kernels and scenarios.
                LOG.warn(
                        "campaign=skipped name={} why=\"{}\"", accepted.getCampaign(), String.join("; ", e.problems()));
            }
        }
        for (Control order : latest(settings, Topics.CONTROL, Wire.CONTROL).values()) {
            CampaignBook book = byKey(order.getCampaign(), order.getGeneration());
            if (book != null && order.getAction() == Control.Action.CANCEL) {
                book.cancel();
            }
        }
        for (LedgerSegment segment :
                latest(settings, Topics.LEDGER, Wire.SEGMENT).values()) {
            CampaignBook book = byKey(segment.getCampaign(), segment.getGeneration());
            if (book == null) {
                continue;
            }
            try {
                book.ledger().restore(SegmentCodec.decode(book.plan(), segment));
            } catch (BadInput | IllegalArgumentException | ArithmeticException e) {
                // Its ranges are folded from the results once more.
                LOG.warn(
                        "ledgerSegment=ignored campaign={} segment={} why=\"{}\"",
                        segment.getCampaign(),
                        segment.getSegment(),
                        e.getMessage());
            }
        }
    }

    /** The last value of each key, in the order in which the keys first came. */
    private static <M extends com.google.protobuf.Message> Map<String, M> latest(
            KafkaSettings settings, String topic, Wire<M> wire) throws InfrastructureException {
        Map<String, M> values = new LinkedHashMap<>();
        TreeMap<String, String> refused = new TreeMap<>();
        TopicReader.read(settings, topic, STALLED, found -> read(found, wire, values, refused));
        if (!refused.isEmpty()) {
            throw new InfrastructureException("topic " + topic + " holds records that this build cannot read, and the"
                    + " accounts rest on them: " + String.join("; ", refused.values())
                    + "; run the gupfuzz that wrote them");
        }
        return values;
    }

    private static <M extends com.google.protobuf.Message> void read(
            ConsumerRecord<String, byte[]> found, Wire<M> wire, Map<String, M> values, Map<String, String> refused) {
        String key = String.valueOf(found.key());
        if (found.value() == null) {
            values.remove(key);
            return;
        }
        Decoded<M> decoded = wire.decode(found.value());
        if (decoded instanceof Decoded.Message<M> message) {
            values.put(key, message.value());
        } else if (decoded instanceof Decoded.Refused<M> refusal && refused.size() < 5) {
            refused.put(key, "offset " + found.offset() + ": " + refusal.sentence());
        }
    }
}
