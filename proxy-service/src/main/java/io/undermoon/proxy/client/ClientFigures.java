package io.undermoon.proxy.client;

/**
 * What a connection holds at a moment.
 *
 * @param fileDescriptor of the socket; -1 where the transport does not tell or it is closed
 * @param channels subscribed to
 * @param patterns subscribed to
 * @param shardChannels subscribed to
 * @param queued commands of the open transaction; -1 when there is none
 * @param queuedBytes size of these
 * @param queryBytes received and not taken yet
 * @param queryFreeBytes room for more of it
 * @param outputBytes written and not taken by the client yet
 * @param reading whether the client is read from
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
    /** Of no connection. */
    static final ClientFigures NONE = new ClientFigures(-1, 0, 0, 0, -1, 0, 0, 0, 0, false);

    /** Whether the client listens to messages. */
    boolean subscribes() {
        return channels + patterns + shardChannels > 0;
    }

    /** What all of it takes. */
    long totalBytes() {
        return queuedBytes + queryBytes + queryFreeBytes + outputBytes;
    }
}
