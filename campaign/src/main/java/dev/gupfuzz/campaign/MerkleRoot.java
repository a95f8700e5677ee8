package dev.gupfuzz.campaign;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The root of a hash tree over range digests, so that two campaigns can be compared by one line and a difference can be
 * narrowed down by halving. Leaves are added in ascending order of their index; memory grows with the logarithm.
 *
 * <p>A leaf is SHA-256("gupfuzz leaf", index, digest), an inner node SHA-256("gupfuzz node", left, right), each field
 * preceded by its length as 8 bytes and numbers as 8 bytes, big-endian. The tree is the one of RFC 6962: the left
 * subtree is the largest power of two smaller than the number of leaves. Without leaves the root is SHA-256("gupfuzz
 * empty").
 */
public final class MerkleRoot {
    // invariant: peaks.get(i) is the root of a full subtree; sizes strictly descend from first to last
    private final List<byte[]> peaks = new ArrayList<>();
    private long leaves;
    private long last = -1;

    /** Adds the digest of the range with this index, which must be greater than every index before. */
    public void add(long index, long digest) {
        if (index <= last) {
            throw new IllegalArgumentException("[gupfuzz bug] leaves must ascend: last=" + last + " index=" + index);
        }
        last = index;
        byte[] node = Digests.of("gupfuzz leaf").number(index).number(digest).all();
        for (long full = leaves; (full & 1) == 1; full >>>= 1) {
            node = join(peaks.remove(peaks.size() - 1), node);
        }
        peaks.add(node);
        leaves++;
    }

    /** How many digests were added. */
    public long leaves() {
        return leaves;
    }

    /** The root over what was added so far, as 64 hexadecimal digits. */
    public String hex() {
        if (peaks.isEmpty()) {
            return HexFormat.of().formatHex(Digests.of("gupfuzz empty").all());
        }
        byte[] root = peaks.get(peaks.size() - 1);
        for (int i = peaks.size() - 2; i >= 0; i--) {
            root = join(peaks.get(i), root);
        }
        return HexFormat.of().formatHex(root);
    }

    private static byte[] join(byte[] left, byte[] right) {
        return Digests.of("gupfuzz node").bytes(left).bytes(right).all();
    }
}
