package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Registration and removal of proxies. */
public final class Proxies {
    private Proxies() {}

    /** The result of a registration. */
    public enum Registration {
        /** The proxy is new. */
        ADDED,
        /** A known proxy in no cluster has other nodes, another host or another index now. */
        UPDATED,
        /** Nothing changed, or nothing may change because a cluster uses the proxy. */
        ALREADY_EXISTED
    }

    /**
     * Registers a proxy. A known proxy that registers with the same nodes is back, and its failure marks are removed.
     * A proxy that a cluster uses and that registers with other nodes is not changed and keeps its marks, because it
     * does not serve the nodes of the cluster.
     *
     * @param index required in ordered mode, ignored otherwise
     */
    public static Outcome<Registration> register(
            Metadata state, ProxyAddress address, List<NodeAddress> nodes, String host, @Nullable Long index) {
        if (state.enableOrderedProxy() && index == null) {
            throw new UndermoonException(
                    ErrorCode.MISSING_SERVER_PROXY_INDEX,
                    "with enable_ordered_proxy a proxy needs an index; '" + address + "' has none");
        }
        long place = state.enableOrderedProxy() && index != null ? index : 0;
        ProxyResource given = new ProxyResource(address, nodes, host, place, null);
        ProxyResource known = state.allProxies().get(address);
        if (known == null) {
            return new Outcome<>(stored(state, given), Registration.ADDED);
        }
        if (known.cluster() == null && !known.equals(given)) {
            return new Outcome<>(stored(state, given), Registration.UPDATED);
        }
        Metadata next = known.nodeAddresses().equals(nodes) ? cleared(state, address) : state;
        return new Outcome<>(next, Registration.ALREADY_EXISTED);
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
        edit.bumpEpoch();
        return Outcome.done(edit.done());
    }

    private static Metadata stored(Metadata state, ProxyResource proxy) {
        MetadataEdit edit = state.edit();
        edit.put(proxy);
        edit.clearMarks(proxy.proxyAddress());
        edit.bumpEpoch();
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
