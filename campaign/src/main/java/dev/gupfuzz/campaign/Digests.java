package dev.gupfuzz.campaign;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 over a sequence of length-prefixed fields, whole or as its first 64 bits. */
final class Digests {
    private final MessageDigest sha256;

    private Digests(MessageDigest sha256) {
        this.sha256 = sha256;
    }

    /** An empty digest; the purpose keeps digests of different things apart. */
    static Digests of(String purpose) {
        try {
            return new Digests(MessageDigest.getInstance("SHA-256")).text(purpose);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("[gupfuzz bug] every Java runtime has SHA-256", e);
        }
    }

    Digests text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    Digests bytes(byte[] value) {
        number(value.length);
        sha256.update(value);
        return this;
    }

    Digests number(long value) {
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
        return this;
    }

    byte[] all() {
        return sha256.digest();
    }

    long first64() {
        return ByteBuffer.wrap(sha256.digest()).getLong();
    }
}
