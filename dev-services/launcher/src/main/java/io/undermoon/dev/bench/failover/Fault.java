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
    /** Nothing that is sent to the proxy's address arrives any more, and no connection is refused. */
    CUT("network cut");

    private final String title;

    Fault(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
