package io.undermoon.dev.testing;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import redis.clients.jedis.Jedis;

/** A client that gives one key a new megabyte ten times a second. */
public final class LargeWrites implements AutoCloseable {
    public static final String KEY = "large";
    private static final int BYTES = 1 << 20;
    private static final long PAUSE_MILLIS = 100;

    private final Jedis client;
    private final Thread thread = new Thread(this::run, "large-writes");
    private volatile boolean stopping;

    /** @param client closed with this */
    public LargeWrites(Jedis client) {
        this.client = client;
    }

    public LargeWrites start() {
        thread.start();
        return this;
    }

    private void run() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] value = new byte[BYTES];
        try {
            while (!stopping) {
                random.nextBytes(value);
                client.set(KEY.getBytes(StandardCharsets.UTF_8), value);
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join();
        client.close();
    }
}
