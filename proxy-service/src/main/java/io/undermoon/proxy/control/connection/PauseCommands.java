package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.ClientPause;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code CLIENT PAUSE} and {@code CLIENT UNPAUSE}. */
final class PauseCommands {
    private final ClientPause pause;

    PauseCommands(ClientPause pause) {
        this.pause = pause;
    }

    void register(HandlerTable table) {
        table.later("client|pause", (frame, client, out) -> pause(frame))
                .later("client|unpause", (frame, client, out) -> ok(pause.unpause()));
    }

    private CompletionStage<ByteBuf> pause(CommandFrame frame) {
        if (frame.argumentCount() > 4) {
            throw new ErrorReplyException(CommandErrors.SYNTAX);
        }
        boolean onlyWrites = frame.argumentCount() == 4 && frame.argumentIs(3, "WRITE");
        if (frame.argumentCount() == 4 && !onlyWrites && !frame.argumentIs(3, "ALL")) {
            throw new ErrorReplyException("ERR CLIENT PAUSE mode must be WRITE or ALL");
        }
        long millis = Arguments.integer(frame, 2, "ERR timeout is not an integer or out of range");
        if (millis < 0) {
            throw new ErrorReplyException("ERR timeout is negative");
        }
        return ok(pause.pause(onlyWrites ? ClientPause.Mode.WRITE : ClientPause.Mode.ALL, millis));
    }

    private static CompletionStage<ByteBuf> ok(CompletionStage<@Nullable Void> done) {
        return done.thenApply(nothing -> Replies.of(Replies::ok));
    }
}
