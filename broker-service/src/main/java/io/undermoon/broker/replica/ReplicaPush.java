package io.undermoon.broker.replica;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.BrokerToken;
import io.undermoon.client.HttpReply;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends the complete metadata, as a copy, to the replicas with {@code PUT /api/v3/metadata}. Thread-safe; failures are
 * logged.
 */
public final class ReplicaPush {
    private static final Logger LOG = Logger.getLogger(ReplicaPush.class);

    private final MetadataWriter metadata;
    private final Duration timeout;
    private final BoundedHttp http;
    private volatile List<String> replicas;

    /**
     * @param timeout for one replica
     * @param tls absent for plain HTTP
     * @param token of an administrator at the replicas
     */
    public ReplicaPush(
            MetadataWriter metadata,
            List<String> replicas,
            Duration timeout,
            @Nullable TlsContext tls,
            BrokerToken token) {
        this.metadata = metadata;
        this.replicas = List.copyOf(replicas);
        this.timeout = timeout;
        this.http = new BoundedHttp(timeout, false, tls, token, () -> null);
    }

    public List<String> replicas() {
        return replicas;
    }

    /** The new list applies from the next copy until the broker ends. */
    public void replaceReplicas(List<String> newReplicas) {
        this.replicas = List.copyOf(newReplicas);
        LOG.infof("Replicas replaced: replicas=%s", newReplicas);
    }

    /** Sends a copy to all replicas in parallel; returns when each has answered or reached the time limit. */
    public void push() {
        List<String> targets = replicas;
        if (targets.isEmpty()) {
            return;
        }
        Metadata state = metadata.state();
        byte[] dump = MetadataJson.write(state.asCopy(true));
        Stream<CompletableFuture<?>> copies = targets.stream().map(target -> push(target, dump, state));
        CompletableFuture.allOf(copies.toArray(CompletableFuture[]::new)).join();
    }

    private CompletableFuture<?> push(String target, byte[] dump, Metadata state) {
        return http.sendAsync(HostPort.parse(target), "PUT", "/api/v3/metadata", dump, timeout)
                .handle((reply, failure) -> {
                    report(target, state, reply, failure);
                    return null;
                });
    }

    private static void report(String target, Metadata state, @Nullable HttpReply reply, @Nullable Throwable failure) {
        if (reply == null) {
            LOG.warnf("Metadata not copied: epoch=%s replica=%s error=%s", state.globalEpoch(), target, failure);
        } else if (reply.status() != 200) {
            LOG.warnf(
                    "Metadata not copied: epoch=%s replica=%s status=%d error=%s",
                    state.globalEpoch(), target, reply.status(), reply.text());
        }
    }
}
