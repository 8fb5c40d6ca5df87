package io.undermoon.proxy.control.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.command.CommandReplies;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code COMMAND}: answered from the command table of the proxy; {@code DOCS} by one of its nodes. */
public final class CommandCommands {
    private static final String HELP = """
            (no subcommand)
                Return details about all Redis commands.
            COUNT
                Return the total number of commands in this Redis server.
            LIST
                Return a list of all commands in this Redis server.
            INFO [<command-name> ...]
                Return details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            DOCS [<command-name> ...]
                Return documentation details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            GETKEYS <full-command>
                Return the keys from a full Redis command.
            GETKEYSANDFLAGS <full-command>
                Return the keys and the access flags from a full Redis command.
            """;

    private volatile CommandReplies replies;
    private final NodeClient nodes;
    private final Endpoints endpoints;
    private final NodeStates nodeStates;

    public CommandCommands(CommandCatalog commands, NodeClient nodes, Endpoints endpoints, NodeStates nodeStates) {
        this.replies = new CommandReplies(commands.current());
        commands.onChange(next -> replies = new CommandReplies(next));
        this.nodes = nodes;
        this.endpoints = endpoints;
        this.nodeStates = nodeStates;
    }

    public void register(HandlerTable table) {
        table.on("command", (frame, client, out) -> replies.all(client.protocol(), out))
                .plain("command|count", out -> replies.count(out))
                .on("command|info", (frame, client, out) -> replies.info(frame, client.protocol(), out))
                .on("command|list", (frame, client, out) -> replies.list(frame, out))
                .on("command|getkeys", (frame, client, out) -> replies.getKeys(frame, out))
                .on(
                        "command|getkeysandflags",
                        (frame, client, out) -> replies.getKeysAndFlags(frame, client.protocol(), out))
                .later("module|list", (frame, client, out) -> modules(frame, client.protocol(), out))
                .later("command|docs", (frame, client, out) -> docs(frame, client.protocol(), out))
                .plain("command|help", Replies.help("COMMAND", HELP));
    }

    /** Documentation is optional, so without a node the reply is empty instead of an error. */
    private @Nullable CompletionStage<ByteBuf> docs(CommandFrame frame, Protocol protocol, ByteBuf out) {
        Endpoint node = anyNode();
        if (node == null) {
            RespWriter.map(out, protocol, 0);
            return null;
        }
        return nodes.ask(node, protocol, frame.arguments(0))
                .thenApply(texts -> Replies.of(texts::write))
                .exceptionally(problem -> Replies.of(none -> RespWriter.map(none, protocol, 0)));
    }

    /** The modules of a node, as all nodes have the same; none without a node. */
    private @Nullable CompletionStage<ByteBuf> modules(CommandFrame frame, Protocol protocol, ByteBuf out) {
        Endpoint node = anyNode();
        if (node == null) {
            RespWriter.array(out, 0);
            return null;
        }
        return nodes.ask(node, protocol, frame.arguments(0)).thenApply(modules -> Replies.of(modules::write));
    }

    private @Nullable Endpoint anyNode() {
        for (NodeState state : nodeStates.all()) {
            if (state.up()) {
                return endpoints.redis(state.node().value());
            }
        }
        return null;
    }
}
