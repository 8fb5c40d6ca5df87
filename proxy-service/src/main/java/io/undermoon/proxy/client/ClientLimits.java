package io.undermoon.proxy.client;

import io.undermoon.proxy.frame.RequestLimits;

/**
 * The limits of clients. {@code CONFIG SET} replaces the record, also for connected clients.
 *
 * @param maxClients maximum number of connected clients, over all event loops
 * @param requests limits of one command
 * @param queryBufferBytes maximum number of buffered bytes of an incomplete command
 * @param output limits of unread replies
 * @param memoryBytes maximum of what all clients together make the proxy hold; 0 for no limit
 * @param idleMillis time after which an idle client is disconnected; 0 for never
 */
public record ClientLimits(
        int maxClients,
        RequestLimits requests,
        long queryBufferBytes,
        OutputLimits output,
        long memoryBytes,
        long idleMillis) {
    /** The minimum of {@code proto-max-bulk-len} and {@code client-query-buffer-limit}, as in Redis. */
    public static final int MIN_BYTES = 1 << 20;

    /** The maximum of both: a command is one buffer, and buffers are indexed by a positive {@code int}. */
    public static final int MAX_BYTES = 1 << 30;

    /** The default values of Redis. */
    public static final ClientLimits DEFAULT =
            new ClientLimits(10_000, RequestLimits.DEFAULT, MAX_BYTES, OutputLimits.DEFAULT, 0, 0);

    public ClientLimits withMaxClients(long number) {
        return new ClientLimits((int) number, requests, queryBufferBytes, output, memoryBytes, idleMillis);
    }

    public ClientLimits withMaxBulkBytes(long bytes) {
        RequestLimits changed = new RequestLimits(requests.maxArguments(), (int) bytes);
        return new ClientLimits(maxClients, changed, queryBufferBytes, output, memoryBytes, idleMillis);
    }

    public ClientLimits withMaxArguments(long number) {
        RequestLimits changed = new RequestLimits((int) number, requests.maxBulkBytes());
        return new ClientLimits(maxClients, changed, queryBufferBytes, output, memoryBytes, idleMillis);
    }

    public ClientLimits withQueryBufferBytes(long bytes) {
        return new ClientLimits(maxClients, requests, bytes, output, memoryBytes, idleMillis);
    }

    public ClientLimits withOutput(OutputLimits limits) {
        return new ClientLimits(maxClients, requests, queryBufferBytes, limits, memoryBytes, idleMillis);
    }

    public ClientLimits withMemoryBytes(long bytes) {
        return new ClientLimits(maxClients, requests, queryBufferBytes, output, bytes, idleMillis);
    }

    public ClientLimits withIdleMillis(long millis) {
        return new ClientLimits(maxClients, requests, queryBufferBytes, output, memoryBytes, millis);
    }
}
