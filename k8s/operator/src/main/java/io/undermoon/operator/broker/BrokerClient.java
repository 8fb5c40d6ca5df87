package io.undermoon.operator.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls the brokers of one cluster, one after the other until one answers. Not for calls of which it must be known
 * whether they were carried out: what was not answered is found out by looking again.
 */
public final class BrokerClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final List<URI> brokers;
    private final String token;

    /** A client for calls over HTTP/1.1, to be shared. */
    public static HttpClient http() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /**
     * @param brokers where brokers listen, {@code http://host:port}
     * @param token of an administrator
     */
    public BrokerClient(HttpClient http, List<URI> brokers, String token) {
        this.http = http;
        this.brokers = List.copyOf(brokers);
        this.token = token;
    }

    public JsonNode get(String path) {
        return call("GET", path, null);
    }

    public JsonNode post(String path, String body) {
        return call("POST", path, body);
    }

    public JsonNode put(String path, String body) {
        return call("PUT", path, body);
    }

    public JsonNode patch(String path, String body) {
        return call("PATCH", path, body);
    }

    public JsonNode delete(String path) {
        return call("DELETE", path, null);
    }

    /** A segment of a path. */
    public static String segment(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private JsonNode call(String method, String path, @Nullable String body) {
        BrokerException last = new BrokerException(BrokerException.UNREACHABLE, "no broker pod has an address yet");
        for (URI broker : brokers) {
            try {
                return call(broker, method, path, body);
            } catch (IOException e) {
                last = new BrokerException(
                        BrokerException.UNREACHABLE, "broker " + broker.getAuthority() + " cannot be reached: " + e);
            }
        }
        throw last;
    }

    private JsonNode call(URI broker, String method, String path, @Nullable String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(broker.resolve("/api/v3" + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.headers().firstValue("Undermoon-Stale-Since").isPresent()) {
                throw new BrokerException("EXTERNAL", "the brokers do not reach the API server of Kubernetes");
            }
            JsonNode reply = json(response.body());
            if (response.statusCode() != OK) {
                throw new BrokerException(
                        reply.path("error").asText("HTTP_" + response.statusCode()),
                        reply.path("message")
                                .asText("status " + response.statusCode() + " for " + method + " " + path));
            }
            return reply;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException(BrokerException.UNREACHABLE, "interrupted");
        }
    }

    private static JsonNode json(String body) {
        if (body.isEmpty()) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
