package io.undermoon.simulation.service;

import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import io.undermoon.simulation.world.Seams;
import io.undermoon.simulation.world.SimProcess;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What a proxy's client for nodes and peers calls instead of a connection. */
public final class NodeSeam {
    private static Map<SimProcess, ProxyServer> proxies = Map.of();

    private NodeSeam() {}

    /** The proxies of the present world. */
    static void use(Map<SimProcess, ProxyServer> present) {
        proxies = present;
    }

    /** Replaces a private method of {@link io.undermoon.proxy.node.NodeClient}. */
    @SuppressWarnings("unused") // called from exchanged bytecode
    public static CompletionStage<RespValue> send(
            Endpoint node, Protocol protocol, CommandFrame command, String question) {
        return proxies.get(Seams.currentProcess()).send(node, command.arguments(0), question);
    }

    /** Replaces a method of {@link io.undermoon.proxy.backend.NodeConnections}. */
    @SuppressWarnings("unused") // called from exchanged bytecode
    public static CompletionStage<Boolean> isRefused(Endpoint peer) {
        return proxies.get(Seams.currentProcess()).isRefused(peer);
    }
}
