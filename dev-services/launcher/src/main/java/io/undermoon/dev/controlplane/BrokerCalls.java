package io.undermoon.dev.controlplane;

import io.undermoon.client.BrokerHttp;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.client.BrokerOrder;
import io.undermoon.client.BrokerToken;
import io.undermoon.client.HttpReply;
import io.undermoon.client.Installation;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls of the HTTP API of one broker, with errors in the words of the launcher. Replies have status 200. */
final class BrokerCalls {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final String address;
    private final BrokerHttp http;

    /**
     * @param address {@code host:port} of the broker
     * @param timeout for each call
     */
    BrokerCalls(String address, Duration timeout) {
        this.address = address;
        this.http = new BrokerHttp(
                BrokerOrder.lastAnsweredFirst(List.of(HostPort.parse(address))),
                CONNECT_TIMEOUT,
                timeout,
                false,
                null,
                token(),
                Installation.of(() -> null));
    }

    /** As the services have it, which inherit the environment of the launcher. */
    private static BrokerToken token() {
        return BrokerToken.of(
                ControlConnection.setting("UNDERMOON_BROKER_TOKEN"),
                ControlConnection.setting("UNDERMOON_BROKER_TOKEN_FILE"));
    }

    HttpReply post(String path, Map<String, ?> body) throws IOException {
        return send("POST", path, body);
    }

    /** Posts a JSON document. */
    HttpReply send(String path, byte[] document) throws IOException {
        return successful(() -> http.send("POST", path, document));
    }

    /**
     * @param body absent for a request without a body
     * @throws BrokerHttpException if the broker refuses
     */
    HttpReply send(String method, String path, @Nullable Map<String, ?> body) throws IOException {
        return successful(() -> body == null
                ? http.send(method, path)
                : http.send(method, path, Json.mapper().writeValueAsBytes(body)));
    }

    /** A call of the broker. */
    @FunctionalInterface
    private interface Call {
        HttpReply make() throws IOException;
    }

    private HttpReply successful(Call call) throws IOException {
        HttpReply reply;
        try {
            reply = call.make();
        } catch (BrokerHttpException e) {
            if (e.getCause() instanceof IOException failure && failure.getCause() instanceof ConnectException) {
                throw new IOException("nothing listens at " + address, e);
            }
            throw e;
        }
        if (reply.status() != 200) {
            throw reply.refusal();
        }
        return reply;
    }
}
