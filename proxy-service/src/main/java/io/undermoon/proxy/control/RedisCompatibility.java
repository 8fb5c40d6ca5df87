package io.undermoon.proxy.control;

/** What the proxy says of itself to clients that take it for a Redis server. */
public final class RedisCompatibility {
    /**
     * The version of Redis whose words and shapes the replies have; clients decide by it what to send. It says nothing of
     * the nodes behind the proxy.
     */
    public static final String REDIS_VERSION = "7.0.15";

    private RedisCompatibility() {}
}
