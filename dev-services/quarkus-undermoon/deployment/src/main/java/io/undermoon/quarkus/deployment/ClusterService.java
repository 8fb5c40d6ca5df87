package io.undermoon.quarkus.deployment;

import static java.util.Objects.requireNonNull;

import io.quarkus.deployment.builditem.Startable;
import io.undermoon.testing.ClusterSettings;
import io.undermoon.testing.UndermoonCluster;
import org.jspecify.annotations.Nullable;

/** The cluster as a dev service, which Quarkus starts before the application and keeps over live reloads. */
final class ClusterService implements Startable {
    private final ClusterSettings settings;
    private @Nullable UndermoonCluster cluster;

    ClusterService(ClusterSettings settings) {
        this.settings = settings;
    }

    @Override
    public synchronized void start() {
        cluster = UndermoonCluster.start(settings);
        ClusterActions.begin(cluster);
    }

    /** The value of `quarkus.redis.hosts`. A standalone client takes one. */
    String hosts() {
        UndermoonCluster started = started();
        String all =
                String.join(",", started.uris().stream().map(String::valueOf).toList());
        return started.hasActiveRedirection() ? started.uris().get(0).toString() : all;
    }

    /** The value of `quarkus.redis.client-type`. */
    String clientType() {
        return started().hasActiveRedirection() ? "standalone" : "cluster";
    }

    @Override
    public String getConnectionInfo() {
        return hosts();
    }

    /** There is no container. */
    @Override
    public @Nullable String getContainerId() {
        return null;
    }

    @Override
    public synchronized void close() {
        if (cluster != null) {
            ClusterActions.end(cluster);
            cluster.close();
            cluster = null;
        }
    }

    private synchronized UndermoonCluster started() {
        return requireNonNull(cluster, "the cluster has not been started");
    }
}
