package io.undermoon.proxy.frame;

/**
 * The size limits of commands.
 *
 * @param maxArguments arguments of one command, the name included
 * @param maxBulkBytes size of one argument, {@code proto-max-bulk-len} of Redis
 */
public record RequestLimits(int maxArguments, int maxBulkBytes) {
    /** The limits of Redis. */
    public static final RequestLimits DEFAULT = new RequestLimits(1024 * 1024, 512 * 1024 * 1024);

    /** The limits of Redis for a client that is not logged in. */
    public static final RequestLimits UNAUTHENTICATED = new RequestLimits(10, 16384);
}
