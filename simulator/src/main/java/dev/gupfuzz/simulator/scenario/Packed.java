package dev.gupfuzz.simulator.scenario;

import dev.gupfuzz.simulator.BadInput;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** A scenario's file as one word, for messages to machines that do not have the file. */
final class Packed {

    static final String PREFIX = "gup1:";

    private Packed() {}

    static String pack(String text) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
            deflater.finish();
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            while (!deflater.finished()) {
                packed.write(buffer, 0, deflater.deflate(buffer));
            }
            return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(packed.toByteArray());
        } finally {
            deflater.end();
        }
    }

    /** @throws BadInput when it is damaged, or longer than a file may be */
    static byte[] unpack(String word) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(Base64.getUrlDecoder().decode(word.substring(PREFIX.length())));
            byte[] bytes = new byte[Limits.BYTES + 1];
            int length = 0;
            while (length < bytes.length && !inflater.finished()) {
                int more = inflater.inflate(bytes, length, bytes.length - length);
                if (more == 0) {
                    break;
                }
                length += more;
            }
            if (!inflater.finished()) {
                throw new BadInput("a packed scenario is cut, or longer than " + Limits.BYTES + " bytes");
            }
            return java.util.Arrays.copyOf(bytes, length);
        } catch (DataFormatException | IllegalArgumentException e) {
            throw new BadInput("a packed scenario is damaged");
        } finally {
            inflater.end();
        }
    }
}
