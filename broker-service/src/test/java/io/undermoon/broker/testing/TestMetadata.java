package io.undermoon.broker.testing;

import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.plan.Proxies;
import io.undermoon.broker.plan.Proxies.NodeMarks;
import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Map;

/** Metadata to start tests from. */
public final class TestMetadata {
    public static final PlanContext CONTEXT = new PlanContext(1_700_000_000, 60, 1, 0);
    public static final ClusterName DEMO = new ClusterName("demo");

    private TestMetadata() {}

    /** Proxies 1 to n, each on a host of its own. */
    public static Metadata withProxies(int n) {
        Metadata state = Metadata.empty(false);
        for (int i = 1; i <= n; i++) {
            state = add(state, i, "host" + i);
        }
        return state;
    }

    /** A cluster of proxies 1, 2, … and some spare ones. */
    public static Metadata withCluster(int nodes, int spareProxies) {
        Metadata state = withProxies(nodes / 2 + spareProxies);
        return Clusters.create(state, CONTEXT, DEMO, nodes, ClusterConfig.DEFAULT)
                .state();
    }

    /** One cluster of 400 nodes and 300 small ones. */
    public static Metadata thousandProxies() {
        Metadata state = Metadata.empty(false);
        for (int proxy = 1; proxy <= 1000; proxy++) {
            state = add(state, proxy, "host" + proxy % 40);
        }
        state = create(state, "large", 400);
        for (int cluster = 0; cluster < 300; cluster++) {
            state = create(state, "small" + cluster, 4);
        }
        return state;
    }

    private static Metadata create(Metadata state, String name, int nodes) {
        return Clusters.create(state, CONTEXT, new ClusterName(name), nodes, ClusterConfig.DEFAULT)
                .state();
    }

    public static Metadata add(Metadata state, int proxy, String host) {
        return Proxies.register(state, proxy(proxy), nodes(proxy), host, (long) proxy - 1, null)
                .state();
    }

    /** As {@link #add}, with a place. */
    public static Metadata add(Metadata state, int proxy, String host, String zone, String machine) {
        return located(add(state, proxy, host), proxy, zone, machine);
    }

    public static Metadata located(Metadata state, int proxy, String zone, String machine) {
        return Proxies.locate(state, Map.of(proxy(proxy), new Location(zone, machine)))
                .state();
    }

    /** Proxies 1 to n that mark their nodes, each on a host of its own. */
    public static Metadata withMarkingProxies(int n) {
        Metadata state = Metadata.empty(false).ofInstallation("system");
        for (int i = 1; i <= n; i++) {
            state = addMarking(state, i, "host" + i);
        }
        return state;
    }

    /** Registers a proxy that marks its nodes, which have no marks now. */
    public static Metadata addMarking(Metadata state, int proxy, String host) {
        return Proxies.register(
                        state, proxy(proxy), nodes(proxy), host, (long) proxy - 1, null, new NodeMarks(null, null))
                .state();
    }

    /** The state in which every replica is reported as in sync. */
    public static Metadata synced(Metadata state) {
        MetadataEdit edit = state.edit();
        state.clusters()
                .values()
                .forEach(cluster -> edit.put(cluster.withChunks(cluster.chunks().stream()
                        .map(chunk -> chunk.withSynced(0, true).withSynced(1, true))
                        .toList())));
        return edit.done();
    }

    public static ProxyAddress proxy(int number) {
        return new ProxyAddress("10.0.0." + number + ":5299");
    }

    public static List<NodeAddress> nodes(int proxy) {
        return List.of(new NodeAddress("10.0.0." + proxy + ":7001"), new NodeAddress("10.0.0." + proxy + ":7002"));
    }
}
