package io.undermoon.proxy.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.config.RegistrationSettings;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy asks of the brokers. A broker that does not answer is passed over for the next one, which then is asked
 * first. For one thread; every call ends within {@value #TIMEOUT_SECONDS} s per broker.
 */
final class BrokerClient {
    private static final int TIMEOUT_SECONDS = 5;
    private static final int CONNECT_TIMEOUT_SECONDS = 2;

    private final List<HostPort> brokers;
    private final TlsHttpClient http;
    private int preferred;

    /**
     * @param brokers at least one
     * @param tls absent for plain HTTP
     */
    BrokerClient(List<HostPort> brokers, @Nullable TlsContext tls) {
        this.brokers = List.copyOf(brokers);
        this.http = new TlsHttpClient(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(CONNECT_TIMEOUT_SECONDS)),
                tls);
    }

    /** No broker did what it was asked; the message is for the log. */
    static final class BrokerException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean answer;

        /**
         * @param answer whether a broker answered at all
         */
        BrokerException(String message, boolean answer) {
            super(message);
            this.answer = answer;
        }

        boolean isAnswer() {
            return answer;
        }
    }

    private record Answer(HostPort broker, int status, String body) {
        BrokerException unexpected() {
            String shown = body.length() > 200 ? body.substring(0, 200) + "…" : body;
            return new BrokerException("broker " + broker + " answered " + status + " " + shown.strip(), true);
        }
    }

    /** Whether the brokers have the proxy in their books. */
    boolean knows(ProxyAddress proxy) throws BrokerException, InterruptedException {
        String address =
                URLEncoder.encode(proxy.value(), StandardCharsets.UTF_8).replace("%3A", ":");
        Answer answer = send("/proxies/meta/" + address, "");
        if (answer.status() != 200) {
            throw answer.unexpected();
        }
        return parse(answer).path("proxy").isObject();
    }

    /** Whether the brokers take the proxy for failed. */
    boolean holdsForFailed(ProxyAddress proxy) throws BrokerException, InterruptedException {
        Answer answer = send("/proxies/failed/addresses", "");
        if (answer.status() != 200) {
            throw answer.unexpected();
        }
        for (JsonNode address : parse(answer).path("addresses")) {
            if (address.asText().equals(proxy.value())) {
                return true;
            }
        }
        return false;
    }

    /** Puts the proxy in the brokers' books, if it is not there already, and takes away the mark of a failed one. */
    void register(RegistrationSettings proxy) throws BrokerException, InterruptedException {
        ObjectNode body = Json.mapper().createObjectNode();
        body.put("proxy_address", proxy.self().value());
        ArrayNode nodes = body.putArray("nodes");
        proxy.nodes().forEach(node -> nodes.add(node.value()));
        body.put("host", proxy.host());
        proxy.index().ifPresent(index -> body.put("index", index));
        Answer answer = send("/proxies/meta", body.toString());
        boolean isThere = answer.status() == 409 && answer.body().contains("ALREADY_EXISTED");
        if (answer.status() != 200 && !isThere) {
            throw answer.unexpected();
        }
    }

    /**
     * Asks one broker after the other.
     *
     * @param body to be posted; empty to get
     */
    private Answer send(String path, String body) throws BrokerException, InterruptedException {
        StringBuilder problems = new StringBuilder();
        for (int i = 0; i < brokers.size(); i++) {
            int index = (preferred + i) % brokers.size();
            HostPort broker = brokers.get(index);
            try {
                Answer answer = send(broker, path, body);
                preferred = index;
                return answer;
            } catch (IOException e) {
                String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                problems.append(problems.isEmpty() ? "" : "; ")
                        .append("broker ")
                        .append(broker)
                        .append(" cannot be reached: ")
                        .append(reason);
            }
        }
        throw new BrokerException(problems.toString(), false);
    }

    private Answer send(HostPort broker, String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(http.scheme() + "://" + broker + "/api/v3" + path))
                .timeout(Duration.ofSeconds(TIMEOUT_SECONDS))
                .header("Accept", "application/json");
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
        }
        HttpResponse<byte[]> response = http.get().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(broker, response.statusCode(), text(response));
    }

    /** The original broker compresses whether asked to or not. */
    private static String text(HttpResponse<byte[]> response) throws IOException {
        boolean compressed = response.headers()
                .firstValue("Content-Encoding")
                .filter("gzip"::equalsIgnoreCase)
                .isPresent();
        if (!compressed) {
            return new String(response.body(), StandardCharsets.UTF_8);
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonNode parse(Answer answer) throws BrokerException {
        try {
            return Json.mapper().readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw answer.unexpected();
        }
    }
}
