package io.undermoon.proxy.control.info;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Asks the masters behind this proxy for their {@code INFO}. One that is down or does not answer is left out.
 * Thread-safe.
 */
public final class NodeReports {
    private final NodeClient nodes;
    private final Endpoints endpoints;
    private final TopologyStore topology;
    private final NodeStates nodeStates;

    public NodeReports(NodeClient nodes, Endpoints endpoints, TopologyStore topology, NodeStates nodeStates) {
        this.nodes = nodes;
        this.endpoints = endpoints;
        this.topology = topology;
        this.nodeStates = nodeStates;
    }

    CompletionStage<NodeFigures> ask() {
        Set<NodeAddress> down = nodeStates.all().stream()
                .filter(state -> !state.up())
                .map(NodeState::node)
                .collect(Collectors.toSet());
        List<CompletableFuture<InfoReport>> reports = topology.current().cluster().local().keySet().stream()
                .filter(node -> !down.contains(node))
                .map(this::ask)
                .toList();
        return CompletableFuture.allOf(reports.toArray(CompletableFuture[]::new))
                .thenApply(all -> new NodeFigures(reports.stream()
                        .map(CompletableFuture::join)
                        .filter(report -> report != InfoReport.EMPTY)
                        .toList()));
    }

    private CompletableFuture<InfoReport> ask(NodeAddress node) {
        return nodes.call(endpoints.redis(node.value()), "INFO")
                .thenApply(reply -> InfoReport.parse(ReplyValues.text(reply)))
                .exceptionally(problem -> InfoReport.EMPTY)
                .toCompletableFuture();
    }
}
