package io.undermoon.simulation.service;

import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import io.undermoon.simulation.world.Seams;
import io.undermoon.simulation.world.SimProcess;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a proxy's code calls instead of connections to nodes and peers. */
public final class NodeSeam {
    private static Map<SimProcess, ProxyServer> proxies = Map.of();

    private NodeSeam() {}

    /** The proxies of the present world. */
    static void use(Map<SimProcess, ProxyServer> present) {
        proxies = present;
    }

    private static ProxyServer proxy() {
        @Nullable SimProcess process = Seams.currentProcess();
        ProxyServer present = process == null ? null : proxies.get(process);
        if (present == null) {
            throw new IllegalStateException("no proxy acts now, but " + process);
        }
        return present;
    }

    /** Replaces a private method of {@link io.undermoon.proxy.node.NodeClient}, which gives it the connections. */
    @SuppressWarnings("unused") // called from exchanged bytecode
    public static CompletionStage<RespValue> send(
            NodeConnections connections, Endpoint node, Protocol protocol, CommandFrame command, String question) {
        return proxy().send(connections, node, command.arguments(0), question);
    }

    /** Replaces a method of {@link io.undermoon.proxy.backend.NodeConnections}. */
    @SuppressWarnings("unused") // called from exchanged bytecode
    public static CompletionStage<Boolean> isRefused(Endpoint peer) {
        return proxy().isRefused(peer);
    }

    /** Connects a task of the proxy that acts now to a run of a node that may serve. */
    public static NodeLink connect(Endpoint node, NodeLink.Owner owner) {
        return proxy().connect(node, owner);
    }

    /** Waits until what clients have sent to a node before is answered. */
    public static CompletionStage<?> awaitAnswers(Endpoint node, BooleanSupplier wanted) {
        return proxy().awaitAnswers(node, wanted);
    }
}
