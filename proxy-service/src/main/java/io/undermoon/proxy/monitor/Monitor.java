package io.undermoon.proxy.monitor;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.SessionFeature;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.resp.RespWriter;

/**
 * A client in {@code MONITOR} mode, which lasts until it leaves or sends {@code RESET}. A client that does not read is
 * closed by its limit for messages ({@code client-output-buffer-limit} of class {@code pubsub}). Owned by its loop.
 */
public final class Monitor implements SessionFeature {
    private final ClientSession session;
    private final SessionLoop loop;
    private final Monitors monitors;

    /** Written and read by the loop. */
    private boolean ended;

    private Monitor(ClientSession session, SessionLoop loop, Monitors monitors) {
        this.session = session;
        this.loop = loop;
        this.monitors = monitors;
    }

    /** {@code MONITOR}; in MONITOR mode it is, as in Redis, ignored without a reply. */
    public static void begin(ClientSession session, SessionLoop loop, Monitors monitors) {
        if (session.features().get(FeatureKind.MONITOR) != null) {
            return;
        }
        Monitor monitor = new Monitor(session, loop, monitors);
        session.features().begin(monitor);
        session.client().monitors(true);
        RespWriter.simple(session.replyBuffer(), "OK");
        monitors.add(monitor);
    }

    @Override
    public FeatureKind kind() {
        return FeatureKind.MONITOR;
    }

    @Override
    public void close() {
        ended = true;
        session.client().monitors(false);
        monitors.remove(this);
    }

    /**
     * Sends a line to the client; callable from any thread.
     *
     * @param line on the heap, read only from now on
     */
    void show(ByteBuf line) {
        loop.proxyLoop().execute(() -> {
            if (!ended) {
                session.push(line, 0, line.writerIndex());
            }
        });
    }
}
