package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The commands the proxy answers itself. */
public interface LocalCommands {
    /**
     * Carries out a command whose arity is right.
     *
     * @param command the command, or the sub-command where the name is that of a container
     * @param out where the reply is written
     * @return null when the reply is in {@code out}; otherwise a stage that brings the whole reply, to be released by the
     *     caller, on any thread; nothing is in {@code out} then
     */
    @Nullable
    CompletionStage<ByteBuf> execute(Command command, CommandFrame frame, Client client, ByteBuf out);
}
