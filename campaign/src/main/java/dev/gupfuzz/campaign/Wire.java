package dev.gupfuzz.campaign;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.gupfuzz.campaign.Decoded.Reason;
import dev.gupfuzz.campaign.wire.CampaignRecord;
import dev.gupfuzz.campaign.wire.Control;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.LedgerSegment;
import dev.gupfuzz.campaign.wire.RangeResult;
import dev.gupfuzz.campaign.wire.Started;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes one kind of message, with a limit on its size and checks of its content. Unknown fields survive a
 * decode and encode; an unknown major version, too many bytes, or content that breaks a rule is refused with a sentence.
 */
public final class Wire<M extends Message> {
    /** The major version this build writes and reads. */
    public static final int VERSION = 1;

    /** Largest record of every kind but the ledger's, in bytes. */
    public static final int RECORD_BYTES_MAX = 64 * 1024;

    /** Largest ledger segment in bytes: 1,024 digests and the tallies of the cells that the segment touches. */
    public static final int SEGMENT_BYTES_MAX = 1024 * 1024 - 16 * 1024;

    public static final Wire<Job> JOB =
            new Wire<>("job", Job.parser(), Job::getVersion, RECORD_BYTES_MAX, MessageRules::job);
    public static final Wire<Started> STARTED =
            new Wire<>("started", Started.parser(), Started::getVersion, RECORD_BYTES_MAX, MessageRules::started);
    public static final Wire<RangeResult> RESULT =
            new Wire<>("result", RangeResult.parser(), RangeResult::getVersion, RECORD_BYTES_MAX, MessageRules::result);
    public static final Wire<FindingRecord> FINDING = new Wire<>(
            "finding", FindingRecord.parser(), FindingRecord::getVersion, RECORD_BYTES_MAX, MessageRules::finding);
    public static final Wire<Control> CONTROL =
            new Wire<>("control", Control.parser(), Control::getVersion, RECORD_BYTES_MAX, MessageRules::control);
    public static final Wire<CampaignRecord> CAMPAIGN = new Wire<>(
            "campaign", CampaignRecord.parser(), CampaignRecord::getVersion, RECORD_BYTES_MAX, MessageRules::campaign);
    public static final Wire<LedgerSegment> SEGMENT = new Wire<>(
            "ledger segment",
            LedgerSegment.parser(),
            LedgerSegment::getVersion,
            SEGMENT_BYTES_MAX,
            MessageRules::segment);

    private final String name;
    private final Parser<M> parser;
    private final ToIntFunction<M> version;
    private final int bytesMax;
    private final BiConsumer<M, List<String>> rules;

    private Wire(
            String name, Parser<M> parser, ToIntFunction<M> version, int bytesMax, BiConsumer<M, List<String>> rules) {
        this.name = name;
        this.parser = parser;
        this.version = version;
        this.bytesMax = bytesMax;
        this.rules = rules;
    }

    /** The kind of message in words, for logs. */
    public String name() {
        return name;
    }

    /**
     * The bytes of a message that its own {@link #decode} accepts.
     *
     * @throws IllegalArgumentException if the message breaks a rule or is too large: the sender's bug
     */
    public byte[] encode(M message) {
        byte[] bytes = message.toByteArray();
        if (decode(bytes) instanceof Decoded.Refused<M> refused) {
            throw new IllegalArgumentException("[gupfuzz bug] cannot send: " + refused.sentence());
        }
        return bytes;
    }

    /** Whether the message fits into one record; what does not fit must be shortened by its sender. */
    public boolean fits(M message) {
        return message.getSerializedSize() <= bytesMax;
    }

    /** The message in the bytes of a record's value; never throws, whatever the bytes are. */
    public Decoded<M> decode(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return refuse(Reason.EMPTY, "it has no bytes");
        }
        if (bytes.length > bytesMax) {
            return refuse(Reason.TOO_LARGE, "it has " + bytes.length + " bytes; the limit is " + bytesMax);
        }
        M message;
        try {
            message = parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return refuse(Reason.GARBAGE, "its " + bytes.length + " bytes are no such message");
        }
        int found = version.applyAsInt(message);
        if (found != VERSION) {
            return refuse(
                    Reason.UNKNOWN_VERSION,
                    "its major version is " + Integer.toUnsignedString(found) + "; this build reads version " + VERSION
                            + ": upgrade gupfuzz on this machine or drain the newer records first");
        }
        List<String> problems = new ArrayList<>();
        rules.accept(message, problems);
        if (!problems.isEmpty()) {
            return refuse(Reason.INVALID, String.join("; ", problems));
        }
        return new Decoded.Message<>(message);
    }

    private Decoded<M> refuse(Reason reason, String why) {
        return new Decoded.Refused<>(reason, "refused a " + name + " record: " + why);
    }
}
