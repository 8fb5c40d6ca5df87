package io.undermoon.dev.controlplane;

import io.undermoon.client.BrokerHttp;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.client.BrokerOrder;
import io.undermoon.client.HttpReply;
import io.undermoon.client.Installation;
import io.undermoon.json.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls of the HTTP API of one broker, with errors in the words of the launcher. Replies have status 200. */
final class BrokerCalls {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final BrokerAccess access;
    private final BrokerHttp http;

    /** @param timeout for each call */
    BrokerCalls(BrokerAccess access, Duration timeout) {
        this.access = access;
        this.http = new BrokerHttp(
                BrokerOrder.lastAnsweredFirst(access.brokers()),
                CONNECT_TIMEOUT,
                timeout,
                false,
                access.tls(),
                access.token(),
                Installation.of(() -> null));
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
                throw new IOException("nothing listens at " + access.addresses(), e);
            }
            throw e;
        }
        if (reply.status() != 200) {
            throw reply.refusal();
        }
        return reply;
    }
}
