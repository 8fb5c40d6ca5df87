package io.undermoon.broker.rest;

import io.undermoon.broker.observe.ClusterFigures;
import io.undermoon.broker.observe.Figures;
import io.undermoon.broker.observe.NodeAnswer;
import io.undermoon.broker.observe.Observation;
import io.undermoon.broker.observe.ProxyAnswer;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.plan.Maintenance;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.rest.OverviewMessages.NodeStatus;
import io.undermoon.broker.rest.OverviewMessages.ProxyFigures;
import io.undermoon.broker.rest.OverviewMessages.ProxyStatus;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of the proxies of one cluster, or of the free ones: from the metadata and from what they say. */
final class ProxyStatusView {
    private final Metadata state;
    private final PlanContext context;
    private final ProxyObserver observer;
    private final @Nullable StoredCluster cluster;
    private final Map<NodeAddress, Node> nodes = new HashMap<>();
    private final Map<NodeAddress, NodeAnswer> answers;
    private final Map<NodeAddress, Long> lags;
    private final Map<NodeAddress, Boolean> inSync = new HashMap<>();

    private ProxyStatusView(Metadata state, PlanContext context, ProxyObserver observer, @Nullable ClusterView view) {
        this.state = state;
        this.context = context;
        this.observer = observer;
        this.cluster = view == null ? null : view.stored();
        this.answers = cluster == null ? Map.of() : ClusterFigures.nodes(cluster, observer);
        this.lags = cluster == null ? Map.of() : ClusterFigures.lags(cluster, observer);
        if (view != null) {
            view.cluster().nodes().forEach(node -> nodes.put(node.address(), node));
            view.stored().chunks().forEach(this::addReplicas);
        }
    }

    private void addReplicas(StoredChunk chunk) {
        for (int part = 0; part < StoredChunk.PARTS && chunk.tracksReplicas(); part++) {
            int replica = RolePosition.replicationPeer(chunk.rolePosition().masterNode(part));
            inSync.put(chunk.nodeAddresses().get(replica), chunk.isSynced(part));
        }
    }

    /** The given proxies, in their order. */
    static List<ProxyStatus> of(
            MetadataView metadata, PlanContext context, ProxyObserver observer, List<ProxyResource> proxies) {
        Map<Object, ProxyStatusView> views = new HashMap<>();
        List<ProxyStatus> statuses = new ArrayList<>();
        for (ProxyResource proxy : proxies) {
            Object key = proxy.cluster() == null ? "" : proxy.cluster();
            ProxyStatusView view = views.computeIfAbsent(
                    key,
                    unused -> new ProxyStatusView(
                            metadata.state(),
                            context,
                            observer,
                            metadata.cluster(proxy.cluster()).orElse(null)));
            statuses.add(view.status(proxy));
        }
        return statuses;
    }

    private ProxyStatus status(ProxyResource proxy) {
        Observation seen = observer.of(proxy.proxyAddress());
        ProxyAnswer answer = seen.answer();
        Epoch wanted = cluster == null ? state.globalEpoch() : cluster.epoch();
        return new ProxyStatus(
                proxy.proxyAddress(),
                proxy.host(),
                proxy.cluster(),
                part(proxy),
                seen.isSilent() ? "silent" : answer == null ? "unknown" : "ok",
                state.hasFailed(proxy.proxyAddress()),
                state.drainingHosts().contains(proxy.host()),
                Maintenance.secondsLeft(state, context, proxy.proxyAddress()),
                seen.isSilent() ? (observer.nowMillis() - seen.silentSinceMillis()) / 1000 : 0,
                seen.problem(),
                answer == null ? null : answer.epoch(),
                wanted,
                answer == null ? null : answer.ready(),
                proxy.nodeAddresses().stream()
                        .map(node -> node(node, Optional.ofNullable(answer).filter(known -> !seen.isSilent())))
                        .toList(),
                figures(seen));
    }

    private String part(ProxyResource proxy) {
        if (cluster == null) {
            return "free";
        }
        boolean isHalf = cluster.halves().anyMatch(proxy.proxyAddress()::equals);
        return isHalf ? "half" : "spare";
    }

    private NodeStatus node(NodeAddress address, Optional<ProxyAnswer> answer) {
        Node node = nodes.get(address);
        NodeAnswer told = cluster == null
                ? answer.map(ProxyAnswer::nodes).stream()
                        .flatMap(List::stream)
                        .filter(each -> each.address().equals(address))
                        .findFirst()
                        .orElse(null)
                : answers.get(address);
        boolean isMaster = node != null && node.isMaster();
        return new NodeStatus(
                address,
                cluster == null ? "free" : isMaster ? "master" : "replica",
                told == null ? "unknown" : told.state(),
                told == null ? "unknown" : isMaster ? "none" : told.link(),
                isMaster ? null : lags.get(address),
                isMaster ? null : inSync.get(address),
                told == null ? "unknown" : told.restart(),
                node != null && node.isMaster() ? slots(node) : SlotRanges.NONE);
    }

    /** With those that move away, without those that are on their way. */
    private static SlotRanges slots(Node node) {
        SlotRanges all = SlotRanges.NONE;
        for (TaggedSlots slots : node.slots()) {
            if (!slots.isImporting()) {
                all = all.union(slots.rangeList());
            }
        }
        return all;
    }

    private @Nullable ProxyFigures figures(Observation seen) {
        Figures figures = seen.figuresAt(observer.nowMillis());
        return figures == null || seen.isSilent()
                ? null
                : new ProxyFigures(
                        figures.opsPerSecond(),
                        seen.callMicros(),
                        figures.usedMemory(),
                        figures.maxMemory(),
                        figures.proxyMemory(),
                        figures.keys(),
                        figures.clients(),
                        figures.inputKilobytes(),
                        figures.outputKilobytes());
    }
}
