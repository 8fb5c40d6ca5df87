package io.undermoon.proxy.control.nodes;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Runs administrative commands on Redis nodes: on all nodes of this proxy including replicas and, with active
 * redirection, on those of other proxies that serve slots. Peers are asked with {@code UMCTL ADMIN <command>}, which
 * they do not forward. Thread-safe.
 */
public final class NodeQuery {
    private static final List<String> FOR_PEERS = List.of("UMCTL", "ADMIN");

    private final NodeClient client;
    private final Endpoints endpoints;
    private final TopologyStore topology;
    private final NodeStates nodeStates;
    private final boolean askPeers;

    public NodeQuery(
            NodeClient client, Endpoints endpoints, TopologyStore topology, NodeStates nodeStates, boolean askPeers) {
        this.client = client;
        this.endpoints = endpoints;
        this.topology = topology;
        this.nodeStates = nodeStates;
        this.askPeers = askPeers;
    }

    /**
     * The reply of one node.
     *
     * @param node address of the node, or of the proxy that did not answer for its nodes
     */
    record Answer(String node, RespValue reply) {
        boolean isError() {
            return reply instanceof RespValue.Failure;
        }
    }

    /** Runs a command on the nodes of the cluster; a failure becomes an error reply of that node. */
    CompletionStage<List<Answer>> ask(List<String> command) {
        List<CompletableFuture<List<Answer>>> answers = new ArrayList<>();
        answers.add(askOwn(command).toCompletableFuture());
        if (askPeers) {
            List<String> forPeers = forPeers(command);
            topology.current().cluster().peers().keySet().forEach(peer -> answers.add(askPeer(peer, forPeers)));
        }
        return joined(answers);
    }

    /** Runs a command on the nodes of this proxy, and removes passwords from the replies. */
    CompletionStage<List<Answer>> askOwn(List<String> command) {
        List<CompletableFuture<List<Answer>>> answers = new ArrayList<>();
        for (String node : ownNodes()) {
            answers.add(ask(endpoints.redis(node), command)
                    .thenApply(reply -> List.of(new Answer(node, AdminRules.withoutSecrets(command, reply)))));
        }
        return joined(answers);
    }

    /** Runs a command at the masters behind this proxy, except for those that are down. */
    CompletionStage<List<Answer>> askMasters(List<String> command) {
        Set<NodeAddress> down = nodeStates.all().stream()
                .filter(state -> !state.up())
                .map(NodeState::node)
                .collect(Collectors.toSet());
        return joined(topology.current().cluster().local().keySet().stream()
                .filter(node -> !down.contains(node))
                .map(node -> askOne(endpoints.redis(node.value()), Protocol.RESP2, command)
                        .toCompletableFuture())
                .toList());
    }

    /** Runs a command at one of the masters behind this proxy; no answer if there is none. */
    CompletionStage<List<Answer>> askAny(Protocol protocol, List<String> command) {
        for (Endpoint endpoint : topology.current().endpoints()) {
            if (endpoint.kind() == Endpoint.Kind.REDIS) {
                return askOne(endpoint, protocol, command);
            }
        }
        return CompletableFuture.completedFuture(List.of());
    }

    /**
     * Runs a command at the master of a slot, also if it is behind a peer and redirection is active.
     *
     * @throws ErrorReplyException the client is to ask another proxy, or the slot is not served
     */
    CompletionStage<List<Answer>> askOwner(int slot, Protocol protocol, List<String> command) {
        Target owner = topology.current().routes().settledOwner(slot);
        if (owner instanceof Target.Local local) {
            return askOne(local.node(), protocol, command);
        }
        if (!(owner instanceof Target.Remote peer)) {
            throw new ErrorReplyException("CLUSTERDOWN Hash slot not served");
        }
        if (!askPeers) {
            throw new ErrorReplyException("MOVED " + slot + " " + peer.proxy());
        }
        // Of the nodes behind the peer the other ones have not got the key.
        return askPeer(peer.proxy(), forPeers(command))
                .thenApply(answers -> answers.stream()
                        .filter(answer -> !answer.isError())
                        .findFirst()
                        .map(List::of)
                        .orElse(answers));
    }

    private static List<String> forPeers(List<String> command) {
        List<String> forPeers = new ArrayList<>(FOR_PEERS);
        forPeers.addAll(command);
        return forPeers;
    }

    private CompletionStage<List<Answer>> askOne(Endpoint endpoint, Protocol protocol, List<String> command) {
        return ask(endpoint, protocol, command).thenApply(reply -> List.of(new Answer(endpoint.toString(), reply)));
    }

    private TreeSet<String> ownNodes() {
        TreeSet<String> nodes = new TreeSet<>();
        Topology now = topology.current();
        now.cluster().local().keySet().forEach(node -> nodes.add(node.value()));
        nodeStates.all().forEach(state -> nodes.add(state.node().value()));
        return nodes;
    }

    private CompletableFuture<List<Answer>> askPeer(ProxyAddress peer, List<String> command) {
        return ask(endpoints.peer(peer.value(), 0), command).thenApply(reply -> {
            if (!(reply instanceof RespValue.Array pairs) || pairs.items().size() % 2 != 0) {
                return List.of(new Answer(peer.value(), reply));
            }
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < pairs.items().size(); i += 2) {
                String node = pairs.items().get(i) instanceof RespValue.Bulk name ? name.text() : peer.value();
                answers.add(new Answer(node, pairs.items().get(i + 1)));
            }
            return answers;
        });
    }

    private CompletableFuture<RespValue> ask(Endpoint endpoint, List<String> command) {
        return ask(endpoint, Protocol.RESP2, command);
    }

    private CompletableFuture<RespValue> ask(Endpoint endpoint, Protocol protocol, List<String> command) {
        return client.ask(endpoint, protocol, command)
                .exceptionally(problem ->
                        new RespValue.Failure("ERR " + NodeException.of(problem).text()))
                .toCompletableFuture();
    }

    private static CompletionStage<List<Answer>> joined(List<CompletableFuture<List<Answer>>> answers) {
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    List<Answer> flat = new ArrayList<>();
                    answers.forEach(one -> flat.addAll(one.join()));
                    return flat;
                });
    }
}
