package io.undermoon.broker.plan;

import static java.util.Objects.requireNonNull;

import io.undermoon.broker.plan.ProxyReport.Content;
import io.undermoon.broker.plan.ProxyReport.NodeRole;
import io.undermoon.broker.plan.ProxyReport.Slots;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings older metadata, such as that of a backup, up to what the proxies know better: a pure function. Proxies with a
 * higher epoch than the metadata have seen changes that are missing in it.
 *
 * <ul>
 *   <li>Failovers and switchovers are learned: who is master in a chunk, and which proxy took the place of another.
 *   <li>So is which proxies are spares of a chunk: nothing depends on that.
 *   <li>Everything else that differs is a conflict: other slots, clusters that are missing or were deleted, a chunk of
 *       which no proxy answers. The metadata cannot be used then, unless somebody decides so.
 * </ul>
 *
 * Which replicas were in sync when the metadata was current says nothing about now: none is, before it is reported
 * anew.
 */
public final class Reconciliation {
    private final Metadata base;
    private final Map<ProxyAddress, Optional<ProxyReport>> reports;
    private final Epoch target;
    private final MetadataEdit edit;
    private final Map<ProxyAddress, Epoch> epochs;
    private final Set<ProxyAddress> settled = new HashSet<>();
    private final List<String> learned = new ArrayList<>();
    private final List<String> conflicts = new ArrayList<>();

    private Reconciliation(Metadata base, Map<ProxyAddress, Optional<ProxyReport>> reports, Epoch target) {
        this.base = base;
        this.reports = reports;
        this.target = target;
        this.edit = base.edit();
        this.epochs = new MetadataView(base).proxyEpochs();
        edit.liftEpochs(target);
    }

    /**
     * The result.
     *
     * @param state the metadata with what was learned, all of it at the target epoch
     * @param learned what the proxies knew better
     * @param conflicts why the metadata cannot be brought up to date
     */
    public record Result(Metadata state, List<String> learned, List<String> conflicts) {}

    /**
     * @param reports of all proxies of the metadata, and of others that are known; empty for those that do not answer
     * @param target an epoch above all others
     */
    public static Result of(Metadata older, Map<ProxyAddress, Optional<ProxyReport>> reports, Epoch target) {
        Metadata base = Replicas.withoutCopies(older);
        Reconciliation run = new Reconciliation(base, reports, target);
        if (reports.keySet().stream().anyMatch(run::isAhead)) {
            base.clusters().values().forEach(cluster -> {
                for (int i = 0; i < cluster.chunks().size(); i++) {
                    run.chunk(cluster, i);
                }
            });
            base.allProxies().keySet().forEach(run::spare);
            reports.keySet().stream().sorted().forEach(run::others);
        }
        return new Result(run.edit.done(), List.copyOf(run.learned), List.copyOf(run.conflicts));
    }

    private @Nullable ProxyReport report(ProxyAddress proxy) {
        return reports.getOrDefault(proxy, Optional.empty())
                .filter(report -> Epochs.isPossible(report.epoch()))
                .orElse(null);
    }

    private boolean isAhead(ProxyAddress proxy) {
        ProxyReport report = report(proxy);
        return report != null && report.epoch().isAfter(epochs.getOrDefault(proxy, base.globalEpoch()));
    }

    /** What a proxy says that is ahead; absent for others. */
    private @Nullable Content ahead(ProxyAddress proxy) {
        ProxyReport report = report(proxy);
        return report != null && isAhead(proxy) ? report.content().orElse(null) : null;
    }

    private void chunk(StoredCluster cluster, int index) {
        StoredChunk chunk = edit.cluster(cluster.name()).chunks().get(index);
        ProxyAddress first = chunk.proxyAddresses().get(0);
        ProxyAddress second = chunk.proxyAddresses().get(1);
        settled.addAll(chunk.proxyAddresses());
        if (report(first) == null && report(second) == null) {
            conflicts.add("neither '" + first + "' nor '" + second + "' of cluster '" + cluster.name()
                    + "' answers, so it is not known which is master");
            return;
        }
        int half = newerHalf(cluster.name(), chunk);
        if (half < 0) {
            chunk.proxyAddresses().forEach(proxy -> requireNotElsewhere(proxy, cluster.name()));
            return;
        }
        ProxyAddress speaker = chunk.proxyAddresses().get(half);
        Content said = requireNonNull(ahead(speaker));
        StoredChunk changed = withPartner(cluster, chunk, half, said);
        RolePosition position = position(changed, half, said);
        if (position == null) {
            conflicts.add("the nodes of '" + speaker + "' are not those in cluster '" + cluster.name() + "'");
            return;
        }
        if (position != changed.rolePosition()) {
            learned.add("the masters of '" + first + "' and '" + second + "' in cluster '" + cluster.name()
                    + "' are those of " + position + ", says '" + speaker + "'");
            changed = changed.withPosition(position);
        }
        checkOtherHalf(cluster.name(), changed, half, position);
        chunk.proxyAddresses().forEach(proxy -> checkSlots(cluster.name(), chunk, proxy));
        if (!changed.equals(chunk)) {
            edit.put(Roles.change(edit.cluster(cluster.name()), index, changed, target));
        }
    }

