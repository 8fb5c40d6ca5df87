package io.undermoon.proxy.gather;

import io.undermoon.proxy.frame.ProtocolException;

/**
 * The cursor of a {@code SCAN} over several nodes: all that there is to know of it, so the proxy keeps nothing, and any
 * proxy of the cluster can go on where another stopped. Below 2^63, because some clients read cursors as signed
 * numbers.
 *
 * <pre>
 *  62         50 49      39 38   36 35              0
 * | fingerprint |  member  |  node |    position     |
 * </pre>
 *
 * @param fingerprint of who serves which slot when the scan began, see {@link Masters}
 * @param member which of the proxies that serve slots, in the order of their addresses; 0 when only one proxy is
 *     scanned
 * @param node which of the member's nodes that serve slots, in the order of their addresses
 * @param position the node's own cursor; Redis has them below the size of its hash table
 */
public record ScanCursor(int fingerprint, int member, int node, long position) {
    static final int FINGERPRINT_BITS = 13;
    private static final int MEMBER_BITS = 11;
    private static final int NODE_BITS = 3;
    private static final int POSITION_BITS = 36;

    public ScanCursor {
        require(fingerprint, FINGERPRINT_BITS, "fingerprint");
        require(member, MEMBER_BITS, "proxy number");
        require(node, NODE_BITS, "node number");
        require(position, POSITION_BITS, "cursor of a node");
    }

    static ScanCursor decode(long cursor) {
        return new ScanCursor(
                (int) (cursor >>> POSITION_BITS + NODE_BITS + MEMBER_BITS),
                (int) (cursor >>> POSITION_BITS + NODE_BITS) & (1 << MEMBER_BITS) - 1,
                (int) (cursor >>> POSITION_BITS) & (1 << NODE_BITS) - 1,
                cursor & (1L << POSITION_BITS) - 1);
    }

    long encode() {
        return ((((long) fingerprint << MEMBER_BITS | member) << NODE_BITS) | node) << POSITION_BITS | position;
    }

    private static void require(long value, int bits, String what) {
        if (value < 0 || value >>> bits != 0) {
            throw new ProtocolException("SCAN cannot go on: the " + what + " " + value + " is not below 2^" + bits);
        }
    }
}
