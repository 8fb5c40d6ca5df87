package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.control.Handler;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code CLIENT UNBLOCK id [TIMEOUT|ERROR]}: ends the waiting of a client in {@code BLPOP} and the like. */
final class UnblockCommand implements Handler {
    private final ClientRegistry clients;

    UnblockCommand(ClientRegistry clients) {
        this.clients = clients;
    }

    @Override
    public @Nullable CompletionStage<ByteBuf> answer(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() > 4) {
            CommandErrors.syntax(out);
            return null;
        }
        boolean withError = frame.argumentCount() == 4 && frame.argumentIs(3, "ERROR");
        if (frame.argumentCount() == 4 && !withError && !frame.argumentIs(3, "TIMEOUT")) {
            RespWriter.error(out, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
            return null;
        }
        OptionalLong id = Integers.parse(frame.argument(2));
        if (id.isEmpty()) {
            Replies.notAnInteger(out);
            return null;
        }
        Client target = clients.find(id.getAsLong());
        if (target == null) {
            RespWriter.integer(out, 0);
            return null;
        }
        return target.connection().unblock(withError).thenApply(unblocked -> {
            ByteBuf reply = Unpooled.buffer();
            RespWriter.integer(reply, unblocked ? 1 : 0);
            return reply;
        });
    }
}
