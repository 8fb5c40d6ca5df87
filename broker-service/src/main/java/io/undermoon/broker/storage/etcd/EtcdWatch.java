package io.undermoon.broker.storage.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.storage.LineFollower;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** A watch at the endpoint that answered last. */
final class EtcdWatch implements AutoCloseable {
    private final EtcdClient client;
    private final ObjectNode request;
    private final LongConsumer listener;
    private final LineFollower follower;
    private volatile HostPort endpoint;
    /** The revision of etcd at the last reply. */
    private volatile long heard;

    /** @param listener is given the revision of etcd with each reply */
    EtcdWatch(EtcdClient client, ObjectNode request, LongConsumer listener) {
        this.client = client;
        this.request = request;
        this.listener = listener;
        this.endpoint = client.endpoint();
        this.follower = new LineFollower("etcd-watch", this::open, this::read);
    }

    /** Begins to follow; called once. */
    void start() {
        follower.start();
    }

    /** Opens another watch if the present one is at another endpoint than the one that answered last. */
    void moveTo(HostPort answering) {
        if (!answering.equals(endpoint)) {
            follower.restart();
        }
    }

    /**
     * Opens another watch if the present one stays behind what was read otherwise.
     *
     * @param revision that was read
     */
    void compare(long revision) {
        follower.restartIfBehind(revision > heard);
    }

    @Override
    public void close() {
        follower.close();
    }

    private InputStream open() throws IOException {
        endpoint = client.endpoint();
        return client.watch(endpoint, request);
    }

    private void read(byte[] line) throws IOException {
        JsonNode reply = Json.mapper().readTree(line).path("result");
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
