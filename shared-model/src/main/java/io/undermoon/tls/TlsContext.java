package io.undermoon.tls;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Keys and trusted authorities from PEM files, replaced when {@link #refresh} finds that the files have changed. A
 * connection keeps those it was made with; a new one gets those of the last good files. A change also drops all TLS
 * sessions that could be resumed, so that a certificate of an authority that is no longer trusted is refused.
 * Thread-safe.
 */
public final class TlsContext {
    private static final Logger LOG = System.getLogger(TlsContext.class.getName());

    private final TlsFiles files;
    private final boolean verifyHostname;
    private volatile TlsFiles.Loaded loaded;
    private volatile @Nullable String problem;
    private String stamp;
    private volatile long reloads;

    /** What {@link #refresh} did. */
    public enum Outcome {
        UNCHANGED,
        /** New connections use the changed files. */
        RELOADED,
        /** The changed files cannot be used, see {@link #problem}; new connections use the contents of before. */
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

    /** The context of the last good files; a new object after each change. */
    public SSLContext current() {
        return loaded.context();
    }

    /** Shows the own certificate; absent if there is none. */
    public @Nullable X509KeyManager keys() {
        return loaded.keys();
    }

    /** Checks the certificates of others. */
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

    /** How often changed files were loaded. */
    public long reloads() {
        return reloads;
    }

    /** The engine of one connection to a server. */
    public SSLEngine clientEngine(String host, int port) {
        SSLEngine engine = current().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        // Without verifyHostname the trust manager ignores this.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The engine of one connection from a client. */
    public SSLEngine serverEngine(ClientAuth clients) {
        SSLEngine engine = current().createSSLEngine();
        engine.setUseClientMode(false);
        clients.applyTo(engine);
        return engine;
    }

    /** Loads the files if they have changed. Files that cannot be used are tried again each time, and logged once. */
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
            LOG.log(Level.INFO, "TLS files reloaded");
            return Outcome.RELOADED;
        } catch (TlsException e) {
            if (!String.valueOf(e.getMessage()).equals(problem)) {
                LOG.log(Level.WARNING, "Changed TLS files cannot be used, the old ones stay in use: " + e.getMessage());
            }
            problem = e.getMessage();
            return Outcome.REFUSED;
        }
    }
}
