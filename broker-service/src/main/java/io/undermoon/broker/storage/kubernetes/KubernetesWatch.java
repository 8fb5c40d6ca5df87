package io.undermoon.broker.storage.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.broker.storage.LineFollower;
import io.undermoon.json.Json;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * A watch on the index. Each one that is opened begins with the present index, so nothing is missed between two of
 * them, and none can ask for a resourceVersion that the server does not have any more (410 Gone).
 */
final class KubernetesWatch implements AutoCloseable {
    private final Consumer<String> listener;
    private final LineFollower follower;
    /** The resourceVersion of the index in the last event; empty before the first. */
    private volatile String heard = "";

    /** @param listener is given the resourceVersion of the index with each event */
    KubernetesWatch(ConfigMaps objects, Consumer<String> listener) {
        this.listener = listener;
        this.follower = new LineFollower("kubernetes-watch", objects::watchIndex, this::read);
    }

    /** Begins to follow; called once. */
    void start() {
        follower.start();
    }

    /**
     * Opens another watch if the present one stays behind what was read otherwise.
     *
     * @param resourceVersion that was read
     */
    void compare(String resourceVersion) {
        follower.restartIfBehind(!resourceVersion.equals(heard));
    }

    @Override
    public void close() {
        follower.close();
    }

    private void read(byte[] line) throws IOException {
        JsonNode event = Json.mapper().readTree(line);
        JsonNode object = event.path("object");
        if (event.path("type").asText().equals("ERROR")) {
            throw new IOException("watch ended: " + object.path("message").asText("no reason"));
        }
        heard = object.path("metadata").path("resourceVersion").asText();
        listener.accept(heard);
    }
}
