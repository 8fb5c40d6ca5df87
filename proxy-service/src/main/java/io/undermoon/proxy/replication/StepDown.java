package io.undermoon.proxy.replication;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.Barrier;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Gives masters behind this proxy up, when the proxy of a replica that is to become master asks for it: commands for
 * their slots are held from then on, those in flight end, and the replica learns up to where it has to follow first.
 * Whether this proxy has the new metadata already makes no difference. Thread-safe.
 */
public final class StepDown {
    /** How long commands are held for metadata that names the new master. */
    static final long HOLD_MILLIS = 3000;

    /** Begins the failure of a proxy that does not step down, because its metadata is newer than that of the other. */
    public static final String NEWER = "the metadata of this proxy is newer";

    private static final Logger LOG = Logger.getLogger(StepDown.class);

    private final TopologyStore topology;
    private final List<NodeConnections> clientConnections;
    private final NodeConnections ownConnections;
    private final Endpoints endpoints;

    /**
     * @param clientConnections of the loops that serve clients
     * @param ownConnections of the control loop
     */
    public StepDown(
            TopologyStore topology,
            List<NodeConnections> clientConnections,
            NodeConnections ownConnections,
            Endpoints endpoints) {
        this.topology = topology;
        this.clientConnections = clientConnections;
        this.ownConnections = ownConnections;
        this.endpoints = endpoints;
    }

    /**
     * Gives a master up.
     *
     * @param until the epoch of the metadata in which it is a master no more
     * @return where its stream ends; fails with a {@link NodeException} if the node does not say, or if it is a master
     *     in metadata of that epoch
     */
    public CompletionStage<ReplicationPosition> giveUp(NodeAddress node, Epoch until) {
        if (topology.stepDown(node, until)) {
            LOG.infof("Master steps down for its replica: epoch=%s proxy=%s node=%s", until, topology.self(), node);
            ownConnections
                    .loop()
                    .eventLoop()
                    .schedule(() -> topology.refuseSteppedDown(node, until), HOLD_MILLIS, TimeUnit.MILLISECONDS);
        } else if (hasSlots(node)) {
            return CompletableFuture.failedFuture(
                    NodeException.unexpectedReply(NEWER + ", and " + node + " has slots in it"));
        }
        Endpoint endpoint = endpoints.redis(node.value());
        // Commands that block do not execute while nobody writes, and the node ends them when it becomes a replica.
        return Barrier.await(clientConnections, endpoint, slot -> false, () -> true)
                .thenCompose(quiet -> new NodeClient(ownConnections).state(endpoint))
                .thenApply(StepDown::position);
    }

    /** Nodes of a proxy that has left its cluster are masters, too, but have none. */
    private boolean hasSlots(NodeAddress node) {
        return !topology.current()
                .cluster()
                .local()
                .getOrDefault(node, List.of())
                .isEmpty();
    }

    private static ReplicationPosition position(InfoReport report) {
        if (report.role() != Role.MASTER) {
            throw NodeException.unexpectedReply("it is a replica already");
        }
        return ReplicationPosition.of(report);
    }
}
