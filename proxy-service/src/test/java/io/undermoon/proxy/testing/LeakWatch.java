package io.undermoon.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Has Netty follow every buffer, and keeps what is logged of leaks and of errors nobody expected. Its end shows that
 * leaks are noticed at all, by one made on purpose.
 */
public final class LeakWatch extends Handler {
    /** Netty reports leaks that look the same only once, so each watch has its own. */
    private final String onPurpose = "leaked on purpose for " + UUID.randomUUID();

    private final ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    private final Logger root = Logger.getLogger("");
    private final List<String> leaks = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();

    public LeakWatch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        root.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getLevel().intValue() < Level.SEVERE.intValue()) {
            return;
        }
        String text =
                record.getMessage() + " " + (record.getParameters() == null ? "" : List.of(record.getParameters()))
                        + (record.getThrown() == null ? "" : " " + record.getThrown());
        (text.contains("LEAK") ? leaks : errors).add(text);
    }

    /**
     * Makes the garbage collector find every buffer that nobody released, and fails if there is one, or if an error was
     * logged.
     */
    public void assertNothingHappened() {
        await("the leak made on purpose").atMost(30, TimeUnit.SECONDS).until(() -> {
            leak();
            collect();
            return leaks.stream().anyMatch(leak -> leak.contains(onPurpose));
        });
        collect();
        assertThat(leaks).isNotEmpty().allMatch(leak -> leak.contains(onPurpose));
        assertThat(errors).isEmpty();
    }

    private void leak() {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        buffer.touch(onPurpose);
    }

    /** Leaks are reported when the next buffer is made. */
    private static void collect() {
        System.gc();
        PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public void close() {
        root.removeHandler(this);
        ResourceLeakDetector.setLevel(before);
    }
}
