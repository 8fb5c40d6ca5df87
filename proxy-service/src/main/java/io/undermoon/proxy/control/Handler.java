package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Answers one command on the event loop of its client, under the terms of {@link LocalCommands#execute}. */
@FunctionalInterface
public interface Handler {
    @Nullable
    CompletionStage<ByteBuf> answer(CommandFrame frame, Client client, ByteBuf out);

    /** Answers a command synchronously. */
    @FunctionalInterface
    interface Immediate {
        void write(CommandFrame frame, Client client, ByteBuf out);
    }
}
