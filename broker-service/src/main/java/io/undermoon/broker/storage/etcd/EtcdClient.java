package io.undermoon.broker.storage.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.storage.RemoteCallException;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A client of the JSON gateway of etcd 3.4 and later. A call goes from endpoint to endpoint, more than once if need be,
 * until one answers or the time is over, so only requests that may be repeated belong here. With a user it logs in when
 * etcd asks for it, again whenever the token has expired. Thread-safe; callers wait.
 */
final class EtcdClient {
    private static final Logger LOG = Logger.getLogger(EtcdClient.class);
    private static final Duration PAUSE = Duration.ofMillis(50);

    // Codes of gRPC.
    private static final int INVALID_ARGUMENT = 3;
    private static final int PERMISSION_DENIED = 7;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int UNIMPLEMENTED = 12;
    private static final int UNAUTHENTICATED = 16;
    /** With these etcd has not executed the request, and would not if it were repeated. */
    private static final Set<Integer> REFUSALS =
            Set.of(INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAUTHENTICATED);

    /** What etcd says when a request has no token, or one that it does not know any more. */
    private static final List<String> LOGIN_NEEDED =
            List.of("user name is empty", "invalid auth token", "revision of auth store is old");

    private final EtcdOptions options;
    private final Duration endpointTimeout;
    private final BoundedHttp http;
    private volatile HostPort preferred;
    private volatile String token = "";

    /** An answer with a status other than 200. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int code;

        RefusedException(int status, HttpReply reply) {
            this(status, error(reply));
        }

        private RefusedException(int status, JsonNode error) {
            super(error.path("error").asText("status " + status));
            this.code = error.path("code").asInt();
        }

        boolean asksForLogin() {
            return LOGIN_NEEDED.stream().anyMatch(String.valueOf(getMessage())::contains);
        }

        private static JsonNode error(HttpReply reply) {
            try {
                return Json.mapper().readTree(reply.body());
            } catch (IOException e) {
                return MissingNode.getInstance();
            }
        }
    }

    /** @param tls absent for plain HTTP */
    EtcdClient(EtcdOptions options, @Nullable TlsContext tls) {
        this.options = options;
        // So that a member that hangs leaves time for the others.
        this.endpointTimeout = options.timeout().dividedBy(3);
        this.http = new BoundedHttp(endpointTimeout, false, tls);
        this.preferred = options.endpoints().get(0);
    }

    /** The endpoint that answered last. */
    HostPort endpoint() {
        return preferred;
    }

    /** @throws RemoteCallException with what every endpoint said, when etcd refuses or the time is over */
    JsonNode call(String path, ObjectNode request) throws RemoteCallException {
        long end = System.nanoTime() + options.timeout().toNanos();
        byte[] body = bytes(request);
        boolean mayHaveEffect = false;
        while (true) {
            List<String> failures = new ArrayList<>();
            IOException last = new IOException();
            for (HostPort endpoint : candidates()) {
                try {
                    JsonNode reply = withLogin(endpoint, path, body);
                    prefer(endpoint);
                    return reply;
                } catch (RefusedException e) {
                    if (REFUSALS.contains(e.code)) {
                        throw new RemoteCallException(endpoint + ": " + e.getMessage(), true, mayHaveEffect, e);
                    }
                    mayHaveEffect = true;
                    last = e;
                } catch (InterruptedIOException e) {
                    throw new RemoteCallException("interrupted", false, true, e);
                } catch (IOException e) {
                    mayHaveEffect |= !RemoteCallException.wasNeverSent(e);
                    last = e;
                }
                failures.add(endpoint + ": " + last.getMessage());
                if (System.nanoTime() - end >= 0) {
                    throw new RemoteCallException(String.join("; ", failures), false, mayHaveEffect, last);
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** The replies of a watch, one a line, from the endpoint that answered last. */
    InputStream watch(HostPort endpoint, ObjectNode request) throws IOException {
        return http.open(endpoint, "POST", "/v3/watch", bytes(request), token, endpointTimeout);
    }

    private JsonNode withLogin(HostPort endpoint, String path, byte[] body) throws IOException {
        String used = token;
        try {
            return exchange(endpoint, path, body, used);
        } catch (RefusedException e) {
            if (options.user().isEmpty() || !e.asksForLogin()) {
                throw e;
            }
            return exchange(endpoint, path, body, login(endpoint));
        }
    }

    private String login(HostPort endpoint) throws IOException {
        ObjectNode request = Json.mapper().createObjectNode();
        request.put("name", options.user()).put("password", options.password());
        String fresh = exchange(endpoint, "/v3/auth/authenticate", bytes(request), "")
                .path("token")
                .asText();
        LOG.debugf("Logged in at etcd: endpoint=%s user=%s", endpoint, options.user());
        token = fresh;
        return fresh;
    }

    private JsonNode exchange(HostPort endpoint, String path, byte[] body, String authorization) throws IOException {
        HttpReply reply = http.send(endpoint, "POST", path, body, authorization, endpointTimeout);
        if (reply.status() != 200) {
            throw new RefusedException(reply.status(), reply);
        }
        return Json.mapper().readTree(reply.body());
    }

    private List<HostPort> candidates() {
        HostPort first = preferred;
        List<HostPort> order = new ArrayList<>(options.endpoints());
        order.remove(first);
        order.add(0, first);
        return order;
    }

    private void prefer(HostPort endpoint) {
        if (!endpoint.equals(preferred)) {
            LOG.infof("Other endpoint of etcd is used: endpoint=%s before=%s", endpoint, preferred);
            preferred = endpoint;
        }
    }

    private static byte[] bytes(ObjectNode request) {
        return request.toString().getBytes(StandardCharsets.UTF_8);
    }
}
