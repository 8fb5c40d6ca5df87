package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client whose replies are bounded in time and in size, also after decompression. Follows no redirects. A
 * change of the TLS files takes effect with the next request. Thread-safe.
 */
public final class BoundedHttp {
    private static final byte[] NO_BODY = new byte[0];
    /** The size at which a reply is refused, compressed or not. */
    private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

    private final HttpClient.Builder settings;
    private final boolean gzip;
    private final @Nullable TlsContext tls;
    private final BrokerToken token;
    private final Supplier<@Nullable String> installation;
    private final int maxBodyBytes;
    private HttpClient client;
    private @Nullable SSLContext clientContext;

    /**
     * @param connectTimeout for the TCP connection
     * @param gzip whether to ask for compressed replies; a compressed reply is read in either case
     * @param tls absent for plain HTTP
     */
    public BoundedHttp(Duration connectTimeout, boolean gzip, @Nullable TlsContext tls) {
        this(connectTimeout, gzip, tls, BrokerToken.NONE, () -> null);
    }

    /**
     * @param token shown with each request
     * @param installation told with each request, as soon as it is known
     */
    public BoundedHttp(
            Duration connectTimeout,
            boolean gzip,
            @Nullable TlsContext tls,
            BrokerToken token,
            Supplier<@Nullable String> installation) {
        this(connectTimeout, gzip, tls, token, installation, MAX_BODY_BYTES);
    }

    BoundedHttp(
            Duration connectTimeout,
            boolean gzip,
            @Nullable TlsContext tls,
            BrokerToken token,
            Supplier<@Nullable String> installation,
            int maxBodyBytes) {
        this.settings = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout);
        this.gzip = gzip;
        this.tls = tls;
        this.token = token;
        this.installation = installation;
        this.maxBodyBytes = maxBodyBytes;
        this.client = tls == null ? settings.sslContext(unused()).build() : settings.build();
    }

    /** The client would read all certificates that the Java runtime trusts, for connections that there are none of. */
    private static SSLContext unused() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[0], new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has TLS", e);
        }
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
        return await(sendAsync(address, method, path, body, limit), address);
    }

    private static <T> T await(CompletableFuture<T> reply, HostPort address) throws IOException {
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
        return sendAsync(address, method, path, body, "", limit);
    }

    /**
     * As {@link #send}, with credentials.
     *
     * @param authorization the value of the {@code Authorization} header; empty for none
     */
    public HttpReply send(
            HostPort address, String method, String path, byte[] body, String authorization, Duration limit)
            throws IOException {
        return await(sendAsync(address, method, path, body, authorization, limit), address);
    }

    /**
     * A {@code GET} that caches on the way, or at the other end, may not answer.
     */
    public HttpReply getConfirmed(HostPort address, String path, Duration limit) throws IOException {
        HttpRequest.Builder request = builder(address, "GET", path, NO_BODY, "").header("Cache-Control", "no-cache");
        return await(exchange(address, "GET " + path, request.build(), limit), address);
    }

    /**
     * Sends a request whose reply has no end, and returns its body while it comes. The caller closes it; that may be
     * done while another thread reads, which then gets an {@link IOException} or the end.
     *
     * @param authorization the value of the {@code Authorization} header; empty for none
     * @param limit until the reply begins
     * @throws IOException if no reply of status 200 begins in time
     */
    public InputStream open(
            HostPort address, String method, String path, byte[] body, String authorization, Duration limit)
            throws IOException {
        HttpRequest request = request(address, method, path, body, authorization);
        CompletableFuture<HttpResponse<InputStream>> exchange =
                client().sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        CompletableFuture<HttpResponse<InputStream>> limited =
                exchange.copy().orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
        limited.whenComplete((response, failure) -> {
            if (failure != null) {
                exchange.cancel(true);
                exchange.thenAccept(BoundedHttp::close);
            }
        });
        HttpResponse<InputStream> response = await(
                limited.exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(new IOException(reason(failure, limit), failure))),
                address);
        if (response.statusCode() != 200) {
            close(response);
            throw new IOException("status " + response.statusCode());
        }
        return response.body();
    }

    private static void close(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletableFuture<HttpReply> sendAsync(
            HostPort address, String method, String path, byte[] body, String authorization, Duration limit) {
        try {
            HttpRequest request = request(address, method, path, body, authorization);
            return exchange(address, method + " " + path, request, limit);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<HttpReply> exchange(HostPort address, String call, HttpRequest request, Duration limit) {
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client().sendAsync(request, info -> new BoundedBody(maxBodyBytes));
        CompletableFuture<HttpReply> result = new CompletableFuture<>();
        exchange.thenApply(response -> new HttpReply(
                        call,
                        address,
                        response.statusCode(),
                        plainBody(response),
                        response.headers().firstValue(Installation.HEADER).orElse(null),
                        response.headers().firstValue(HttpReply.STALE_SINCE).isPresent()))
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

    private HttpRequest request(HostPort address, String method, String path, byte[] body, String authorization)
            throws IOException {
        return builder(address, method, path, body, authorization).build();
    }

    private HttpRequest.Builder builder(HostPort address, String method, String path, byte[] body, String authorization)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create((tls == null ? "http://" : "https://") + address + path))
                .header("Accept", "application/json, text/plain;q=0.5")
                .header("Accept-Encoding", gzip ? "gzip" : "identity")
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        String own = installation.get();
        if (own != null) {
            request.header(Installation.HEADER, own);
        }
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        } else {
            token.authorization().ifPresent(value -> request.header("Authorization", value));
        }
        return request;
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
