package io.undermoon.broker.plan;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;

import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The failover of a proxy. Its steps:
 *
 * <ul>
 *   <li>A proxy in no cluster is marked as failed; nothing else changes.
 *   <li>A spare is marked as failed and, unless it is under maintenance, is none any more; a free proxy becomes one
 *       in its place when there is one.
 *   <li>Its masters move to the other half of its chunk, unless they are there already, the other half is down too, or
 *       its replicas are not in sync. In these cases the roles stay until the proxy is back: a replica that has missed
 *       acknowledged writes becomes master only with {@code force}.
 *   <li>What it has as a replica does not count as in sync any more: its masters go on without it.
 *   <li>In ordered mode nothing else changes: the proxy is expected to come back under its address. Neither is a proxy
 *       under {@link Maintenance} replaced.
 *   <li>Otherwise it is marked as failed and replaced: by a spare of its chunk, else by a free proxy, else by a spare
 *       of another chunk. While the other half is down too, it is replaced only with {@code force}: the two proxies
 *       have the only copies that are known to be complete, and the replacement would become master next. Without a
 *       suitable proxy the chunk is not repaired; repeating the call, as coordinators do, changes nothing until there
 *       is one.
 * </ul>
 */
public final class Failover {
    private Failover() {}

    /** The result for the failed proxy's half of a chunk. */
    public sealed interface Result {
        /** Another proxy has replaced the failed one. */
        record Replaced(ProxyAddress replacement) implements Result {}

        /** The failed proxy was in no chunk, or keeps its half (ordered mode). */
        record NotNeeded() implements Result {}

        /** No proxy can replace the failed one; {@code reason} says why. */
        record NotPossible(String reason) implements Result {}
    }

    /**
     * Fails over a proxy.
     *
     * @param force fail over even if the other half of the chunk is down too or its replicas are not in sync, which
     *     loses what only the failed proxy has
     */
    public static Outcome<Result> failOver(Metadata state, PlanContext context, ProxyAddress address, boolean force) {
        ProxyResource failed = Preconditions.requireProxy(state, address);
        StoredCluster cluster =
                failed.cluster() == null ? null : state.clusters().get(failed.cluster());
        if (cluster == null) {
            return new Outcome<>(markFailed(state, address), new Result.NotNeeded());
        }
        if (cluster.chunks().get(cluster.chunkOf(address)).halfOf(address) < 0) {
            return new Outcome<>(withoutSpare(state, context, cluster, failed), new Result.NotNeeded());
        }
        Place place = Place.of(cluster, address);
        boolean isBehind = !force && !Replicas.allow(state, place.in(cluster), place.mastersOnOtherHalf());
        Metadata takenOver =
                Replicas.withoutCopiesOf(isBehind ? state : takeOver(state, context, cluster, place), failed);
        if (state.enableOrderedProxy()) {
            Result result = isBehind ? replicasBehind(cluster, place, address) : new Result.NotNeeded();
            return new Outcome<>(takenOver, result);
        }
        Metadata marked = markFailed(takenOver, address);
        StoredCluster current = Preconditions.requireCluster(marked, cluster.name());
        if (isDown(marked, context, place.otherProxy(current)) && !force) {
            return new Outcome<>(
                    marked,
                    new Result.NotPossible("the other half of the chunk of proxy '" + address + "', '"
                            + place.otherProxy(current) + "', is down too; both are kept"
                            + " until one of them comes back"));
        }
        if (isBehind) {
            return new Outcome<>(marked, replicasBehind(cluster, place, address));
        }
        if (Maintenance.isActive(marked, context, address) && !force) {
            return new Outcome<>(
                    marked,
                    new Result.NotPossible("proxy '" + address + "' is under maintenance for "
                            + Maintenance.secondsLeft(marked, context, address)
                            + " s more and is not replaced before"));
        }
        return replace(marked, context, current, place, failed);
    }

    private static Result.NotPossible replicasBehind(StoredCluster cluster, Place place, ProxyAddress failed) {
        Long maxLag = cluster.config().maxLagOnFailover();
        String limit = maxLag == null ? "" : ", or further behind than max_lag_on_failover, " + maxLag + " bytes";
        return new Result.NotPossible(
                "the replicas behind '" + place.otherProxy(cluster) + "' are not in sync with their"
                        + " masters behind '" + failed + "'" + limit
                        + ": as masters they would lose acknowledged writes; the roles stay until '"
                        + failed + "' is back, and force=true accepts the loss");
    }

    /** The position of a proxy in its cluster. */
    private record Place(int chunk, int half) {
        static Place of(StoredCluster cluster, ProxyAddress proxy) {
            int chunk = cluster.chunkOf(proxy);
            if (chunk < 0) {
                throw new IllegalStateException("proxy " + proxy + " is in no chunk of cluster " + cluster.name());
            }
            return new Place(chunk, cluster.chunks().get(chunk).halfOf(proxy));
        }

        int otherHalf() {
            return 1 - half;
        }

        StoredChunk in(StoredCluster cluster) {
            return cluster.chunks().get(chunk);
        }

        RolePosition mastersOnOtherHalf() {
            return RolePosition.mastersOn(otherHalf());
        }

        ProxyAddress otherProxy(StoredCluster cluster) {
            return in(cluster).proxyAddresses().get(otherHalf());
        }
    }

    private static Metadata markFailed(Metadata state, ProxyAddress proxy) {
        if (state.hasFailed(proxy) && !state.failures().containsKey(proxy)) {
            return state;
        }
        MetadataEdit edit = state.edit();
        edit.clearReports(proxy);
        edit.markFailed(proxy);
        return edit.done();
    }

