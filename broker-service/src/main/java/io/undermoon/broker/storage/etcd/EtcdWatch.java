package io.undermoon.broker.storage.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A thread that follows a watch at the endpoint that answered last, and opens another one when it ends. A watch may be
 * dead without a sign, so who reads the value by other means says when it should have been heard of.
 */
final class EtcdWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EtcdWatch.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

    private final EtcdClient client;
    private final ObjectNode request;
    private final LongConsumer listener;
    private final Thread thread;
    private volatile boolean closed;
    private volatile HostPort endpoint;
    private volatile @Nullable InputStream stream;
    /** The revision of etcd at the last reply. */
    private volatile long heard;

    /** @param listener is given the revision of etcd with each reply */
    EtcdWatch(EtcdClient client, ObjectNode request, LongConsumer listener) {
        this.client = client;
        this.request = request;
        this.listener = listener;
        this.endpoint = client.endpoint();
        thread = new Thread(this::run, "etcd-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** The revision of etcd up to which everything was heard. */
    long heard() {
        return heard;
    }

    /** Opens another watch if the present one is at another endpoint than the one that answered last. */
    void moveTo(HostPort answering) {
        if (!answering.equals(endpoint)) {
            restart();
        }
    }

    /** Opens another watch. */
    void restart() {
        InputStream open = stream;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debugf(e, "Watch not closed: endpoint=%s", endpoint);
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
            endpoint = client.endpoint();
            try (InputStream replies = client.watch(endpoint, request)) {
                stream = replies;
                if (closed) {
                    return;
                }
                follow(replies);
            } catch (IOException e) {
                LOG.debugf(e, "Watch ended: endpoint=%s", endpoint);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Watch failed: endpoint=%s", endpoint);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void follow(InputStream replies) throws IOException {
        while (!closed) {
            JsonNode reply = Json.mapper().readTree(line(replies)).path("result");
            if (reply.isMissingNode() || reply.path("canceled").asBoolean()) {
                // As when the token is not known any more; the next call logs in.
                throw new IOException(
                        "watch refused: " + reply.path("cancel_reason").asText("no reason"));
            }
            heard = reply.path("header").path("revision").asLong();
            // Also when the watch has begun: what was changed before is not told.
            listener.accept(heard);
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
                throw new IOException("a reply has more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(next);
        }
    }
}
