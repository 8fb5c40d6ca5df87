package io.undermoon.broker.plan;

import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Registration and removal of proxies, and where they run. */
public final class Proxies {
    private Proxies() {}

    /** The result of a registration. */
    public enum Registration {
        /** The proxy is new. */
        ADDED,
        /**
         * A known proxy in no cluster has other nodes, another host or another index now, or any proxy another replica
         * address or other things to say of its marks.
         */
        UPDATED,
        /** Nothing changed, or nothing may change because a cluster uses the proxy. */
        ALREADY_EXISTED
    }

    /**
     * What a proxy that marks its nodes says of them.
     *
     * @param installationId the system that its nodes are marked for; absent if they have no marks
     * @param unusable why the nodes cannot be given to a cluster; absent if they can
     */
    public record NodeMarks(
            @Nullable String installationId, @Nullable String unusable) {}

    /** Registers a proxy that says nothing of marks in its nodes. */
    public static Outcome<Registration> register(
            Metadata state,
            ProxyAddress address,
            List<NodeAddress> nodes,
            String host,
            @Nullable Long index,
            @Nullable ProxyAddress replicaAddress) {
        return register(state, address, nodes, host, index, replicaAddress, null);
    }

    /**
     * Registers a proxy. A known proxy that registers with the same nodes is back, and its failure marks are removed.
     * A proxy that a cluster uses and that registers with other nodes is not changed and keeps its marks, because it
     * does not serve the nodes of the cluster.
     *
     * @param index required in ordered mode, ignored otherwise
     * @param replicaAddress where the proxy serves clients as a replica, its own address for nowhere else; null when
     *     the caller does not know, so that what is known stays
     * @param marks null for a proxy that does not mark its nodes
     */
    public static Outcome<Registration> register(
            Metadata state,
            ProxyAddress address,
            List<NodeAddress> nodes,
            String host,
            @Nullable Long index,
            @Nullable ProxyAddress replicaAddress,
            @Nullable NodeMarks marks) {
        if (marks != null) {
            requireOwn(state, address, marks);
        }
        if (state.enableOrderedProxy() && index == null) {
            throw new UndermoonException(
                    ErrorCode.MISSING_SERVER_PROXY_INDEX,
                    "with enable_ordered_proxy a proxy needs an index; '" + address + "' has none");
        }
        long place = state.enableOrderedProxy() && index != null ? index : 0;
        requireUnused(state, address, replicaAddress);
        requireOwnNodes(state, address, nodes);
        if (state.enableOrderedProxy()) {
            requireOwnIndex(state, address, place);
        }
        ProxyResource known = state.allProxies().get(address);
        ProxyAddress replica = replicaAddress(address, replicaAddress, known);
        ProxyResource.Marking marking = marking(marks, known);
        Location location = known == null ? null : known.location();
        ProxyResource given = new ProxyResource(address, nodes, host, place, null, replica, marking, location);
        if (known == null) {
            return new Outcome<>(stored(state, given), Registration.ADDED);
        }
        if (known.cluster() == null && !known.equals(given)) {
            return new Outcome<>(stored(state, given), Registration.UPDATED);
        }
        if (!known.nodeAddresses().equals(nodes)) {
            return new Outcome<>(state, Registration.ALREADY_EXISTED);
        }
        ProxyResource told = known.servingReplicasAt(replica).marking(marking);
        return known.equals(told)
                ? new Outcome<>(cleared(state, address), Registration.ALREADY_EXISTED)
                : new Outcome<>(stored(state, told), Registration.UPDATED);
    }

    private static void requireOwn(Metadata state, ProxyAddress address, NodeMarks marks) {
        String own = state.installationId();
        if (own != null && marks.installationId() != null && !own.equals(marks.installationId())) {
            throw new UndermoonException(
                    ErrorCode.OTHER_INSTALLATION,
                    "proxy '" + address + "' or its nodes belong to installation " + marks.installationId()
                            + ", this broker to " + own
                            + "; if the other one does not need their keys any more, FLUSHALL the nodes and restart the"
                            + " proxy");
        }
    }

