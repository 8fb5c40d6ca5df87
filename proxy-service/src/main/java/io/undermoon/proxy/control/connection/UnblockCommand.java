package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.Handler;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code CLIENT UNBLOCK id [TIMEOUT|ERROR]}: ends a blocking command of another client. */
final class UnblockCommand implements Handler {
    private final ClientRegistry clients;

    UnblockCommand(ClientRegistry clients) {
        this.clients = clients;
    }

    @Override
    public @Nullable CompletionStage<ByteBuf> answer(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() > 4) {
            throw new ErrorReplyException(CommandErrors.SYNTAX);
        }
        boolean withError = frame.argumentCount() == 4 && frame.argumentIs(3, "ERROR");
        if (frame.argumentCount() == 4 && !withError && !frame.argumentIs(3, "TIMEOUT")) {
            throw new ErrorReplyException("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        }
        Client target = clients.find(Arguments.integer(frame, 2));
        if (target == null) {
            RespWriter.integer(out, 0);
            return null;
        }
        return target.connection()
                .unblock(withError)
                .thenApply(unblocked -> Replies.of(reply -> RespWriter.integer(reply, unblocked ? 1 : 0)));
    }
}
