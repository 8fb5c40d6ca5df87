package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.Objects;

/** Commands about the connection itself, except login. */
public final class ConnectionCommands {
    private final Command ping;

    public ConnectionCommands(CommandTable commands) {
        ping = Objects.requireNonNull(commands.find("ping"), "ping is not in the command table");
    }

    public void register(HandlerTable table) {
        table.on("ping", this::ping)
                .on("echo", (frame, client, out) -> argument(frame, out))
                .on("quit", ConnectionCommands::quit)
                .on("select", ConnectionCommands::select)
                .on("readonly", (frame, client, out) -> readOnly(client, true, out))
                .on("readwrite", (frame, client, out) -> readOnly(client, false, out))
                .plain("asking", Replies::ok)
                .plain("time", ConnectionCommands::time);
    }

    private void ping(CommandFrame frame, Client client, ByteBuf out) {
        switch (frame.argumentCount()) {
            case 1 -> RespWriter.simple(out, "PONG");
            case 2 -> argument(frame, out);
            default -> CommandErrors.wrongArity(ping, out);
        }
    }

    private static void argument(CommandFrame frame, ByteBuf out) {
        RespWriter.bulk(out, frame.buffer(), frame.argumentStart(1), frame.argumentLength(1));
    }

    private static void quit(CommandFrame frame, Client client, ByteBuf out) {
        client.closeAfterReply();
        Replies.ok(out);
    }

    private static void select(CommandFrame frame, Client client, ByteBuf out) {
        if (Arguments.integer(frame, 1) != 0) {
            throw new ErrorReplyException("ERR SELECT is not allowed in cluster mode");
        }
        Replies.ok(out);
    }

    private static void readOnly(Client client, boolean readOnly, ByteBuf out) {
        client.readOnly(readOnly);
        Replies.ok(out);
    }

    private static void time(ByteBuf out) {
        Instant now = Instant.now();
        RespWriter.array(out, 2);
        RespWriter.bulk(out, now.getEpochSecond());
        RespWriter.bulk(out, now.get(ChronoField.MICRO_OF_SECOND));
    }
}
