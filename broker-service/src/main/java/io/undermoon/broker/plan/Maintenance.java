package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ProxyAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * Planned work on a proxy and its nodes, such as a restart. Its masters move to the other half of its chunk first,
 * without the loss of a write; while the work lasts, nothing replaces it and its masters stay away. Work is done on one
 * host at a time, and never on the half that has the only copies of its chunk.
 */
public final class Maintenance {
    /** How long work lasts at most, a day. */
    public static final long MAX_SECONDS = 86_400;

    private Maintenance() {}

    /** What has to happen before the proxy and its nodes may be stopped. */
    public enum Phase {
        /** The proxy is not under maintenance. */
        NONE,
        /** The other half takes over. */
        HANDING_OVER,
        /** The proxy and its nodes may be stopped. */
        READY,
        /** The other half has failed since: this one has the only copies. */
        LAST_COPY
    }

    /**
     * Begins work on a proxy, or prolongs it. To be called again where it is refused because something has to be
     * waited for.
     *
     * @param seconds how long it may last
     */
    public static Outcome<Outcome.Done> begin(Metadata state, PlanContext context, ProxyAddress address, long seconds) {
        ProxyResource proxy = Preconditions.requireProxy(state, address);
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "seconds '" + seconds + "' is not within 1 and " + MAX_SECONDS);
        }
        Metadata current = withoutExpired(state, context);
        requireOneHost(current, proxy);
        Optional<StoredChunk> chunk = chunkOf(current, proxy);
        if (chunk.isPresent()) {
            requireOtherCopy(current, context, proxy, otherHalf(chunk.get(), address));
            if (hasMasters(chunk.get(), address)) {
                current = Switchover.away(current, context, address).state();
            }
        }
        MetadataEdit edit = current.edit();
        edit.beginMaintenance(address, context.nowSeconds() + seconds);
        edit.bumpEpoch();
        return Outcome.done(edit.done());
    }

    /**
     * Ends work on a proxy. Its nodes have been away and count as copies again only when they are reported as such, by
     * a coordinator that has seen the new epoch at the proxy.
     */
    public static Outcome<Outcome.Done> end(Metadata state, PlanContext context, ProxyAddress address) {
        ProxyResource proxy = Preconditions.requireProxy(state, address);
        MetadataEdit edit = state.edit();
        // Also after the time is over: the nodes have been away all the same.
        if (!edit.endMaintenance(address)) {
            return Outcome.done(state);
        }
        Metadata ended = Replicas.withoutCopiesOf(withoutExpired(edit.done(), context), proxy);
        MetadataEdit renewed = ended.edit();
        if (proxy.cluster() == null) {
            renewed.bumpEpoch();
        } else {
            renewed.putAtNewEpoch(Preconditions.requireCluster(ended, proxy.cluster()));
        }
        return Outcome.done(renewed.done());
    }

    /** How far the hand-over of a proxy is. */
    public static Phase phase(Metadata state, PlanContext context, ProxyAddress address) {
        ProxyResource proxy = Preconditions.requireProxy(state, address);
        if (!isActive(state, context, address)) {
            return Phase.NONE;
        }
        Optional<StoredChunk> chunk = chunkOf(state, proxy);
        if (chunk.isEmpty()) {
            return Phase.READY;
        }
        if (hasMasters(chunk.get(), address) || isDown(state, context, otherHalf(chunk.get(), address))) {
            return Phase.LAST_COPY;
        }
        boolean isAway = state.hasFailed(address);
        return isAway || hasTakenOver(chunk.get()) ? Phase.READY : Phase.HANDING_OVER;
    }

    /** Seconds for which the work may still last; 0 if there is none. */
    public static long secondsLeft(Metadata state, PlanContext context, ProxyAddress address) {
        return Math.max(0, state.maintenance().getOrDefault(address, context.nowSeconds()) - context.nowSeconds());
    }

    static boolean isActive(Metadata state, PlanContext context, ProxyAddress address) {
        return secondsLeft(state, context, address) > 0;
    }

    /** The other half has the roles of the metadata when both halves say that the replicas follow it. */
    private static boolean hasTakenOver(StoredChunk chunk) {
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            if (chunk.ownsSlotsOrMoves(part) && !chunk.isSynced(part)) {
                return false;
            }
        }
        return true;
    }

    private static void requireOneHost(Metadata state, ProxyResource proxy) {
        for (ProxyAddress other : state.maintenance().keySet()) {
            ProxyResource worked = state.allProxies().get(other);
            if (worked != null && !worked.host().equals(proxy.host())) {
                throw new UndermoonException(
                        ErrorCode.IN_USE,
                        "proxy '" + other + "' on host '" + worked.host() + "' is under maintenance; one host at a"
                                + " time, DELETE /proxies/maintenance/" + other + " ends it");
            }
        }
    }

    private static void requireOtherCopy(Metadata state, PlanContext context, ProxyResource proxy, ProxyAddress other) {
        if (isDown(state, context, other) || isActive(state, context, other)) {
            throw new UndermoonException(
                    ErrorCode.NO_AVAILABLE_RESOURCE,
                    "proxy '" + proxy.proxyAddress() + "' has the only copies of its chunk, since '" + other
                            + "' has failed, is reported or is under maintenance");
        }
    }

    private static boolean isDown(Metadata state, PlanContext context, ProxyAddress proxy) {
        return state.hasFailed(proxy) || FailureReports.isSuspected(state, context, proxy);
    }

    private static boolean hasMasters(StoredChunk chunk, ProxyAddress proxy) {
        RolePosition position = chunk.rolePosition();
        return chunk.proxyOfNode(position.masterNode(0)).equals(proxy)
                || chunk.proxyOfNode(position.masterNode(1)).equals(proxy);
    }

    private static ProxyAddress otherHalf(StoredChunk chunk, ProxyAddress proxy) {
        return chunk.proxyAddresses().get(1 - chunk.halfOf(proxy));
    }

    /** The chunk that depends on a proxy: none depends on a spare. */
    private static Optional<StoredChunk> chunkOf(Metadata state, ProxyResource proxy) {
        if (proxy.cluster() == null) {
            return Optional.empty();
        }
        StoredCluster cluster = Objects.requireNonNull(state.clusters().get(proxy.cluster()));
        return Optional.of(cluster.chunks().get(cluster.chunkOf(proxy.proxyAddress())))
                .filter(chunk -> chunk.halfOf(proxy.proxyAddress()) >= 0);
    }

    private static Metadata withoutExpired(Metadata state, PlanContext context) {
        MetadataEdit edit = state.edit();
        state.maintenance().keySet().stream()
                .filter(proxy -> !isActive(state, context, proxy))
                .forEach(edit::endMaintenance);
        return edit.done();
    }
}
