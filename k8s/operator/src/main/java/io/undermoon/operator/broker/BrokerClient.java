package io.undermoon.operator.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.List;

/**
 * Calls the brokers of one cluster, one after the other until one answers. Not for calls of which it must be known
 * whether they were carried out: what was not answered is found out by looking again.
 */
public final class BrokerClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final byte[] NO_BODY = new byte[0];
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BoundedHttp http;
    private final List<HostPort> brokers;
    private final String authorization;

    /** To be shared by the clients of all clusters. */
    public static BoundedHttp http() {
        return new BoundedHttp(CONNECT_TIMEOUT, false, null);
    }

    /**
     * @param brokers where brokers listen
     * @param token of an administrator
     */
    public BrokerClient(BoundedHttp http, List<HostPort> brokers, String token) {
        this.http = http;
        this.brokers = List.copyOf(brokers);
        this.authorization = "Bearer " + token;
    }

    public JsonNode get(String path) {
        return call("GET", path, NO_BODY);
    }

    public JsonNode post(String path, String body) {
        return call("POST", path, body.getBytes(UTF_8));
    }

    public JsonNode put(String path, String body) {
        return call("PUT", path, body.getBytes(UTF_8));
    }

    public JsonNode patch(String path, String body) {
        return call("PATCH", path, body.getBytes(UTF_8));
    }

    public JsonNode delete(String path) {
        return call("DELETE", path, NO_BODY);
    }

    /** A segment of a path. */
    public static String segment(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private JsonNode call(String method, String path, byte[] body) {
        BrokerException last = new BrokerException(BrokerException.UNREACHABLE, "no broker pod has an address yet");
        for (HostPort broker : brokers) {
            try {
                return read(http.send(broker, method, "/api/v3" + path, body, authorization, TIMEOUT));
            } catch (InterruptedIOException e) {
                throw new BrokerException(BrokerException.UNREACHABLE, "interrupted");
            } catch (IOException e) {
                last = new BrokerException(
                        BrokerException.UNREACHABLE, "broker " + broker + " cannot be reached: " + e.getMessage());
            }
        }
        throw last;
    }

    private static JsonNode read(HttpReply reply) {
        if (reply.isStale()) {
            throw new BrokerException("EXTERNAL", "the brokers do not reach the API server of Kubernetes");
        }
        JsonNode content = json(reply.body());
        if (reply.status() != OK) {
            throw new BrokerException(
                    content.path("error").asText("HTTP_" + reply.status()),
                    content.path("message").asText("status " + reply.status() + " for " + reply.request()));
        }
        return content;
    }

    /** Of an empty reply, or one that is no JSON: a node that is missing. */
    private static JsonNode json(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
