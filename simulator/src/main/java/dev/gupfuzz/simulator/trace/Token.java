package dev.gupfuzz.simulator.trace;

import dev.gupfuzz.simulator.BadInput;
import dev.gupfuzz.simulator.Model;
import dev.gupfuzz.simulator.invariant.Invariant;
import dev.gupfuzz.simulator.kernel.Kernels;
import dev.gupfuzz.simulator.scenario.ScenarioText;
import dev.gupfuzz.simulator.scenario.Scenarios;
import dev.gupfuzz.simulator.search.Cell;
import dev.gupfuzz.simulator.strategy.Strategy;
import dev.gupfuzz.simulator.trace.Finding.Loop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;

/** The one-line form of a finding: {@code gf1:} and base64url of the fields, with the head of their SHA-256 behind them. */
final class Token {

    static final String PREFIX = "gf1:";
    /** Of a schedule that goes round for ever: programs that know only the other form would follow it into nothing. */
    static final String LOOP_PREFIX = "gf2:";

    private static final int SUM_BYTES = 6;
    /** Decisions of one finding at most. */
    static final int COUNT_MAX = 10_000_000;

    private Token() {}

    static String write(Finding finding) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(Model.version());
            out.writeUTF(finding.cell.kernel().name());
            out.writeUTF(finding.cell.scenario().identity());
            out.writeUTF(finding.cell.strategy().name());
            out.writeLong(finding.seed);
            out.writeUTF(finding.invariant.id());
            out.writeUTF(finding.where);
            number(out, finding.steps);
            out.writeLong(finding.stateHash);
            runs(out, finding.threads);
            runs(out, finding.choices);
            number(out, finding.checks.length);
            for (int check : finding.checks) {
                out.writeShort(check);
            }
            if (finding.loop.exists()) {
                number(out, finding.loop.from());
                number(out, finding.loop.to());
            }
            out.write(sum(bytes.toByteArray()), 0, SUM_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text(finding.loop.exists() ? LOOP_PREFIX : PREFIX, bytes.toByteArray());
    }

    private static String text(String prefix, byte[] bytes) {
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static Finding read(String token, Collection<ScenarioText> known) {
        boolean loops = token.startsWith(LOOP_PREFIX);
        if (!token.startsWith(PREFIX) && !loops) {
            String head = token.length() > 12 ? token.substring(0, 12) + "..." : token;
            throw new BadInput(
                    token.matches("gf[0-9]+:.*")
                            ? "token '" + head + "' is of a format that this program does not know: it reads " + PREFIX
                                    + " and " + LOOP_PREFIX
                            : "'" + head + "' is neither a token (" + PREFIX + "...) nor a finding file");
        }
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(token.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new BadInput("the token has a character that does not belong there: copy the whole line again");
        }
        if (!text(loops ? LOOP_PREFIX : PREFIX, all)
                .equals(token)) { // the decoder overlooks bits of the last character
            throw new BadInput("the token was damaged in its last character: copy the whole line again");
        }
        if (all.length <= SUM_BYTES) {
            throw new BadInput("the token was truncated: copy the whole line again");
        }
        byte[] body = Arrays.copyOf(all, all.length - SUM_BYTES);
        if (!Arrays.equals(Arrays.copyOf(sum(body), SUM_BYTES), Arrays.copyOfRange(all, body.length, all.length))) {
            throw new BadInput(
                    "the token was truncated or damaged (its checksum does not fit): copy the whole line again");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            Finding.requireThisModel(in.readUTF());
            Cell cell = new Cell(
                    Kernels.named(in.readUTF()),
                    Scenarios.identified(in.readUTF(), known),
                    Strategy.recorded(in.readUTF()));
            long seed = in.readLong();
            Invariant invariant = invariant(in.readUTF());
            String where = in.readUTF();
            int steps = number(in);
            long stateHash = in.readLong();
            int[] threads = runs(in);
            int[] choices = runs(in);
            int[] checks = new int[number(in)];
            for (int i = 0; i < checks.length; i++) {
                checks[i] = in.readUnsignedShort();
            }
            requireThreads(cell, threads);
            Loop loop = loops ? loop(number(in), number(in), steps) : Loop.NONE;
            return new Finding(cell, seed, threads, choices, checks, invariant, where, steps, stateHash, loop);
        } catch (IOException | IllegalArgumentException e) {
            throw new BadInput("the token is malformed: " + e.getMessage());
        }
    }

    static Loop loop(int from, int to, int steps) {
        if (from >= to || to != steps) {
            throw new BadInput("the finding's loop does not end it: loop=" + from + " to " + to + ", steps=" + steps);
        }
        return new Loop(from, to);
    }

    static void requireThreads(Cell cell, int[] threads) {
        for (int t : threads) {
            if (t < 0 || t >= cell.scenario().threads().size()) {
                throw new BadInput(
                        "the finding names a thread that " + cell.scenario() + " does not have: thread=" + t);
            }
        }
    }

    static Invariant invariant(String id) {
        for (Invariant invariant : Invariant.values()) {
            if (invariant.id().equals(id)) {
                return invariant;
            }
        }
        throw new BadInput("the finding names an unknown invariant: invariant=" + id);
    }

    private static void runs(DataOutputStream out, int[] values) throws IOException {
        int runs = 0;
        for (int i = 0; i < values.length; i++) {
            if (i == 0 || values[i] != values[i - 1]) {
                runs++;
            }
        }
        number(out, runs);
        for (int i = 0; i < values.length; ) {
            int end = i;
            while (end < values.length && values[end] == values[i]) {
                end++;
            }
            number(out, values[i]);
            number(out, end - i);
            i = end;
        }
    }

    private static int[] runs(DataInputStream in) throws IOException {
        int runs = number(in);
        int[] values = new int[0];
        for (int i = 0; i < runs; i++) {
            int value = number(in);
            int length = number(in);
            int from = values.length;
            if (from + (long) length > COUNT_MAX) {
                throw new IOException("too many decisions");
            }
            values = Arrays.copyOf(values, from + length);
            Arrays.fill(values, from, values.length, value);
        }
        return values;
    }

    private static void number(DataOutputStream out, int value) throws IOException {
        int rest = value;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static int number(DataInputStream in) throws IOException {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int b = in.readUnsignedByte();
            value |= (b & 0x7f) << shift;
            if (b < 0x80) {
                if (value > COUNT_MAX) {
                    break;
                }
                return value;
            }
        }
        throw new IOException("number out of range");
    }

    static byte[] sum(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
