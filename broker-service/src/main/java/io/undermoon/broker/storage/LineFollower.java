package io.undermoon.broker.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads the lines of a stream without an end, such as a watch, and opens another stream when it ends
 * nevertheless. A stream may be dead without a sign, so who learns by other means what it should have said compares,
 * see {@link #restartIfBehind}.
 */
public final class LineFollower implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LineFollower.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    /** For how long a stream may be behind. */
    private static final Duration MAX_DELAY = Duration.ofMillis(500);

    private static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

    private final String name;
    private final Source source;
    private final Listener listener;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable InputStream stream;
    /** Since when the stream is behind, as {@link System#nanoTime}; absent while it is not. */
    private @Nullable Long behindSinceNanos;

    /** Opens the stream. */
    @FunctionalInterface
    public interface Source {
        /** The stream, which may be closed while it is read. */
        InputStream open() throws IOException;
    }

    /** Takes what is read, on the thread of the follower. */
    @FunctionalInterface
    public interface Listener {
        /** @throws IOException if the stream is of no use any more */
        void line(byte[] line) throws IOException;
    }

    /** @param name of the thread */
    public LineFollower(String name, Source source, Listener listener) {
        this.name = name;
        this.source = source;
        this.listener = listener;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Begins to read; called once. */
    public void start() {
        thread.start();
    }

    /**
     * Opens another stream if the present one stays behind. Called by one thread at a time, again and again.
     *
     * @param isBehind whether the stream has not yet told of something that is known by other means
     */
    public void restartIfBehind(boolean isBehind) {
        long now = System.nanoTime();
        Long since = behindSinceNanos;
        if (!isBehind) {
            behindSinceNanos = null;
        } else if (since == null) {
            behindSinceNanos = now;
        } else if (now - since > MAX_DELAY.toNanos()) {
            behindSinceNanos = null;
            restart();
        }
    }

    /** Opens another stream. */
    public void restart() {
        InputStream open = stream;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debugf(e, "Stream not closed: name=%s", name);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        restart();
    }

    private void run() {
        while (!closed) {
            try (InputStream lines = source.open()) {
                stream = lines;
                while (!closed) {
                    listener.line(line(lines));
                }
            } catch (IOException e) {
                LOG.debugf(e, "Stream ended: name=%s", name);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Stream failed: name=%s", name);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the stream has ended");
            }
            if (next == '\n') {
                return line.toByteArray();
            }
            if (line.size() == MAX_LINE_BYTES) {
                throw new IOException("a line has more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(next);
        }
    }
}
