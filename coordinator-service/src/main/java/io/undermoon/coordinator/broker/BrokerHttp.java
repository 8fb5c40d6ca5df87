package io.undermoon.coordinator.broker;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to whichever broker answers. One that refuses the connection, is silent for too long, or answers 5xx is passed
 * over for the next; every other answer is an answer. Calls of the coordinator may be repeated without harm, so moving on is
 * safe even when the first broker has acted and only its answer was lost. Thread-safe; callers wait.
 */
final class BrokerHttp {
    static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

    private static final String BASE_PATH = "/api/v3";

    private final BrokerList brokers;
    private final Duration timeout;
    private final boolean gzip;
    private final TlsHttpClient client;

    /** An answer with any status below 500. */
    record Reply(HostPort broker, int status, byte[] body) {
        boolean isSuccess() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * @param timeout for a whole call, from connecting to the last byte, at each broker
     * @param gzip whether to ask for compressed replies
     * @param tls absent for plain HTTP
     */
    BrokerHttp(BrokerList brokers, Duration timeout, boolean gzip, @Nullable TlsContext tls) {
        this.brokers = brokers;
        this.timeout = timeout;
        this.gzip = gzip;
        this.client = new TlsHttpClient(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(timeout),
                tls);
    }

    Reply get(String path) {
        return send("GET", path, new byte[0], Duration.ZERO);
    }

    /** A request without a body when {@code body} is empty. */
    Reply send(String method, String path, byte[] body) {
        return send(method, path, body, Duration.ZERO);
    }

    /**
     * @param extraTime that the broker may take for this call on top of the time-out
     * @throws BrokerException if no broker answers
     */
    Reply send(String method, String path, byte[] body, Duration extraTime) {
        List<String> failures = new ArrayList<>();
        for (HostPort broker : brokers.candidates()) {
            try {
                Reply reply = ask(broker, method, path, body, timeout.plus(extraTime));
                if (reply.status() < 500) {
                    brokers.answered(broker);
                    return reply;
                }
                failures.add(noteFailure(broker, "status " + reply.status() + " " + BrokerErrors.textOf(reply)));
            } catch (IOException e) {
                failures.add(noteFailure(broker, String.valueOf(e.getMessage())));
            }
        }
        throw new BrokerException(method + " " + path + ": no broker answers: " + String.join("; ", failures));
    }

    private String noteFailure(HostPort broker, String reason) {
        brokers.failed(broker, reason);
        return broker + ": " + reason;
    }

    private Reply ask(HostPort broker, String method, String path, byte[] body, Duration limit) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(client.scheme() + "://" + broker + BASE_PATH + path))
                .header("Accept", "application/json")
                .header("Accept-Encoding", gzip ? "gzip" : "identity")
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        HttpResponse<byte[]> response = await(request.build(), limit);
        return new Reply(broker, response.statusCode(), plain(response));
    }

    /** The client's own time-out ends with the headers of the reply; this one covers the body too. */
    private HttpResponse<byte[]> await(HttpRequest request, Duration limit) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> response =
                client.get().sendAsync(request, info -> new BoundedBody(MAX_BODY_BYTES));
        try {
            return response.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            response.cancel(true);
            throw new IOException("no answer within " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(reasonOf(e.getCause()), e);
        } catch (InterruptedException e) {
            response.cancel(true);
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while waiting for a broker", e);
        }
    }

    /** The client's exceptions often have no message, and the type alone says enough. */
    private static String reasonOf(@Nullable Throwable cause) {
        return cause instanceof ConnectException ? "cannot connect" : String.valueOf(cause);
    }

    /** The original's broker compresses some replies whatever it is asked for. */
    private static byte[] plain(HttpResponse<byte[]> response) throws IOException {
        if (!response.headers()
                .firstValue("Content-Encoding")
                .orElse("identity")
                .equalsIgnoreCase("gzip")) {
            return response.body();
        }
        try (GZIPInputStream inflated = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            byte[] body = inflated.readNBytes(MAX_BODY_BYTES + 1);
            if (body.length > MAX_BODY_BYTES) {
                throw new IOException("the reply inflates to more than " + MAX_BODY_BYTES + " bytes");
            }
            return body;
        }
    }
}
