package io.undermoon.proxy.tenancy;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.Tenancy;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.tenancy.MarkedNode.Keys;
import io.undermoon.proxy.tenancy.MarkedNode.State;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.umctl.SetRepl;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a node behind this proxy is used only for the cluster whose keys it has, or after it was emptied, and
 * never emptied unless its keys are known to be of no use.
 *
 * <p>When the metadata gives a node to a cluster, the mark of the node is read. The node is used at once if it has the
 * mark of that cluster. If it has no keys, or keys of a cluster that the broker says the proxy has left for good, it is
 * emptied and marked first. Otherwise it is left alone: it keeps its role and its keys, and its slots are not served.
 * Such a node belongs to somebody else, or the broker has lost changes. A free proxy empties its nodes likewise. What
 * the metadata alone says is not enough for that: it has to fit the mark, which is in the node.
 *
 * <p>Works on the control loop; {@link #problem} and {@link #areKnown} are for any thread.
 */
public final class NodeMarks {
    private static final Logger LOG = Logger.getLogger(NodeMarks.class);

    /** How long commands wait for a node that cannot be asked; then its slots are not served. */
    private static final long HOLD_MILLIS = 3000;

    private final NodeClient client;
    private final EventLoop loop;
    private final Endpoints endpoints;
    private final TopologyStore topology;
    private final List<NodeAddress> ownNodes;
    private final Duration interval;

    /** The nodes that are being looked at; with true if that has to be repeated then. */
    private final Map<NodeAddress, Boolean> pending = new HashMap<>();

    /** The nodes that are not used, with why. */
    private final Map<NodeAddress, String> refused = new HashMap<>();

    private final Set<NodeAddress> unmarkable = new HashSet<>();
    private final Map<NodeAddress, Known> known = new ConcurrentHashMap<>();
    private @Nullable SetRepl followed;

    /** What the broker said to this proxy last. */
    private volatile @Nullable Proxy told;

    private record Known(@Nullable Mark mark, Verdict verdict) {}

    /**
     * @param client of the control loop
     * @param ownNodes the nodes that are looked at before there is metadata
     * @param interval between two looks at a node
     */
    public NodeMarks(
            NodeClient client,
            EventLoop loop,
            Endpoints endpoints,
            TopologyStore topology,
            Set<NodeAddress> ownNodes,
            Duration interval) {
        this.client = client;
        this.loop = loop;
        this.endpoints = endpoints;
        this.topology = topology;
        this.ownNodes = List.copyOf(new TreeSet<>(ownNodes));
        this.interval = interval;
    }

    /** Begins to look at the nodes. To be called before any metadata is applied. */
    public void start() {
        topology.provesNodes();
        topology.onChange(now -> loop.execute(() -> follow(now)));
        loop.execute(this::tick);
    }

    /**
     * Takes what the broker says to this proxy. While it is free that is newer than what a coordinator has sent, and in
     * a cluster it says what a coordinator of the original has left out.
     */
    public void learn(Proxy known) {
        told = known;
    }

    /** Whether all own nodes have been looked at. */
    public boolean areKnown() {
        return known.keySet().containsAll(ownNodes);
    }

    /** Why the nodes of this proxy cannot be given to a cluster; empty if they can, or are in one. */
    public Optional<String> problem() {
        if (topology.current().clusterName() != null) {
            return Optional.empty();
        }
        for (NodeAddress node : ownNodes) {
            Known of = known.get(node);
            if (of != null && of.verdict() instanceof Verdict.Foreign foreign) {
                return Optional.of("node " + node + " " + foreign.reason());
            }
        }
        return Optional.empty();
    }

    private void follow(Topology now) {
        SetRepl message = now.replication();
        if (message != followed) {
            followed = message;
            refused.keySet().retainAll(now.unproven());
            nodes(message).forEach(this::look);
            loop.schedule(() -> giveUpHolding(message), HOLD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void giveUpHolding(SetRepl message) {
        if (message == followed) {
            topology.current().unproven().forEach(topology::refuse);
        }
    }

    private void tick() {
        nodes(topology.current().replication()).forEach(this::look);
        loop.schedule(this::tick, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Set<NodeAddress> nodes(SetRepl message) {
        Set<NodeAddress> nodes = new HashSet<>(ownNodes);
        message.entries().forEach(entry -> nodes.add(entry.node()));
        return nodes;
    }

    private void look(NodeAddress node) {
        if (pending.put(node, pending.containsKey(node)) != null) {
            return;
        }
        node(node)
                .read()
                .whenCompleteAsync(
                        (state, problem) -> {
                            try {
                                if (problem == null) {
                                    unmarkable.remove(node);
                                    decide(node, state);
                                } else {
                                    failed(node, NodeException.of(problem));
                                }
                            } finally {
                                if (Boolean.TRUE.equals(pending.remove(node))) {
                                    look(node);
                                }
                            }
                        },
                        loop);
    }

    private MarkedNode node(NodeAddress address) {
        return new MarkedNode(client, endpoints.redis(address.value()));
    }

    private void decide(NodeAddress node, State state) {
        Topology now = topology.current();
        SetRepl roles = now.replication();
        SetRepl.Entry entry = entry(roles, node);
        boolean isFree = now.clusterName() == null && (entry == null || entry.clusterName() == null);
        Tenancy tenancy = tenancy(now, isFree);
        Verdict verdict = Verdict.of(node, state.mark(), state.hasKeys(), tenancy);
        known.put(node, new Known(state.mark(), verdict));
        noteInstallation();
        if (tenancy == null) {
            return;
        }
        if (isFree) {
            if (verdict instanceof Verdict.Outdated && state.isMaster()) {
                empty(node, state.mark());
            }
        } else if (entry != null && tenancy.clusterId() != null) {
            Mark mark = new Mark(tenancy.installationId(), tenancy.clusterId(), roles.epoch(), shard(entry));
            if (now.unproven().contains(node)) {
                prove(node, state, entry.role(), verdict, mark);
            } else if (entry.role() == Role.MASTER && state.isMaster()) {
                keepMark(node, state.mark(), mark);
            }
        }
    }

    private @Nullable Tenancy tenancy(Topology now, boolean isFree) {
        Tenancy sent = now.replication().tenancy();
        Proxy known = told;
        if (known == null || known.tenancy() == null) {
            return sent;
        }
        if (isFree) {
            return known.isFree() ? known.tenancy() : sent;
        }
        boolean isSame = Objects.equals(known.clusterName(), now.clusterName())
                && known.epoch().equals(now.epoch());
        return sent == null && isSame ? known.tenancy() : sent;
    }

    private void noteInstallation() {
        String installation = null;
        for (NodeAddress node : ownNodes) {
            Known of = known.get(node);
            if (of != null && of.mark() != null) {
                installation = of.mark().installationId();
            }
        }
        topology.nodesAreMarkedFor(installation);
    }

    private void prove(NodeAddress node, State state, Role role, Verdict verdict, Mark mark) {
        if (verdict.allows(role)) {
            proven(node, mark);
        } else if (verdict instanceof Verdict.Foreign foreign) {
            refuse(node, mark, foreign.reason());
        } else if (verdict instanceof Verdict.Retained) {
            refuse(node, mark, "has keys of a cluster of which a replica has not got its data yet");
        } else if (state.isMaster()) {
            Keys keys = verdict instanceof Verdict.Outdated ? Keys.FLUSH : Keys.EMPTY;
            write(node, state.mark(), mark, keys, () -> proven(node, mark));
        } else {
            node(node).becomeMaster().whenCompleteAsync((done, problem) -> look(node), loop);
        }
    }

    private void proven(NodeAddress node, Mark mark) {
        refused.remove(node);
        topology.prove(node, mark.clusterId());
    }

    private void refuse(NodeAddress node, Mark mark, String reason) {
        if (!reason.equals(refused.put(node, reason))) {
            LOG.warnf(
                    "Node is not used, it %s; if nobody needs them, FLUSHALL the node: epoch=%s proxy=%s node=%s"
                            + " cluster_id=%s",
                    reason, mark.epoch(), topology.self(), node, mark.clusterId());
        }
        topology.refuse(node);
    }

    /** Writes the mark of a master anew that it has lost, as a Redis without persistence does, or that has changed. */
    private void keepMark(NodeAddress node, @Nullable Mark present, Mark mark) {
        if (present == null || (present.clusterId().equals(mark.clusterId()) && !present.isSameAs(mark))) {
            write(node, present, mark, Keys.ANY, () -> {});
        }
    }

    private void empty(NodeAddress node, @Nullable Mark present) {
        write(node, present, null, Keys.FLUSH, () -> {});
    }

    private void write(NodeAddress node, @Nullable Mark present, @Nullable Mark next, Keys keys, Runnable then) {
        MarkedNode marked = node(node);
        marked.write(present, next, keys)
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem != null) {
                                unmarked(node, "Node cannot be marked", NodeException.of(problem));
                            } else if (!done) {
                                look(node);
                            } else {
                                if (keys == Keys.FLUSH) {
                                    marked.flushFunctions();
                                    LOG.infof(
                                            "Node emptied, its keys are of no use any more: proxy=%s node=%s mark=%s",
                                            topology.self(), node, present);
                                }
                                then.run();
                            }
                        },
                        loop);
    }

    /** A node that answers with an error cannot be marked, and is used as if marks were unknown. */
    private void failed(NodeAddress node, NodeException problem) {
        if (!problem.isErrorReply() || isPassing(problem.text())) {
            return;
        }
        known.put(node, new Known(null, new Verdict.Empty()));
        Topology now = topology.current();
        Tenancy tenancy = now.replication().tenancy();
        if (tenancy != null && tenancy.clusterId() != null && now.unproven().contains(node)) {
            unmarked(node, "Node cannot be asked whose keys it has, and is used as it is", problem);
            topology.prove(node, tenancy.clusterId());
        }
    }

    private static boolean isPassing(String error) {
        return error.startsWith("LOADING")
                || error.startsWith("BUSY")
                || error.startsWith("TRYAGAIN")
                || error.startsWith("MASTERDOWN");
    }

    private void unmarked(NodeAddress node, String what, NodeException problem) {
        if (unmarkable.add(node)) {
            LOG.warnf("%s: proxy=%s node=%s reason=%s", what, topology.self(), node, problem.getMessage());
        }
    }

    private static Set<NodeAddress> shard(SetRepl.Entry entry) {
        Set<NodeAddress> nodes = new HashSet<>(Set.of(entry.node()));
        entry.peers().stream().map(ReplPeer::nodeAddress).forEach(nodes::add);
        return nodes;
    }

    private static SetRepl.@Nullable Entry entry(SetRepl roles, NodeAddress node) {
        return roles.entries().stream()
                .filter(entry -> entry.node().equals(node))
                .findFirst()
                .orElse(null);
    }
}
