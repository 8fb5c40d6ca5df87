package io.undermoon.resp;

/**
 * The limits of one value. They are checked before memory is allocated.
 *
 * @param maxBulkBytes length of a bulk string, at most 512 MB as in Redis
 * @param maxElements elements of a value, nested ones included; a map entry counts as two
 * @param maxDepth nesting depth of aggregates; 1 allows an array of plain values
 * @param maxLineBytes length of a line that is not a bulk string: simple strings, errors, numbers
 */
public record RespLimits(int maxBulkBytes, int maxElements, int maxDepth, int maxLineBytes) {
    /** The limits of control connections to nodes and proxies. */
    public static final RespLimits CONTROL = new RespLimits(64 << 20, 1 << 20, 16, 64 << 10);

    private static final int REDIS_MAX_BULK_BYTES = 512 << 20;

    public RespLimits {
        if (maxBulkBytes < 0
                || maxBulkBytes > REDIS_MAX_BULK_BYTES
                || maxElements < 0
                || maxDepth < 0
                || maxLineBytes < 1) {
            throw new IllegalArgumentException("limits out of range: bulk " + maxBulkBytes + ", elements " + maxElements
                    + ", depth " + maxDepth + ", line " + maxLineBytes);
        }
    }
}