    /** The half (0 or 1) of a chunk that is ahead and in the cluster, that with the higher epoch; -1 for none. */
    private int newerHalf(ClusterName cluster, StoredChunk chunk) {
        int newer = -1;
        for (int half = 0; half < StoredChunk.HALVES; half++) {
            ProxyAddress proxy = chunk.proxyAddresses().get(half);
            Content said = ahead(proxy);
            if (said != null
                    && cluster.equals(said.cluster())
                    && (newer < 0
                            || epoch(proxy).isAfter(epoch(chunk.proxyAddresses().get(newer))))) {
                newer = half;
            }
        }
        return newer;
    }

    private Epoch epoch(ProxyAddress proxy) {
        return requireNonNull(report(proxy)).epoch();
    }

    private void requireNotElsewhere(ProxyAddress proxy, ClusterName cluster) {
        Content said = ahead(proxy);
        if (said != null) {
            conflicts.add("'" + proxy + "' is in cluster '" + cluster + "' by the metadata, and "
                    + (said.cluster() == null ? "in none" : "in '" + said.cluster() + "'") + " by itself");
        }
    }

    /** The chunk with the other half that the speaker has, if both say so and it is free by the metadata. */
    private StoredChunk withPartner(StoredCluster cluster, StoredChunk chunk, int half, Content said) {
        ProxyAddress speaker = chunk.proxyAddresses().get(half);
        ProxyAddress known = chunk.proxyAddresses().get(1 - half);
        Set<ProxyAddress> partners = partners(said);
        if (partners.isEmpty() || partners.equals(Set.of(known))) {
            return chunk;
        }
        ProxyAddress partner = partners.iterator().next();
        ProxyResource resource = base.allProxies().get(partner);
        Content ofPartner = ahead(partner);
        List<NodeAddress> nodes = nodesOfPartner(chunk, half, said);
        boolean agrees = partners.size() == 1
                && resource != null
                && !isHalf(partner)
                && Set.copyOf(nodes).equals(Set.copyOf(resource.nodeAddresses()))
                && ofPartner != null
                && cluster.name().equals(ofPartner.cluster())
                && partners(ofPartner).equals(Set.of(speaker));
        if (!agrees) {
            conflicts.add("'" + speaker + "' of cluster '" + cluster.name() + "' says that its partner is " + partners
                    + ", not '" + known + "', which cannot be confirmed");
            return chunk;
        }
        learned.add("'" + partner + "' has taken the place of '" + known + "' in cluster '" + cluster.name() + "'");
        settled.add(partner);
        StoredCluster left = removeSpare(partner);
        if (left != null && !left.name().equals(cluster.name())) {
            edit.release(partner, left);
        }
        edit.release(known, cluster);
        edit.assign(partner, cluster.name());
        return chunk.withHalf(1 - half, requireNonNull(resource), nodes);
    }

    /** The proxy of the other half, which each node names first; the others are those of spares. */
    private static Set<ProxyAddress> partners(Content said) {
        return said.nodes().stream()
                .flatMap(node -> node.peers().stream().limit(1))
                .map(ReplPeer::proxyAddress)
                .collect(Collectors.toSet());
    }

    /** The nodes of the other half by what this half says of its own, in the order of the chunk. */
    private static List<NodeAddress> nodesOfPartner(StoredChunk chunk, int half, Content said) {
        NodeAddress[] nodes = new NodeAddress[StoredChunk.NODES];
        for (NodeRole node : said.nodes()) {
            int index = chunk.nodeAddresses().indexOf(node.node());
            if (index >= 0 && !node.peers().isEmpty()) {
                nodes[RolePosition.replicationPeer(index)] = node.peers().get(0).nodeAddress();
            }
        }
        int first = (1 - half) * ProxyResource.NODES;
        return Arrays.stream(nodes, first, first + ProxyResource.NODES)
                .filter(Objects::nonNull)
                .toList();
    }

    private boolean isHalf(ProxyAddress proxy) {
        return edit.clusters().stream().flatMap(StoredCluster::halves).anyMatch(proxy::equals);
    }

    /** A proxy that is a spare by the metadata, or by itself. */
    private void spare(ProxyAddress proxy) {
        ProxyResource resource = requireNonNull(base.allProxies().get(proxy));
        Content said = ahead(proxy);
        if (said == null || isHalf(proxy)) {
            return;
        }
        Optional<StoredChunk> known = chunkOfSpare(proxy);
        Optional<StoredCluster> cluster = edit.clusters().stream()
                .filter(candidate -> candidate.name().equals(said.cluster()))
                .findFirst();
        int index = cluster.map(found -> chunkFollowedBy(found, resource, said)).orElse(-1);
        Optional<StoredChunk> present = index < 0
                ? Optional.empty()
                : Optional.of(cluster.orElseThrow().chunks().get(index));
        if (index >= 0) {
            settled.add(proxy);
        }
        if (known.equals(present)) {
            return;
        }
        if (known.isPresent()) {
            learned.add("'" + proxy + "' is not a spare of " + known.get().proxyAddresses() + " any more");
            StoredCluster left = removeSpare(proxy);
            edit.release(proxy, requireNonNull(left));
        }
        if (index >= 0) {
            StoredCluster joined = edit.cluster(cluster.orElseThrow().name());
            StoredChunk chunk = joined.chunks().get(index);
            learned.add("'" + proxy + "' is a spare of " + chunk.proxyAddresses());
            edit.put(joined.withChunk(index, chunk.withSpare(Spare.of(resource))));
            edit.assign(proxy, joined.name());
        }
    }