    private static ProxyResource.@Nullable Marking marking(@Nullable NodeMarks marks, @Nullable ProxyResource known) {
        ProxyResource.Marking before = known == null ? null : known.marking();
        if (marks == null) {
            return before;
        }
        return (before == null ? ProxyResource.Marking.NEW : before).withUnusable(marks.unusable());
    }

    private static @Nullable ProxyAddress replicaAddress(
            ProxyAddress proxy, @Nullable ProxyAddress given, @Nullable ProxyResource known) {
        if (given == null) {
            return known == null ? null : known.replicaAddress();
        }
        return given.equals(proxy) ? null : given;
    }

    /** Two proxies with one address would be taken for one by clients. */
    private static void requireUnused(Metadata state, ProxyAddress address, @Nullable ProxyAddress replicaAddress) {
        state.allProxies().forEach((other, resource) -> {
            if (!other.equals(address)
                    && replicaAddress != null
                    && (other.equals(replicaAddress) || replicaAddress.equals(resource.replicaAddress()))) {
                throw new UndermoonException(
                        ErrorCode.INVALID_PROXY_ADDRESS,
                        "replica_address '" + replicaAddress + "' of proxy '" + address + "' is an address of proxy '"
                                + other + "'");
            }
        });
    }

    /** A node that two proxies manage would get the keys of two masters. */
    private static void requireOwnNodes(Metadata state, ProxyAddress address, List<NodeAddress> nodes) {
        state.allProxies().forEach((other, resource) -> {
            if (!other.equals(address)) {
                resource.nodeAddresses().stream()
                        .filter(nodes::contains)
                        .findFirst()
                        .ifPresent(node -> {
                            throw inUse("node '" + node + "'", other);
                        });
            }
        });
    }

    private static void requireOwnIndex(Metadata state, ProxyAddress address, long index) {
        state.allProxies().forEach((other, resource) -> {
            if (!other.equals(address) && resource.index() == index) {
                throw inUse("index " + index, other);
            }
        });
    }

    private static UndermoonException inUse(String what, ProxyAddress owner) {
        return new UndermoonException(
                ErrorCode.IN_USE, what + " is that of proxy '" + owner + "'; remove that proxy first if it is gone");
    }

    /**
     * Notes where proxies run now, those in clusters included; the others stay as they are. Nothing moves by that, and
     * no proxy has to know of it.
     */
    public static Outcome<Outcome.Done> locate(Metadata state, Map<ProxyAddress, Location> locations) {
        MetadataEdit edit = state.edit();
        locations.forEach((address, location) ->
                edit.put(Preconditions.requireProxy(state, address).at(location)));
        return Outcome.done(edit.done());
    }

    public static Outcome<Outcome.Done> remove(Metadata state, ProxyAddress address) {
        ProxyResource proxy = Preconditions.requireProxy(state, address);
        if (proxy.cluster() != null) {
            throw new UndermoonException(
                    ErrorCode.IN_USE, "proxy '" + address + "' is in use by cluster '" + proxy.cluster() + "'");
        }
        MetadataEdit edit = state.edit();
        edit.removeProxy(address);
        edit.clearMarks(address);
        edit.endMaintenance(address);
        edit.bumpEpoch();
        return Outcome.done(edit.done());
    }

    private static Metadata stored(Metadata state, ProxyResource proxy) {
        MetadataEdit edit = state.edit();
        edit.put(proxy);
        edit.clearMarks(proxy.proxyAddress());
        StoredCluster cluster =
                proxy.cluster() == null ? null : state.clusters().get(proxy.cluster());
        if (cluster == null) {
            edit.bumpEpoch();
        } else {
            edit.putAtNewEpoch(cluster);
        }
        return edit.done();
    }

    private static Metadata cleared(Metadata state, ProxyAddress address) {
        MetadataEdit edit = state.edit();
        if (!edit.clearMarks(address)) {
            return state;
        }
        edit.bumpEpoch();
        return edit.done();
    }
}
