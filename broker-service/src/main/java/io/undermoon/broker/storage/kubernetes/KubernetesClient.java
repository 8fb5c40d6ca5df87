package io.undermoon.broker.storage.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.undermoon.broker.storage.RemoteCallException;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.json.Json;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client of the API of Kubernetes. A call is repeated until there is an answer or the time is over, so only requests
 * that may be repeated belong here. Thread-safe; callers wait.
 */
final class KubernetesClient {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    /** The reason of a conflict with an object of the same name. */
    private static final String ALREADY_EXISTS = "AlreadyExists";

    private final KubernetesOptions options;
    private final Duration attemptTimeout;
    private final BoundedHttp http;
    private final @Nullable TlsContext tls;

    /**
     * An answer.
     *
     * @param body a Status of Kubernetes unless the status is a success
     * @param isRepeated whether an earlier attempt, whose answer was lost, may have been executed
     */
    record Reply(int status, JsonNode body, boolean isRepeated) {
        boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /** Whether callers can do something with it. */
        boolean isExpected() {
            return isSuccess() || isNotFound() || status == CONFLICT;
        }

        /** Whether there is no such object. */
        boolean isNotFound() {
            return status == NOT_FOUND;
        }

        /** Whether an object of this name is there already. */
        boolean isDuplicate() {
            return status == CONFLICT && body.path("reason").asText().equals(ALREADY_EXISTS);
        }

        /** Whether the object, or one that the server needs for the call, is not the one that was expected. */
        boolean isConflict() {
            return status == CONFLICT && !isDuplicate();
        }

        String message() {
            return body.path("message").asText("status " + status);
        }
    }

    /** @param tls absent for plain HTTP */
    KubernetesClient(KubernetesOptions options, @Nullable TlsContext tls) {
        this.options = options;
        this.tls = tls;
        // So that a server behind a load balancer that hangs leaves time for another one.
        this.attemptTimeout = options.timeout().dividedBy(3);
        this.http = new BoundedHttp(attemptTimeout, false, tls);
    }

    /** Takes TLS files that have changed, for the next call. */
    void refreshTls() {
        if (tls != null) {
            tls.refresh();
        }
    }

    /**
     * Sends a request until there is an answer.
     *
     * @param path below that of the server
     * @param body absent for none
     * @return the answer if it is a success, or says that the object is not there, is there already, or is another one
     * @throws RemoteCallException if the request is refused or the time is over
     */
    Reply call(String method, String path, @Nullable JsonNode body) throws RemoteCallException {
        byte[] bytes = body == null ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8);
        long start = System.nanoTime();
        boolean mayHaveEffect = false;
        Duration pause = FIRST_PAUSE;
        while (true) {
            IOException failure;
            try {
                HttpReply reply = http.send(
                        options.server(), method, options.path() + path, bytes, authorization(), attemptTimeout);
                Reply answer = new Reply(reply.status(), tree(reply), mayHaveEffect);
                // A new object conflicts with none: the server has changed, say, a quota meanwhile.
                boolean isBusy = answer.status() == TOO_MANY_REQUESTS || method.equals("POST") && answer.isConflict();
                if (!isBusy && answer.isExpected()) {
                    return answer;
                }
                failure = new IOException("status " + reply.status() + ": " + answer.message());
                if (!isBusy && reply.status() < SERVER_ERROR) {
                    throw new RemoteCallException(String.valueOf(failure.getMessage()), true, mayHaveEffect, failure);
                }
                // A busy server has certainly not executed it.
                mayHaveEffect |= reply.status() >= SERVER_ERROR;
            } catch (RemoteCallException e) {
                throw e;
            } catch (InterruptedIOException e) {
                throw new RemoteCallException("interrupted", false, true, e);
            } catch (TokenException e) {
                failure = e;
            } catch (IOException e) {
                mayHaveEffect |= !RemoteCallException.wasNeverSent(e);
                failure = e;
            }
            if (System.nanoTime() - start + pause.toNanos() > options.timeout().toNanos()) {
                throw new RemoteCallException(String.valueOf(failure.getMessage()), false, mayHaveEffect, failure);
            }
            LockSupport.parkNanos(pause.toNanos());
            pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) < 0 ? pause.multipliedBy(2) : MAX_PAUSE;
        }
    }

    /** The events of a watch, one a line. */
    InputStream watch(String path) throws IOException {
        return http.open(options.server(), "GET", options.path() + path, new byte[0], authorization(), attemptTimeout);
    }

    /** The kubelet replaces the token long before it expires. */
    private String authorization() throws TokenException {
        Path file = options.tokenFile();
        if (file == null) {
            return "";
        }
        try {
            return "Bearer " + Files.readString(file).strip();
        } catch (IOException e) {
            throw new TokenException("the token cannot be read: " + e, e);
        }
    }

    /** The request was not sent, because there is no token for it. */
    private static final class TokenException extends IOException {
        private static final long serialVersionUID = 1L;

        TokenException(String message, IOException cause) {
            super(message, cause);
        }
    }

    /** Proxies on the way answer with pages instead of JSON. */
    private static JsonNode tree(HttpReply reply) throws IOException {
        try {
            return Json.mapper().readTree(reply.body());
        } catch (IOException e) {
            if (reply.isSuccess()) {
                throw e;
            }
            return MissingNode.getInstance();
        }
    }
}
