package io.undermoon.tls;

import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS as some files say it, followed as they change. A connection keeps what it was made with; a new one gets what the files
 * said when they were last found good. With each change sessions that could be resumed are forgotten, so nobody gets in by an
 * authority that is no longer trusted. Thread-safe.
 */
public final class TlsContext {
    private final TlsFiles files;
    private final boolean verifyHostname;
    private volatile TlsFiles.Loaded loaded;
    private volatile @Nullable String problem;
    private String stamp;
    private volatile long reloads;

    /** What became of a look at the files. */
    public enum Outcome {
        UNCHANGED,
        /** New connections use what the files say now. */
        RELOADED,
        /** The files cannot be used, see {@link #problem}; new connections use what they said before. */
        REFUSED
    }

    /**
     * @param verifyHostname whether a server's certificate has to be for the name or IP address it is reached by
     * @throws TlsException a file cannot be used
     */
    public TlsContext(TlsFiles files, boolean verifyHostname) throws TlsException {
        this.files = files;
        this.verifyHostname = verifyHostname;
        this.stamp = files.stamp();
        this.loaded = files.load(verifyHostname);
    }

    /** What the files said; a new object after each change. */
    public SSLContext current() {
        return loaded.context();
    }

    /** What shows the own certificate; absent if there is none. */
    public @Nullable X509KeyManager keys() {
        return loaded.keys();
    }

    /** What accepts the certificates of others. */
    public X509TrustManager trust() {
        return loaded.trust();
    }

    /** When the own certificate expires; absent if there is none. */
    public @Nullable Instant notAfter() {
        return loaded.notAfter();
    }

    /** Why the files cannot be used as they are now; absent while they can. */
    public @Nullable String problem() {
        return problem;
    }

    /** How often changed files were taken. */
    public long reloads() {
        return reloads;
    }

    /** For one connection to a server. */
    public SSLEngine clientEngine(String host, int port) {
        SSLEngine engine = current().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        // The trust manager is what lets other names pass.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** For one connection of a client. */
    public SSLEngine serverEngine(ClientAuth clients) {
        SSLEngine engine = current().createSSLEngine();
        engine.setUseClientMode(false);
        clients.applyTo(engine);
        return engine;
    }

    /** Looks at the files, and takes what they say if it has changed and is good. Files found bad are tried again each time. */
    public synchronized Outcome refresh() {
        String now = files.stamp();
        if (now.equals(stamp) && problem == null) {
            return Outcome.UNCHANGED;
        }
        try {
            loaded = files.load(verifyHostname);
            stamp = now;
            problem = null;
            reloads++;
            return Outcome.RELOADED;
        } catch (TlsException e) {
            problem = e.getMessage();
            return Outcome.REFUSED;
        }
    }
}
