package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The commands that the proxy answers itself. */
public interface LocalCommands {
    /**
     * Runs a command whose arity is right.
     *
     * @param command the command, or the sub-command of a container
     * @param out the buffer for the reply
     * @return null when the reply is in {@code out}; otherwise a stage with the whole reply, which may complete on any
     *     thread and whose buffer the caller releases. {@code out} is then unchanged
     */
    @Nullable
    CompletionStage<ByteBuf> execute(Command command, CommandFrame frame, Client client, ByteBuf out);
}
