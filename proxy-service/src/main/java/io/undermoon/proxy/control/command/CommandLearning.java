package io.undermoon.proxy.control.command;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.command.NodeCommands;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespValue;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Discovers the commands of the Redis nodes of this proxy. It polls {@code COMMAND COUNT}, and reads {@code COMMAND}
 * when the count has changed or the node had not answered: after a node is replaced or a module is loaded. Confined to
 * the control loop.
 */
public final class CommandLearning implements Runnable {
    private static final Logger LOG = Logger.getLogger(CommandLearning.class);

    private final CommandCatalog commands;
    private final NodeClient client;
    private final Endpoints endpoints;
    private final TopologyStore topology;
    private final NodeStates nodes;
    private final EventLoop loop;

    /** The number of commands of each node whose commands are known. */
    private final Map<NodeAddress, Long> counts = new HashMap<>();

    /** The nodes with a request in flight. */
    private final Set<NodeAddress> asked = new HashSet<>();

    public CommandLearning(
            CommandCatalog commands,
            NodeClient client,
            Endpoints endpoints,
            TopologyStore topology,
            NodeStates nodes,
            EventLoop loop) {
        this.commands = commands;
        this.client = client;
        this.endpoints = endpoints;
        this.topology = topology;
        this.nodes = nodes;
        this.loop = loop;
    }

    /** Starts polling, until the event loop ends. */
    public void start(long periodMillis) {
        loop.scheduleWithFixedDelay(this, 0, periodMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        Set<NodeAddress> present =
                new HashSet<>(topology.current().cluster().local().keySet());
        nodes.all().forEach(state -> present.add(state.node()));
        counts.keySet().retainAll(present);
        present.stream().filter(asked::add).forEach(this::look);
    }

    private void look(NodeAddress node) {
        ask(node, "COMMAND", "COUNT")
                .thenComposeAsync(count -> learnIfNew(node, ReplyValues.number(count)), loop)
                .whenCompleteAsync(
                        (nothing, problem) -> {
                            asked.remove(node);
                            if (problem != null) {
                                counts.remove(node);
                                LOG.debugf(
                                        "Commands of node not read: node=%s reason=%s",
                                        node, NodeException.reason(problem));
                            }
                        },
                        loop);
    }

    private CompletionStage<Long> learnIfNew(NodeAddress node, long count) {
        Long before = counts.get(node);
        if (before != null && before == count) {
            return CompletableFuture.completedStage(count);
        }
        return ask(node, "COMMAND")
                .thenApplyAsync(
                        reply -> {
                            counts.put(node, count);
                            learn(node, reply);
                            return count;
                        },
                        loop);
    }

    private void learn(NodeAddress node, RespValue reply) {
        try {
            List<String> learnt = commands.learn(NodeCommands.of(reply));
            if (!learnt.isEmpty()) {
                LOG.infof("Commands discovered: node=%s commands=%s", node, learnt);
            }
        } catch (IllegalArgumentException e) {
            LOG.warnf("Commands of node refused: node=%s reason=%s", node, e.getMessage());
        }
    }

    private CompletionStage<RespValue> ask(NodeAddress node, String... command) {
        return client.call(endpoints.redis(node.value()), command);
    }
}
