package dev.gupfuzz.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.gupfuzz.campaign.Decoded.Reason;
import dev.gupfuzz.campaign.Samples.Sample;
import dev.gupfuzz.campaign.wire.FindingRecord;
import dev.gupfuzz.campaign.wire.Job;
import dev.gupfuzz.campaign.wire.RangeResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of message: the bytes on the wire, what comes back, and what hostile bytes do. */
class WireTest {
    static Stream<Sample<?>> samples() {
        return Stream.of(
                new Sample<>(Wire.JOB, Samples.job()),
                new Sample<>(Wire.STARTED, Samples.started()),
                new Sample<>(Wire.RESULT, Samples.result()),
                new Sample<>(Wire.FINDING, Samples.finding()),
                new Sample<>(Wire.CONTROL, Samples.control()),
                new Sample<>(Wire.CAMPAIGN, Samples.campaign()),
                new Sample<>(Wire.SEGMENT, Samples.segment()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    <M extends Message> void shouldWriteTheSameBytesForEver(Sample<M> sample) throws IOException {
        assertThat(HexFormat.of().formatHex(sample.wire().encode(sample.message())))
                .isEqualTo(golden(sample));
    }

    @ParameterizedTest
    @MethodSource("samples")
    <M extends Message> void shouldReadWhatItWrote(Sample<M> sample) throws IOException {
        assertThat(sample.wire().decode(HexFormat.of().parseHex(golden(sample))))
                .isEqualTo(new Decoded.Message<>(sample.message()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    <M extends Message> void shouldKeepFieldsItDoesNotKnow(Sample<M> sample) {
        Message.Builder extended = sample.message().toBuilder();
        extended.setUnknownFields(UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                .build());
        byte[] bytes = extended.build().toByteArray();

        Decoded<M> decoded = sample.wire().decode(bytes);

        assertThat(decoded).isInstanceOf(Decoded.Message.class);
        assertThat(sample.wire().encode(((Decoded.Message<M>) decoded).value())).isEqualTo(bytes);
    }

    @ParameterizedTest
    @MethodSource("samples")
    <M extends Message> void shouldRefuseAnotherMajorVersionWithASentence(Sample<M> sample) throws Exception {
        // Of two values of one field the last one counts.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(sample.message().toByteArray());
        CodedOutputStream version = CodedOutputStream.newInstance(bytes);
        version.writeUInt32(1, 2);
        version.flush();

        Decoded.Refused<M> refused = refused(sample.wire().decode(bytes.toByteArray()));

        assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_VERSION);
        assertThat(refused.sentence())
                .isEqualTo("refused a " + sample.wire().name()
                        + " record: its major version is 2; this build reads version 1: upgrade gupfuzz on this"
                        + " machine or drain the newer records first");
    }

    @ParameterizedTest
    @MethodSource("samples")
    <M extends Message> void shouldRefuseNothingAndTooMuch(Sample<M> sample) {
        assertThat(refused(sample.wire().decode(null)).reason()).isEqualTo(Reason.EMPTY);
        assertThat(refused(sample.wire().decode(new byte[0])).reason()).isEqualTo(Reason.EMPTY);
        assertThat(refused(sample.wire().decode(new byte[Wire.SEGMENT_BYTES_MAX + 1]))
                        .reason())
                .isEqualTo(Reason.TOO_LARGE);
    }

    @ParameterizedTest
    @MethodSource("samples")
    <M extends Message> void shouldSurviveEveryTruncation(Sample<M> sample) {
        byte[] bytes = sample.message().toByteArray();
        for (int length = 0; length < bytes.length; length++) {
            assertDecodesOrRefuses(sample.wire(), Arrays.copyOf(bytes, length));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    <M extends Message> void shouldSurviveDamagedAndRandomBytes(Sample<M> sample) {
        Random random = new Random(42);
        byte[] sound = sample.message().toByteArray();
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = sound.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            assertDecodesOrRefuses(sample.wire(), damaged);
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertDecodesOrRefuses(sample.wire(), noise);
        }
    }

    @Test
    void shouldRefuseRandomBytesAsAJob() {
        Random random = new Random(7);
        for (int round = 0; round < 1_000; round++) {
            byte[] noise = new byte[1 + random.nextInt(300)];
            random.nextBytes(noise);
            assertThat(Wire.JOB.decode(noise)).isInstanceOf(Decoded.Refused.class);
        }
    }

    @Test
    void shouldNameEveryProblemOfAJobAtOnce() {
        Job bad = Samples.job().toBuilder()
                .setCampaign("Demo\nx")
                .setGeneration(0)
                .setAttempt(0)
                .setKernel("")
                .setLaneValue(99)
                .setIndex(-1)
                .build();

        Decoded.Refused<Job> refused = refused(Wire.JOB.decode(bad.toByteArray()));

        assertThat(refused.reason()).isEqualTo(Reason.INVALID);
        assertThat(refused.sentence())
                .contains("campaign is no name")
                .contains("generation must be positive: 0")
                .contains("attempt must be positive: 0")
                .contains("kernel must be 1 to 200 printable characters: length=0")
                .contains("lane is unknown: 99")
                .contains("index is out of range: 18446744073709551615")
                .doesNotContain("\n");
    }

    @Test
    void shouldRefuseAJobWhoseWorkDoesNotFitItsKind() {
        Job bad = Samples.job().toBuilder().setKind(Job.Kind.VERIFY).build();
        assertThat(refused(Wire.JOB.decode(bad.toByteArray())).sentence())
                .contains("work does not fit the kind: kind=VERIFY work=SEEDS");
    }

    @Test
    void shouldRefuseAnIntervalThatWrapsAround() {
        Job bad = Samples.job();
        bad = bad.toBuilder().setSeeds(bad.getSeeds().toBuilder().setCount(3)).build();
        assertThat(refused(Wire.JOB.decode(bad.toByteArray())).sentence())
                .contains("the seed interval runs past the last 64-bit seed");
    }

    @Test
    void shouldRefuseAResultWhoseTallyDoesNotFitItsOutcome() {
        RangeResult noTally = Samples.result().toBuilder().clearTally().build();
        RangeResult extraTally = Samples.result().toBuilder()
                .setOutcome(RangeResult.Outcome.CANCELLED)
                .build();
        assertThat(refused(Wire.RESULT.decode(noTally.toByteArray())).reason()).isEqualTo(Reason.INVALID);
        assertThat(refused(Wire.RESULT.decode(extraTally.toByteArray())).reason())
                .isEqualTo(Reason.INVALID);
    }

    @Test
    void shouldNotSendWhatItWouldNotAccept() {
        FindingRecord huge = Samples.finding().toBuilder()
                .setFile("x".repeat(Wire.RECORD_BYTES_MAX))
                .build();
        assertThat(Wire.FINDING.fits(huge)).isFalse();
        assertThatThrownBy(() -> Wire.FINDING.encode(huge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the limit is 65536");
    }

    /** What version 1 has written; a line of the file is never edited. */
    private static String golden(Sample<?> sample) throws IOException {
        Properties lines = new Properties();
        try (InputStream file = WireTest.class.getResourceAsStream("golden-v1.properties")) {
            lines.load(file);
        }
        return lines.getProperty(sample.wire().name().replace(' ', '-'));
    }

    private static <M extends Message> void assertDecodesOrRefuses(Wire<M> wire, byte[] bytes) {
        Decoded<M> decoded = wire.decode(bytes);
        if (decoded instanceof Decoded.Refused<M> refused) {
            assertThat(refused.sentence()).startsWith("refused a ").matches("[^\\p{Cntrl}]*");
        } else {
            M message = ((Decoded.Message<M>) decoded).value();
            assertThat(wire.decode(wire.encode(message))).isEqualTo(decoded);
        }
    }

    private static <M> Decoded.Refused<M> refused(Decoded<M> decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Refused.class);
        return (Decoded.Refused<M>) decoded;
    }
}
