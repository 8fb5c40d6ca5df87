package io.undermoon.proxy.control.nodes;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.KeyspaceFigures;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The keys of the masters behind this proxy together. A node to which slots are only on their way has no keys for
 * clients yet and is not asked; one from or to which slots move beside others counts all that it has. Thread-safe.
 */
public final class Keyspace {
    private final NodeClient nodes;
    private final Endpoints endpoints;
    private final TopologyStore topology;

    public Keyspace(NodeClient nodes, Endpoints endpoints, TopologyStore topology) {
        this.nodes = nodes;
        this.endpoints = endpoints;
        this.topology = topology;
    }

    /** The sum over the masters; the stage never fails, a master that does not answer counts as empty. */
    public CompletionStage<KeyspaceFigures> figures() {
        List<CompletableFuture<KeyspaceFigures>> answers = new ArrayList<>();
        for (Map.Entry<NodeAddress, List<TaggedSlots>> master :
                topology.current().cluster().local().entrySet()) {
            if (master.getValue().stream().anyMatch(slots -> !slots.isImporting())) {
                answers.add(ask(endpoints.redis(master.getKey().value())));
            }
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> answers.stream()
                        .map(CompletableFuture::join)
                        .reduce(KeyspaceFigures.NONE, KeyspaceFigures::plus));
    }

    private CompletableFuture<KeyspaceFigures> ask(Endpoint master) {
        return nodes.info(master, "keyspace")
                .thenApply(InfoReport::keyspace)
                .exceptionally(problem -> KeyspaceFigures.NONE)
                .toCompletableFuture();
    }
}
