package io.undermoon.dev.bench.failover;

/** What happens to the part of the cluster that serves the writes. */
public enum Fault {
    /** The master's proxy is killed. */
    PROXY_KILLED("proxy: kill -9"),
    /** The master's Redis is killed; for Redis Cluster, which has nothing else, the master. */
    REDIS_KILLED("Redis: kill -9"),
    /** The proxy and the Redis are killed. */
    BOTH_KILLED("both: kill -9"),
    /** The proxy is stopped, and goes on when another one serves; for Redis Cluster the master. */
    STOPPED("SIGSTOP"),
    /** Nothing that is sent to the proxy or by it arrives any more, and no connection is refused. */
    CUT("network cut"),
    /** The Redis of half of the masters, one of each chunk, are killed at once. */
    HALF_OF_MASTERS("half of masters"),
    /** No fault: the masters of the proxy are moved to its partner; for Redis Cluster, the replica takes over. */
    SWITCHOVER("switchover");

    private final String title;

    Fault(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Whether it is planned, so that no write has to fail. */
    boolean isPlanned() {
        return this == SWITCHOVER;
    }
}
