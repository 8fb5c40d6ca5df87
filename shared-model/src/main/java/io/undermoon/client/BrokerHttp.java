package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client of the HTTP API {@code /api/v3} of a list of brokers. A request goes to the next broker when one cannot be
 * reached, exceeds the time limit, or answers 5xx; every other answer is final. The first broker may have acted
 * although its answer was lost, so only calls that may be repeated belong here. Thread-safe; callers wait.
 */
public final class BrokerHttp {
    private static final String BASE_PATH = "/api/v3";
    private static final byte[] NO_BODY = new byte[0];

    private final BrokerOrder brokers;
    private final Duration timeout;
    private final BoundedHttp http;
    private final Installation installation;

    /**
     * @param connectTimeout for the TCP connection to each broker
     * @param timeout for a whole call at each broker, from connecting to the last byte
     * @param gzip whether to ask for compressed replies
     * @param tls absent for plain HTTP
     * @param token shown with each request
     * @param installation of the caller; brokers of another one count as not answering
     */
    public BrokerHttp(
            BrokerOrder brokers,
            Duration connectTimeout,
            Duration timeout,
            boolean gzip,
            @Nullable TlsContext tls,
            BrokerToken token,
            Installation installation) {
        this.brokers = brokers;
        this.timeout = timeout;
        this.http = new BoundedHttp(connectTimeout, gzip, tls, token, installation::id);
        this.installation = installation;
    }

    /** A request without a body. */
    public HttpReply send(String method, String path) throws IOException {
        return send(method, path, NO_BODY, Duration.ZERO);
    }

    /** A request with a JSON body. */
    public HttpReply send(String method, String path, byte[] body) throws IOException {
        return send(method, path, body, Duration.ZERO);
    }

    /** A request without a body for which the broker may take some time on top of the time limit. */
    public HttpReply send(String method, String path, Duration extraTime) throws IOException {
        return send(method, path, NO_BODY, extraTime);
    }

    /** A {@code GET} that is answered only with what the storage of the brokers has then. */
    public HttpReply getConfirmed(String path) throws IOException {
        return send("GET " + path, broker -> http.getConfirmed(broker, BASE_PATH + path, timeout));
    }

    private HttpReply send(String method, String path, byte[] body, Duration extraTime) throws IOException {
        Duration limit = timeout.plus(extraTime);
        return send(method + " " + path, broker -> http.send(broker, method, BASE_PATH + path, body, limit));
    }

    private interface Call {
        HttpReply at(HostPort broker) throws IOException;
    }

    /** Returns an answer with a status below 500. */
    private HttpReply send(String name, Call call) throws IOException {
        List<String> failures = new ArrayList<>();
        IOException last = new IOException("the list of brokers is empty");
        for (HostPort broker : brokers.candidates()) {
            try {
                HttpReply reply = call.at(broker);
                checkInstallation(reply);
                if (reply.status() < 500) {
                    brokers.answered(broker);
                    return reply;
                }
                BrokerHttpException refusal = reply.refusal();
                last = refusal;
                note(failures, broker, "status " + reply.status() + " " + refusal.reason());
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                last = e;
                note(failures, broker, String.valueOf(e.getMessage()));
            }
        }
        throw BrokerHttpException.noAnswer(name + ": no broker answers: " + String.join("; ", failures), last);
    }

    /** A request of another installation was refused by the broker, a reply of another one is of no use. */
    private void checkInstallation(HttpReply reply) throws IOException {
        String own = installation.id();
        String other = reply.installation();
        if (other == null || other.equals(own)) {
            return;
        }
        boolean isAccepted = installation.accepts(reply.address(), other);
        if (own != null || !isAccepted) {
            throw new IOException("OTHER_INSTALLATION the broker belongs to installation " + other + ", not " + own);
        }
    }

    private void note(List<String> failures, HostPort broker, String reason) {
        brokers.failed(broker, reason);
        failures.add(broker + ": " + reason);
    }
}
