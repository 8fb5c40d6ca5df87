package io.undermoon.tls;

import java.net.http.HttpClient;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP client, and, where there is TLS, a new one after each change of its files. Thread-safe. */
public final class TlsHttpClient {
    private final HttpClient.Builder settings;
    private final @Nullable TlsContext tls;
    private HttpClient client;
    private @Nullable SSLContext clientContext;

    /**
     * @param settings of the client; owned by this object from now on
     * @param tls absent for plain HTTP
     */
    public TlsHttpClient(HttpClient.Builder settings, @Nullable TlsContext tls) {
        this.settings = settings;
        this.tls = tls;
        this.client = settings.build();
    }

    /** The client for the next request. */
    public synchronized HttpClient get() {
        SSLContext current = tls == null ? null : tls.current();
        if (current != null && current != clientContext) {
            clientContext = current;
            client = settings.sslContext(current).build();
        }
        return client;
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return tls == null ? "http" : "https";
    }
}
