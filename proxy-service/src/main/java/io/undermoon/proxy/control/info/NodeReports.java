package io.undermoon.proxy.control.info;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.KeyspaceFigures;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** @param client for whom; those who take this proxy for a replica are told about replicas, too */
    CompletionStage<NodeFigures> ask(Client client) {
        Set<NodeAddress> down = nodeStates.all().stream()
                .filter(state -> !state.up())
                .map(NodeState::node)
                .collect(Collectors.toSet());
        Map<NodeAddress, CompletableFuture<InfoReport>> reports = new LinkedHashMap<>();
        Map<NodeAddress, List<TaggedSlots>> masters =
                topology.current().cluster().local();
        masters.keySet().stream().filter(node -> !down.contains(node)).forEach(node -> reports.put(node, ask(node)));
        Map<NodeAddress, CompletableFuture<InfoReport>> replicas = new LinkedHashMap<>();
        if (topology.shownRole(client.role()) == Role.REPLICA) {
            topology.current().replication().entries().stream()
                    .filter(entry -> entry.role() == Role.REPLICA && !down.contains(entry.node()))
                    .forEach(entry -> replicas.put(entry.node(), ask(entry.node())));
        }
        return CompletableFuture.allOf(Stream.of(reports, replicas)
                        .flatMap(asked -> asked.values().stream())
                        .toArray(CompletableFuture[]::new))
                .thenApply(all -> figures(masters, reports, replicas));
    }

    /**
     * The figures of the masters that have answered. A node to which slots are only on their way has no keys for
     * clients yet; one from or to which slots move beside others counts all that it has.
     */
    private static NodeFigures figures(
            Map<NodeAddress, List<TaggedSlots>> masters,
            Map<NodeAddress, CompletableFuture<InfoReport>> reports,
            Map<NodeAddress, CompletableFuture<InfoReport>> replicas) {
        KeyspaceFigures keyspace = KeyspaceFigures.NONE;
        List<InfoReport> answers = new ArrayList<>();
        for (Map.Entry<NodeAddress, CompletableFuture<InfoReport>> each : reports.entrySet()) {
            InfoReport report = each.getValue().join();
            if (report == InfoReport.EMPTY) {
                continue;
            }
            answers.add(report);
            if (masters.getOrDefault(each.getKey(), List.of()).stream().anyMatch(slots -> !slots.isImporting())) {
                keyspace = keyspace.plus(report.keyspace());
            }
        }
        List<InfoReport> copies = replicas.values().stream()
                .map(CompletableFuture::join)
                .filter(report -> report != InfoReport.EMPTY)
                .toList();
        return new NodeFigures(answers, copies, keyspace);
    }

    private CompletableFuture<InfoReport> ask(NodeAddress node) {
        return nodes.call(endpoints.redis(node.value()), "INFO")
                .thenApply(reply -> InfoReport.parse(ReplyValues.text(reply)))
                .exceptionally(problem -> InfoReport.EMPTY)
                .toCompletableFuture();
    }
}
