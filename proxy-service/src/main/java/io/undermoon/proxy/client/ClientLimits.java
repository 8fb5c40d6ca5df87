package io.undermoon.proxy.client;

import io.undermoon.proxy.frame.RequestLimits;

/**
 * What clients may take of the proxy. {@code CONFIG SET} replaces it, for the clients that are connected too.
 *
 * @param maxClients how many may be connected, on all loops together
 * @param requests how large a command may be
 * @param queryBufferBytes how much of a command that is not whole may be held
 * @param output how much may wait for clients that do not take it
 * @param idleMillis after which an idle client is disconnected; 0 for never
 */
public record ClientLimits(
        int maxClients, RequestLimits requests, long queryBufferBytes, OutputLimits output, long idleMillis) {
    /** The smallest that {@code proto-max-bulk-len} and {@code client-query-buffer-limit} may be, as in Redis. */
    public static final int MIN_BYTES = 1 << 20;

    /** The largest that these may be: buffers are addressed by 31 bits, and a command is in one. */
    public static final int MAX_BYTES = 1 << 30;

    /** The values of Redis. */
    public static final ClientLimits DEFAULT =
            new ClientLimits(10_000, RequestLimits.DEFAULT, MAX_BYTES, OutputLimits.DEFAULT, 0);

    public ClientLimits withMaxClients(long number) {
        return new ClientLimits((int) number, requests, queryBufferBytes, output, idleMillis);
    }

    public ClientLimits withMaxBulkBytes(long bytes) {
        RequestLimits changed = new RequestLimits(requests.maxArguments(), (int) bytes);
        return new ClientLimits(maxClients, changed, queryBufferBytes, output, idleMillis);
    }

    public ClientLimits withMaxArguments(long number) {
        RequestLimits changed = new RequestLimits((int) number, requests.maxBulkBytes());
        return new ClientLimits(maxClients, changed, queryBufferBytes, output, idleMillis);
    }

    public ClientLimits withQueryBufferBytes(long bytes) {
        return new ClientLimits(maxClients, requests, bytes, output, idleMillis);
    }

    public ClientLimits withOutput(OutputLimits limits) {
        return new ClientLimits(maxClients, requests, queryBufferBytes, limits, idleMillis);
    }

    public ClientLimits withIdleMillis(long millis) {
        return new ClientLimits(maxClients, requests, queryBufferBytes, output, millis);
    }
}
