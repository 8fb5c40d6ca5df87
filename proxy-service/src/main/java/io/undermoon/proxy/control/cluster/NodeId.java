package io.undermoon.proxy.control.cluster;

import io.undermoon.metadata.ClusterName;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The node id that clients see. It is a function of cluster and address, so all proxies agree on it without
 * communication.
 *
 * <pre>
 * testcluster_____________9f8fca2805923328
 * |- 24: cluster name ---||- 16: CRC ----|      both padded on the right with underscores
 * </pre>
 *
 * The CRC is CRC-64/Jones of the address, which Redis uses for DUMP, in hexadecimal without leading zeros.
 */
final class NodeId {
    private static final int NAME_LENGTH = 24;
    private static final int CRC_LENGTH = 16;
    private static final long REFLECTED_POLYNOMIAL = 0x95AC9329AC4BC9B5L;
    private static final long[] TABLE = table();

    private NodeId() {}

    /**
     * @param address of a proxy or, for a replica, of its Redis node, as in the metadata
     */
    static String of(@Nullable ClusterName cluster, String address) {
        String name = cluster == null ? "" : cluster.value();
        return fill(name, NAME_LENGTH) + fill(Long.toHexString(crc64(address)), CRC_LENGTH);
    }

    static long crc64(String text) {
        long crc = 0;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            crc = TABLE[(int) ((crc ^ b) & 0xff)] ^ crc >>> 8;
        }
        return crc;
    }

    private static String fill(String text, int length) {
        return text.length() >= length ? text.substring(0, length) : text + "_".repeat(length - text.length());
    }

    private static long[] table() {
        long[] table = new long[256];
        for (int i = 0; i < table.length; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ REFLECTED_POLYNOMIAL : crc >>> 1;
            }
            table[i] = crc;
        }
        return table;
    }
}