    private static Metadata withoutSpare(
            Metadata state, PlanContext context, StoredCluster cluster, ProxyResource spare) {
        Metadata marked = markFailed(state, spare.proxyAddress());
        if (Maintenance.isActive(state, context, spare.proxyAddress())) {
            return marked;
        }
        int index = cluster.chunkOf(spare.proxyAddress());
        MetadataEdit edit = marked.edit();
        edit.putAtNewEpoch(cluster.withChunk(index, cluster.chunks().get(index).withoutSpare(spare.proxyAddress())));
        edit.release(spare.proxyAddress(), cluster);
        return edit.done();
    }

    private static Metadata takeOver(Metadata state, PlanContext context, StoredCluster cluster, Place place) {
        RolePosition wanted = place.mastersOnOtherHalf();
        if (isDown(state, context, place.otherProxy(cluster))
                || place.in(cluster).rolePosition() == wanted) {
            return state;
        }
        MetadataEdit edit = state.edit();
        edit.put(Roles.moveMasters(cluster, place.chunk(), wanted, edit.bumpEpoch()));
        return edit.done();
    }

    private static boolean isDown(Metadata state, PlanContext context, ProxyAddress proxy) {
        return FailureReports.down(state, context).contains(proxy);
    }

    private static Outcome<Result> replace(
            Metadata state, PlanContext context, StoredCluster cluster, Place place, ProxyResource failed) {
        StoredChunk chunk = place.in(cluster);
        Optional<Spare> spare = Spares.successor(state, context, chunk, place.otherHalf());
        if (spare.isPresent()) {
            StoredChunk changed = chunk.withHalf(place.half(), spare.get());
            return replaced(
                    state, cluster, place.chunk(), changed, failed, spare.get().proxyAddress());
        }
        String otherHost = chunk.hosts().get(place.otherHalf());
        ProxyResource other = Preconditions.requireProxy(state, place.otherProxy(cluster));
        Optional<ProxyResource> free = replacement(state, context, cluster, failed, other);
        if (free.isPresent()) {
            StoredChunk changed = chunk.withHalf(place.half(), free.get());
            return replaced(
                    state, cluster, place.chunk(), changed, failed, free.get().proxyAddress());
        }
        Optional<Spares.Donor> donor = Spares.donor(state, context, cluster, chunk, place.otherHalf());
        if (donor.isPresent()) {
            return replaced(state, donor.get(), cluster.name(), place, failed);
        }
        return new Outcome<>(
                state,
                new Result.NotPossible("no proxy is free on a host other than '" + failed.host() + "' and '" + otherHost
                        + "' to replace '" + failed.proxyAddress() + "'"));
    }

    /** The spare of another chunk becomes free first, so that what it has of that is known. */
    private static Outcome<Result> replaced(
            Metadata state, Spares.Donor donor, ClusterName name, Place place, ProxyResource failed) {
        ProxyAddress spare = donor.spare().proxyAddress();
        StoredChunk giving = donor.cluster().chunks().get(donor.chunk());
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(donor.cluster().withChunk(donor.chunk(), giving.withoutSpare(spare)));
        edit.release(spare, donor.cluster());
        Metadata released = edit.done();
        StoredCluster cluster = Preconditions.requireCluster(released, name);
        StoredChunk changed = place.in(cluster).withHalf(place.half(), Preconditions.requireProxy(released, spare));
        return replaced(released, cluster, place.chunk(), changed, failed, spare);
    }

    private static Outcome<Result> replaced(
            Metadata state,
            StoredCluster cluster,
            int chunk,
            StoredChunk changed,
            ProxyResource failed,
            ProxyAddress replacement) {
        MetadataEdit edit = state.edit();
        Epoch epoch = edit.bumpEpoch();
        edit.put(Marks.kept(state, Roles.change(cluster, chunk, changed, epoch)));
        edit.release(failed.proxyAddress(), cluster);
        edit.assign(replacement, cluster.name());
        return new Outcome<>(edit.done(), new Result.Replaced(replacement));
    }

    /**
     * The free proxy that is farthest from the other half, and if possible not on the machine of the failed one, whose
     * host shares the fewest chunks with the host of the other half, then the host with the most free proxies.
     */
    private static Optional<ProxyResource> replacement(
            Metadata state, PlanContext context, StoredCluster cluster, ProxyResource failed, ProxyResource other) {
        SortedMap<String, Deque<ProxyResource>> free =
                ProxyPool.byHost(ProxyPool.replicasFor(cluster, state, context).stream()
                        .filter(proxy -> Marks.mayJoin(proxy, cluster))
                        .toList());
        LinkTable links = LinkTable.of(state);
        return free.entrySet().stream()
                .filter(entry ->
                        !entry.getKey().equals(failed.host()) && !entry.getKey().equals(other.host()))
                .min(comparing((Map.Entry<String, Deque<ProxyResource>> entry) ->
                                other.place().distance(place(entry.getValue())))
                        .thenComparing(entry -> failed.place().isSameMachine(place(entry.getValue())))
                        .thenComparing(comparingInt((Map.Entry<String, Deque<ProxyResource>> entry) ->
                                links.count(other.host(), entry.getKey())))
                        .thenComparing(comparingInt((Map.Entry<String, Deque<ProxyResource>> entry) ->
                                        entry.getValue().size())
                                .reversed())
                        .thenComparing(comparing(Map.Entry::getKey)))
                .map(entry -> entry.getValue().getFirst());
    }

    private static Location place(Deque<ProxyResource> proxiesOfHost) {
        return proxiesOfHost.getFirst().place();
    }
}
