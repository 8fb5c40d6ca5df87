package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.client.ClientPause;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code CLIENT PAUSE} and {@code CLIENT UNPAUSE}. */
final class PauseCommands {
    private final ClientPause pause;

    PauseCommands(ClientPause pause) {
        this.pause = pause;
    }

    void register(HandlerTable table) {
        table.later("client|pause", (frame, client, out) -> pause(frame, out))
                .later("client|unpause", (frame, client, out) -> ok(pause.unpause()));
    }

    private @Nullable CompletionStage<ByteBuf> pause(CommandFrame frame, ByteBuf out) {
        if (frame.argumentCount() > 4) {
            CommandErrors.syntax(out);
            return null;
        }
        ClientPause.Mode mode = ClientPause.Mode.ALL;
        if (frame.argumentCount() == 4) {
            if (frame.argumentIs(3, "WRITE")) {
                mode = ClientPause.Mode.WRITE;
            } else if (!frame.argumentIs(3, "ALL")) {
                RespWriter.error(out, "ERR CLIENT PAUSE mode must be WRITE or ALL");
                return null;
            }
        }
        OptionalLong millis = Integers.parse(frame.argument(2));
        if (millis.isEmpty()) {
            RespWriter.error(out, "ERR timeout is not an integer or out of range");
            return null;
        }
        if (millis.getAsLong() < 0) {
            RespWriter.error(out, "ERR timeout is negative");
            return null;
        }
        return ok(pause.pause(mode, millis.getAsLong()));
    }

    private static CompletionStage<ByteBuf> ok(CompletionStage<@Nullable Void> done) {
        return done.thenApply(nothing -> {
            ByteBuf reply = Unpooled.buffer();
            Replies.ok(reply);
            return reply;
        });
    }
}
