package io.undermoon.broker.replica;

import io.undermoon.broker.state.MetaStore;
import io.undermoon.broker.state.MetaStoreJson;
import io.undermoon.broker.store.MetadataStore;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsHttpClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sends the whole metadata to the replicas, as {@code PUT /api/v3/metadata}. Any thread; failures are logged. */
public final class ReplicaPush {
    private static final Logger LOG = Logger.getLogger(ReplicaPush.class);

    private final MetadataStore store;
    private final Duration timeout;
    private final TlsHttpClient http;
    private volatile List<String> replicas;

    /**
     * @param timeout for one replica
     * @param tls absent for plain HTTP
     */
    public ReplicaPush(MetadataStore store, List<String> replicas, Duration timeout, @Nullable TlsContext tls) {
        this.store = store;
        this.replicas = List.copyOf(replicas);
        this.timeout = timeout;
        this.http = new TlsHttpClient(HttpClient.newBuilder().connectTimeout(timeout), tls);
    }

    public List<String> replicas() {
        return replicas;
    }

    /** Takes effect with the next copy; lasts until the broker ends. */
    public void replaceReplicas(List<String> newReplicas) {
        this.replicas = List.copyOf(newReplicas);
        LOG.infof("replicas=%s", newReplicas);
    }

    /** Sends a copy to every replica at the same time and returns when all have answered or their time is over. */
    public void push() {
        List<String> targets = replicas;
        if (targets.isEmpty()) {
            return;
        }
        MetaStore state = store.state();
        byte[] dump = MetaStoreJson.write(state);
        Stream<CompletableFuture<?>> copies = targets.stream().map(target -> push(target, dump, state));
        CompletableFuture.allOf(copies.toArray(CompletableFuture[]::new)).join();
    }

    private CompletableFuture<?> push(String target, byte[] dump, MetaStore state) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(http.scheme() + "://" + target + "/api/v3/metadata"))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofByteArray(dump))
                .build();
        return http.get().sendAsync(request, BodyHandlers.ofString()).handle((response, failure) -> {
            report(target, state, response, failure);
            return null;
        });
    }

    private static void report(
            String target, MetaStore state, @Nullable HttpResponse<String> response, @Nullable Throwable failure) {
        if (response == null) {
            LOG.warnf("replica=%s epoch=%s not copied: %s", target, state.globalEpoch(), failure);
        } else if (response.statusCode() != 200) {
            LOG.warnf(
                    "replica=%s epoch=%s not copied: status %d %s",
                    target, state.globalEpoch(), response.statusCode(), response.body());
        }
    }
}
