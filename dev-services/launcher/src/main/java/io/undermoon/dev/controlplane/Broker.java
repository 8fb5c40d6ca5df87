package io.undermoon.dev.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.undermoon.json.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the broker's HTTP API by path, with replies as JSON trees: what the commands show is what the broker says.
 * Paths begin below {@code /api/v3}.
 */
public final class Broker {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final BrokerCalls calls;

    public Broker(BrokerAccess access) {
        this.calls = new BrokerCalls(access, TIMEOUT);
    }

    /** @throws io.undermoon.client.BrokerHttpException if the broker refuses */
    public JsonNode get(String path) throws IOException {
        return send("GET", path, null);
    }

    /**
     * The reply, a missing node if it is empty or no JSON.
     *
     * @param body absent for a request without one
     * @throws io.undermoon.client.BrokerHttpException if the broker refuses
     */
    public JsonNode send(String method, String path, @Nullable Map<String, ?> body) throws IOException {
        String text = calls.send(method, path, body).text();
        try {
            return text.isEmpty() ? MissingNode.getInstance() : Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    /** What the broker says is its version. */
    public String version() throws IOException {
        return calls.send("GET", "/version", null).text().strip();
    }

    /** A value as one segment of a path. */
    public static String segment(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
