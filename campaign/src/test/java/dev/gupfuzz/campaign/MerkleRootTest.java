package dev.gupfuzz.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The tree against a second, recursive reading of its definition. */
class MerkleRootTest {
    @Test
    void shouldEqualTheRecursiveDefinitionForEverySize() throws Exception {
        Set<String> roots = new HashSet<>();
        for (int leaves = 0; leaves <= 70; leaves++) {
            MerkleRoot root = new MerkleRoot();
            for (int i = 0; i < leaves; i++) {
                root.add(2L * i, digest(i));
            }
            assertThat(root.leaves()).isEqualTo(leaves);
            assertThat(root.hex()).isEqualTo(HexFormat.of().formatHex(recursive(0, leaves)));
            roots.add(root.hex());
        }
        assertThat(roots).hasSize(71);
    }

    @Test
    void shouldChangeWithAnyDigestOrIndex() {
        String sound = root(5, 1, 2).hex();
        assertThat(root(5, 1, 3).hex()).isNotEqualTo(sound);
        assertThat(root(6, 1, 2).hex()).isNotEqualTo(sound);
    }

    @Test
    void shouldRefuseLeavesOutOfOrder() {
        MerkleRoot root = root(5, 1, 2);
        assertThatThrownBy(() -> root.add(6, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static MerkleRoot root(long firstIndex, long... digests) {
        MerkleRoot root = new MerkleRoot();
        for (int i = 0; i < digests.length; i++) {
            root.add(firstIndex + i, digests[i]);
        }
        return root;
    }

    private static long digest(int i) {
        return i * 0x9E3779B97F4A7C15L;
    }

    private static byte[] recursive(int from, int to) throws Exception {
        if (from == to) {
            return sha256(field("gupfuzz empty".getBytes(StandardCharsets.UTF_8)));
        }
        if (to - from == 1) {
            return sha256(
                    field("gupfuzz leaf".getBytes(StandardCharsets.UTF_8)), number(2L * from), number(digest(from)));
        }
        int left = Integer.highestOneBit(to - from - 1);
        return sha256(
                field("gupfuzz node".getBytes(StandardCharsets.UTF_8)),
                field(recursive(from, from + left)),
                field(recursive(from + left, to)));
    }

    private static byte[] field(byte[] bytes) {
        return ByteBuffer.allocate(8 + bytes.length)
                .putLong(bytes.length)
                .put(bytes)
                .array();
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    private static byte[] sha256(byte[]... parts) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }
}
