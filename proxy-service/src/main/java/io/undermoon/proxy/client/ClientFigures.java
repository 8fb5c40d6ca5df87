package io.undermoon.proxy.client;

/**
 * The subscriptions, transaction and buffers of a connection at one moment.
 *
 * @param fileDescriptor of the socket; -1 when the transport does not expose it or the socket is closed
 * @param channels number of subscribed channels
 * @param patterns number of subscribed patterns
 * @param shardChannels number of subscribed shard channels
 * @param queued number of commands in the open transaction; -1 without one
 * @param queuedBytes size of the queued commands
 * @param queryBytes received bytes that are not handled yet, with those of the command that is being handled
 * @param queryFreeBytes free space of the query buffer
 * @param outputBytes reply bytes that the client has not read yet
 * @param reading whether the proxy reads from the client
 */
public record ClientFigures(
        int fileDescriptor,
        int channels,
        int patterns,
        int shardChannels,
        int queued,
        long queuedBytes,
        long queryBytes,
        long queryFreeBytes,
        long outputBytes,
        boolean reading) {
    /** The figures of an absent connection. */
    static final ClientFigures NONE = new ClientFigures(-1, 0, 0, 0, -1, 0, 0, 0, 0, false);

    /** Whether the client has subscriptions. */
    boolean subscribes() {
        return channels + patterns + shardChannels > 0;
    }

    /** Memory of the query buffer. */
    public long inputBytes() {
        return queryBytes + queryFreeBytes;
    }

    /** Memory of all buffers and of the transaction. */
    long totalBytes() {
        return queuedBytes + queryBytes + queryFreeBytes + outputBytes;
    }
}
