package io.undermoon.system.testing;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes {@code writer:0}, {@code writer:1}, ... with their number as value, each until it is acknowledged, in a thread
 * of its own, at most about a thousand a second. So every number below {@link #acknowledged} must be found, whatever
 * happened meanwhile.
 */
public final class BackgroundWriter implements AutoCloseable {
    private static final long PACE_NANOS = 1_000_000;

    private static final String PREFIX = "writer:";

    private final StringClient client;
    private final String prefix;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final Thread thread = new Thread(this::write, "background-writer");
    private volatile boolean stopping;

    /** @param client closed with the writer */
    public BackgroundWriter(StringClient client) {
        this(client, PREFIX);
    }

    /**
     * @param client closed with the writer
     * @param prefix of its keys, in place of {@code writer:}
     */
    public BackgroundWriter(StringClient client, String prefix) {
        this.client = client;
        this.prefix = prefix;
    }

    public BackgroundWriter start() {
        thread.start();
        return this;
    }

    /** How many writes were acknowledged so far. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** How many attempts ended with an exception so far. */
    public long failures() {
        return failures.get();
    }

    /** Stops writing; the client stays open. */
    public void stop() throws InterruptedException {
        stopping = true;
        thread.join();
    }

    public static String key(long number) {
        return PREFIX + number;
    }

    private void write() {
        while (!stopping) {
            long number = acknowledged.get();
            try {
                client.set(prefix + number, Long.toString(number));
                acknowledged.incrementAndGet();
                LockSupport.parkNanos(PACE_NANOS);
            } catch (RuntimeException e) {
                // Not acknowledged: the same number is written again.
                failures.incrementAndGet();
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        client.close();
    }
}
