package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A registered proxy.
 *
 * @param nodeAddresses its two Redis nodes
 * @param host its failure domain
 * @param index its position in ordered mode, 0 otherwise
 * @param cluster the cluster that uses it, absent for a free proxy
 * @param replicaAddress where it serves clients as a replica; absent, and not written, when only its one address is
 *     known
 * @param marking absent, and not written, for a proxy that does not mark its nodes
 * @param location absent, and not written, as long as nobody has told it
 */
public record ProxyResource(
        ProxyAddress proxyAddress,
        List<NodeAddress> nodeAddresses,
        String host,
        long index,
        @Nullable ClusterName cluster,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ProxyAddress replicaAddress,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Marking marking,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Location location) {
    public static final int NODES = 2;
    /** How many past uses are kept: one is enough, unless a proxy was in several clusters while it did not run. */
    private static final int PAST_USES = 4;

    /**
     * What is known of the marks in the nodes of a proxy.
     *
     * @param pastUses the last clusters that it has left
     * @param unusable why its nodes cannot be given to a cluster, in its own words
     */
    public record Marking(
            List<PastUse> pastUses,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String unusable) {
        public static final Marking NEW = new Marking(List.of(), null);

        public Marking {
            pastUses = List.copyOf(requireNonNull(pastUses, "past_uses"));
        }

        public Marking withUnusable(@Nullable String reason) {
            return new Marking(pastUses, reason);
        }

        private Marking after(PastUse use) {
            List<PastUse> uses = new ArrayList<>(pastUses);
            uses.add(use);
            return new Marking(uses.subList(Math.max(0, uses.size() - PAST_USES), uses.size()), unusable);
        }
    }

    public ProxyResource {
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(nodeAddresses, "node_addresses");
        requireNonNull(host, "host");
        nodeAddresses = List.copyOf(nodeAddresses);
        if (nodeAddresses.size() != NODES) {
            throw new IllegalArgumentException("a proxy has " + NODES + " nodes, not " + nodeAddresses.size());
        }
    }

    ProxyResource assignedTo(@Nullable ClusterName newCluster) {
        return new ProxyResource(
                proxyAddress, nodeAddresses, host, index, newCluster, replicaAddress, marking, location);
    }

    /** This proxy without a cluster. */
    ProxyResource released(@Nullable String clusterId, Epoch epoch) {
        ProxyResource free = assignedTo(null);
        return marking == null || clusterId == null ? free : free.marking(marking.after(new PastUse(clusterId, epoch)));
    }

    public ProxyResource servingReplicasAt(@Nullable ProxyAddress newReplicaAddress) {
        return new ProxyResource(
                proxyAddress, nodeAddresses, host, index, cluster, newReplicaAddress, marking, location);
    }

    public ProxyResource marking(@Nullable Marking newMarking) {
        return new ProxyResource(
                proxyAddress, nodeAddresses, host, index, cluster, replicaAddress, newMarking, location);
    }

    /** This proxy somewhere else; {@link Location#UNKNOWN} is not stored. */
    public ProxyResource at(Location newLocation) {
        Location known = newLocation.equals(Location.UNKNOWN) ? null : newLocation;
        return new ProxyResource(proxyAddress, nodeAddresses, host, index, cluster, replicaAddress, marking, known);
    }

    /** Where it runs, as far as that is known. */
    public Location place() {
        return location == null ? Location.UNKNOWN : location;
    }

    /** Whether its nodes can be given to a cluster, as far as the proxy says. */
    public boolean isUsable() {
        return marking == null || marking.unusable() == null;
    }
}