    private Optional<StoredChunk> chunkOfSpare(ProxyAddress proxy) {
        return edit.clusters().stream()
                .flatMap(cluster -> cluster.chunks().stream())
                .filter(chunk -> chunk.spare(proxy).isPresent())
                .findFirst();
    }

    /** Takes a proxy from the spares of its chunk; returns the cluster of that, absent if the proxy is no spare. */
    private @Nullable StoredCluster removeSpare(ProxyAddress proxy) {
        for (StoredCluster cluster : edit.clusters()) {
            int index = cluster.chunkOf(proxy);
            if (index >= 0) {
                edit.put(cluster.withChunk(index, cluster.chunks().get(index).withoutSpare(proxy)));
                return cluster;
            }
        }
        return null;
    }

    /** The chunk whose two masters the nodes of a proxy follow by its own words, or -1. */
    private static int chunkFollowedBy(StoredCluster cluster, ProxyResource proxy, Content said) {
        List<NodeAddress> followed = new ArrayList<>();
        for (NodeAddress own : proxy.nodeAddresses()) {
            said.nodes().stream()
                    .filter(node -> node.node().equals(own) && node.role() == Role.REPLICA)
                    .flatMap(node -> node.peers().stream().limit(1))
                    .forEach(master -> followed.add(master.nodeAddress()));
        }
        for (int i = 0; i < cluster.chunks().size(); i++) {
            StoredChunk chunk = cluster.chunks().get(i);
            if (followed.equals(List.of(chunk.master(0), chunk.master(1)))) {
                return i;
            }
        }
        return -1;
    }

    /** The position of the chunk by the roles of one half; absent if they are those of none. */
    private static @Nullable RolePosition position(StoredChunk chunk, int half, Content said) {
        for (RolePosition position : RolePosition.values()) {
            boolean fits = said.nodes().size() == ProxyResource.NODES;
            for (NodeRole node : said.nodes()) {
                int index = chunk.nodeAddresses().indexOf(node.node());
                fits &= index >= 0
                        && index / ProxyResource.NODES == half
                        && position.isMaster(index) == (node.role() == Role.MASTER);
            }
            if (fits) {
                return position;
            }
        }
        return null;
    }

    private void checkOtherHalf(ClusterName cluster, StoredChunk chunk, int half, RolePosition position) {
        ProxyAddress speaker = chunk.proxyAddresses().get(half);
        ProxyAddress other = chunk.proxyAddresses().get(1 - half);
        Content said = ahead(other);
        if (said != null
                && epoch(other).equals(epoch(speaker))
                && cluster.equals(said.cluster())
                && position(chunk, 1 - half, said) != position) {
            conflicts.add(
                    "'" + speaker + "' and '" + other + "' of cluster '" + cluster + "' do not agree who is master");
        }
    }

    private void checkSlots(ClusterName cluster, StoredChunk chunk, ProxyAddress proxy) {
        Content said = ahead(proxy);
        if (said == null || !cluster.equals(said.cluster())) {
            return;
        }
        for (NodeRole node : said.nodes()) {
            int index = chunk.nodeAddresses().indexOf(node.node());
            if (index >= 0 && node.role() == Role.MASTER) {
                Slots stored = slots(chunk, RolePosition.partOfNode(index));
                Slots present = said.slots().getOrDefault(node.node(), Slots.NONE);
                if (!stored.equals(present)) {
                    conflicts.add("node '" + node.node() + "' of cluster '" + cluster + "' has the slots " + stored
                            + " by the metadata, and " + present + " by its proxy");
                }
            }
        }
    }

    private static Slots slots(StoredChunk chunk, int part) {
        SlotRanges stable = chunk.stable(part);
        SlotRanges leaving = SlotRanges.NONE;
        for (MigratingSlots side : chunk.migratingSlots().get(part)) {
            if (side.isMigrating() && side.waiting()) {
                stable = stable.union(side.rangeList());
            } else if (side.isMigrating()) {
                leaving = leaving.union(side.rangeList());
            }
        }
        return new Slots(stable, leaving);
    }

    /** A proxy that is in no cluster by the metadata, and has taken nobody's place. */
    private void others(ProxyAddress proxy) {
        Content said = ahead(proxy);
        if (!settled.contains(proxy) && said != null && said.cluster() != null) {
            conflicts.add("'" + proxy + "' is " + (base.allProxies().containsKey(proxy) ? "free" : "not registered")
                    + " by the metadata, and in cluster '" + said.cluster() + "' by itself");
        }
    }
}
