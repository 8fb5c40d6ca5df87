package io.undermoon.proxy.node;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sends the proxy's own commands to Redis nodes and peer proxies, over the connections of a loop that serves no
 * clients, so that neither delays the other. Commands to a node take effect in the order of the calls. Stages fail with
 * {@link NodeException}.
 *
 * <p>Usable from any thread; stages complete on the loop.
 */
public final class NodeClient {
    private static final int MAX_REPLY_BYTES = 128 << 20;

    private final NodeConnections connections;

    /**
     * @param connections the connections of a loop that serves no clients
     */
    public NodeClient(NodeConnections connections) {
        this.connections = connections;
    }

    /** Sends a command; an error reply fails the stage. */
    public CompletionStage<RespValue> call(Endpoint node, String... command) {
        return call(node, List.of(command));
    }

    /** See {@link #call(Endpoint, String...)}. */
    public CompletionStage<RespValue> call(Endpoint node, List<String> command) {
        return call(node, CommandFrame.of(command));
    }

    /** See {@link #call(Endpoint, String...)}; the frame must stay valid until it is sent. */
    public CompletionStage<RespValue> call(Endpoint node, CommandFrame command) {
        String question = question(node, command);
        return send(node, Protocol.RESP2, command, question).thenApply(reply -> successful(question, reply));
    }

    /** Sends a command on a connection of a task's own, on its loop; an error reply fails the stage. */
    public static CompletionStage<RespValue> call(DirectConnection connection, String... command) {
        return call(connection, CommandFrame.of(List.of(command)));
    }

    /** See {@link #call(DirectConnection, String...)}; the frame must stay valid until it is sent. */
    public static CompletionStage<RespValue> call(DirectConnection connection, CommandFrame frame) {
        String question = question(connection.endpoint(), frame);
        CompletableFuture<RespValue> answer = new CompletableFuture<>();
        connection.send(frame, new ReplyCollector(question, MAX_REPLY_BYTES, answer));
        return answer.thenApply(reply -> successful(question, reply));
    }

    /**
     * Sends a command; an error reply is a value like any other.
     *
     * @param protocol of the reply
     */
    public CompletionStage<RespValue> ask(Endpoint node, Protocol protocol, List<String> command) {
        CommandFrame frame = CommandFrame.of(command);
        return send(node, protocol, frame, question(node, frame));
    }

    /** The reply to {@code INFO} with one section. */
    public CompletionStage<InfoReport> info(Endpoint node, String section) {
        return call(node, "INFO", section).thenApply(reply -> InfoReport.parse(ReplyValues.text(reply)));
    }

    /**
     * The role of a node, its replication, its run, and whether it is loading; a server without the section of the
     * latter is not.
     */
    public CompletionStage<InfoReport> state(Endpoint node) {
        CompletionStage<InfoReport> replication = info(node, "replication");
        CompletionStage<InfoReport> others =
                optionalInfo(node, "persistence").thenCombine(optionalInfo(node, "server"), InfoReport::plus);
        return replication.thenCombine(others, (role, rest) -> {
            if (!role.hasRole()) {
                throw NodeException.unexpectedReply("no role in the reply to INFO replication");
            }
            return role.plus(rest);
        });
    }

    private CompletionStage<InfoReport> optionalInfo(Endpoint node, String section) {
        return info(node, section).exceptionally(problem -> InfoReport.EMPTY);
    }

    private CompletionStage<RespValue> send(Endpoint node, Protocol protocol, CommandFrame command, String question) {
        CompletableFuture<RespValue> answer = new CompletableFuture<>();
        ReplyCollector collector = new ReplyCollector(question, MAX_REPLY_BYTES, answer);
        ProxyLoop loop = connections.loop();
        if (loop.eventLoop().inEventLoop()) {
            connections.shared(node, protocol).send(command, collector);
        } else {
            loop.execute(() -> connections.shared(node, protocol).send(command, collector));
        }
        return answer;
    }

    private static RespValue successful(String question, RespValue reply) {
        if (reply instanceof RespValue.Failure failure) {
            throw NodeException.errorReply(question, failure.text());
        }
        return reply;
    }

    private static String question(Endpoint node, CommandFrame command) {
        return node + " to " + command.argument(0);
    }
}
