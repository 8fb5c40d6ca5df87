package io.undermoon.proxy.limit;

/**
 * What a user, or all clients of a cluster, may use of one proxy; 0 stands for no limit.
 *
 * @param commands per second
 * @param bytes per second, of commands and replies together
 * @param connections at the same time
 */
public record Limits(long commands, long bytes, long connections) {
    public static final Limits NONE = new Limits(0, 0, 0);

    public Limits {
        if (commands < 0 || bytes < 0 || connections < 0) {
            throw new IllegalArgumentException(
                    "a limit is negative: commands=" + commands + " bytes=" + bytes + " connections=" + connections);
        }
    }

    /** An equal share of each limit for one of several proxies, at least 1. */
    public Limits dividedBy(int proxies) {
        return proxies <= 1
                ? this
                : new Limits(share(commands, proxies), share(bytes, proxies), share(connections, proxies));
    }

    private static long share(long limit, int proxies) {
        return limit / proxies + (limit % proxies == 0 ? 0 : 1);
    }
}
