package io.undermoon.proxy.lease;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.umctl.SetRepl;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy claims by its metadata, and who could take it over: its partners, each with the masters of this proxy
 * that it has a replica of. Hot spares have replicas, too, but take nothing over before they are partners. Immutable.
 *
 * @param epoch of the metadata
 * @param masters the nodes that the proxy serves as masters
 * @param byPartner for each proxy that a node of this one follows, or that is the first to follow one, the masters that
 *     it could take over
 * @param isCovered whether each master has a replica behind a partner
 */
public record LeaseClaims(
        Epoch epoch, Set<NodeAddress> masters, Map<ProxyAddress, Set<NodeAddress>> byPartner, boolean isCovered) {
    public static final LeaseClaims NONE = new LeaseClaims(Epoch.ZERO, Set.of(), Map.of(), true);

    public LeaseClaims {
        masters = Set.copyOf(masters);
        byPartner = Map.copyOf(byPartner);
    }

    /**
     * The claims by the roles in metadata.
     *
     * @param epoch of all of it
     * @param givenUp masters that this proxy has stepped down for
     */
    public static LeaseClaims of(Epoch epoch, SetRepl roles, Set<NodeAddress> givenUp) {
        Set<NodeAddress> masters = new HashSet<>();
        Map<ProxyAddress, Set<NodeAddress>> byPartner = new HashMap<>();
        boolean isCovered = true;
        for (SetRepl.Entry entry : roles.entries()) {
            boolean isMaster = entry.role() == Role.MASTER && !givenUp.contains(entry.node());
            for (ReplPeer peer :
                    entry.peers().subList(0, Math.min(1, entry.peers().size()))) {
                Set<NodeAddress> claimed = byPartner.computeIfAbsent(peer.proxyAddress(), partner -> new HashSet<>());
                if (isMaster) {
                    claimed.add(entry.node());
                }
            }
            if (isMaster && entry.clusterName() != null) {
                masters.add(entry.node());
                isCovered &= !entry.peers().isEmpty();
            }
        }
        return new LeaseClaims(epoch, masters, byPartner, isCovered);
    }

    /** Whether the proxy has a part in a cluster. */
    public boolean isEmpty() {
        return masters.isEmpty() && byPartner.isEmpty();
    }

    /**
     * Whether a proxy with these roles may promise another one not to take its masters over: its own nodes follow all
     * of them.
     */
    public static boolean agree(SetRepl roles, ProxyAddress asking, Set<NodeAddress> masters) {
        Set<NodeAddress> followed = new HashSet<>();
        boolean isPartner = false;
        for (SetRepl.Entry entry : roles.entries()) {
            for (ReplPeer peer : entry.peers()) {
                if (peer.proxyAddress().equals(asking)) {
                    isPartner = true;
                    if (entry.role() == Role.REPLICA) {
                        followed.add(peer.nodeAddress());
                    }
                }
            }
        }
        return isPartner && followed.containsAll(masters);
    }

    /**
     * From when a lease counts that partners grant: the earliest of the moments in which each was asked.
     *
     * @param asked for each partner, when it was asked for its last promise
     */
    public Optional<Moment> grantedBy(Map<ProxyAddress, Moment> asked) {
        if (!isCovered || byPartner.isEmpty()) {
            return Optional.empty();
        }
        @Nullable Moment earliest = null;
        for (ProxyAddress partner : byPartner.keySet()) {
            Moment moment = asked.get(partner);
            if (moment == null) {
                return Optional.empty();
            }
            earliest = earliest == null || moment.isBefore(earliest) ? moment : earliest;
        }
        return Optional.ofNullable(earliest);
    }
}
