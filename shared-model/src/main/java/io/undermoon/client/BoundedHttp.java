package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client whose replies are bounded in time and in size, also after decompression. Follows no redirects. A
 * change of the TLS files takes effect with the next request. Thread-safe.
 */
public final class BoundedHttp {
    /** The size at which a reply is refused, compressed or not. */
    private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

    private final HttpClient.Builder settings;
    private final boolean gzip;
    private final @Nullable TlsContext tls;
    private final BrokerToken token;
    private final int maxBodyBytes;
    private HttpClient client;
    private @Nullable SSLContext clientContext;

    /**
     * @param connectTimeout for the TCP connection
     * @param gzip whether to ask for compressed replies; a compressed reply is read in either case
     * @param tls absent for plain HTTP
     */
    public BoundedHttp(Duration connectTimeout, boolean gzip, @Nullable TlsContext tls) {
        this(connectTimeout, gzip, tls, BrokerToken.NONE);
    }

    /** @param token shown with each request */
    public BoundedHttp(Duration connectTimeout, boolean gzip, @Nullable TlsContext tls, BrokerToken token) {
        this(connectTimeout, gzip, tls, token, MAX_BODY_BYTES);
    }

    BoundedHttp(Duration connectTimeout, boolean gzip, @Nullable TlsContext tls, BrokerToken token, int maxBodyBytes) {
        this.settings = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout);
        this.gzip = gzip;
        this.tls = tls;
        this.token = token;
        this.maxBodyBytes = maxBodyBytes;
        this.client = settings.build();
    }

    /**
     * Sends a request and waits for the whole reply.
     *
     * @param body JSON; empty for a request without a body
     * @param limit for the whole exchange, from connecting to the last byte of the body
     * @throws IOException if no complete reply comes, with the reason as its message
     */
    public HttpReply send(HostPort address, String method, String path, byte[] body, Duration limit)
            throws IOException {
        CompletableFuture<HttpReply> reply = sendAsync(address, method, path, body, limit);
        try {
            return reply.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (InterruptedException e) {
            reply.cancel(true);
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for " + address).initCause(e);
        }
    }

    /** As {@link #send}; the future fails with the {@link IOException}. */
    public CompletableFuture<HttpReply> sendAsync(
            HostPort address, String method, String path, byte[] body, Duration limit) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create((tls == null ? "http://" : "https://") + address + path))
                .header("Accept", "application/json")
                .header("Accept-Encoding", gzip ? "gzip" : "identity")
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        try {
            token.authorization().ifPresent(value -> request.header("Authorization", value));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client().sendAsync(request.build(), info -> new BoundedBody(maxBodyBytes));
        CompletableFuture<HttpReply> result = new CompletableFuture<>();
        exchange.thenApply(response ->
                        new HttpReply(method + " " + path, address, response.statusCode(), plainBody(response)))
                // The time limit of the client itself ends with the headers; this one includes the body.
                .orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        result.complete(reply);
                    } else {
                        result.completeExceptionally(new IOException(reason(failure, limit), unwrapped(failure)));
                    }
                });
        result.whenComplete((reply, failure) -> {
            if (failure != null) {
                exchange.cancel(true);
            }
        });
        return result;
    }

    private synchronized HttpClient client() {
        SSLContext current = tls == null ? null : tls.current();
        if (current != null && current != clientContext) {
            clientContext = current;
            client = settings.sslContext(current).build();
        }
        return client;
    }

    /** The original's broker compresses some replies even if not asked to. */
    private byte[] plainBody(HttpResponse<byte[]> response) {
        String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("gzip")) {
            return response.body();
        }
        try (GZIPInputStream inflated = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            byte[] body = inflated.readNBytes(maxBodyBytes + 1);
            if (body.length > maxBodyBytes) {
                throw new IOException("the reply inflates to more than " + maxBodyBytes + " bytes");
            }
            return body;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** Many exceptions of the client have no message, so the type is part of the reason. */
    private static String reason(Throwable failure, Duration limit) {
        Throwable cause = unwrapped(failure);
        if (cause instanceof TimeoutException) {
            return "no answer within " + limit.toMillis() + " ms";
        }
        return cause instanceof ConnectException ? "cannot connect" : String.valueOf(cause);
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
