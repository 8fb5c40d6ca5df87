package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The handlers of local commands: an array indexed by {@link Command#id()}. Filled once, then only read. */
public final class HandlerTable {
    /** Not reached: the dispatcher unwraps it and runs the inner command. */
    private static final String FORWARDED = "umforward";

    private final CommandTable commands;
    private final @Nullable Handler[] byId;

    public HandlerTable(CommandTable commands) {
        this.commands = commands;
        this.byId = new Handler[commands.size()];
    }

    /**
     * Sets the handler of a command, which may answer asynchronously.
     *
     * @param name full name, as in {@code client|id}
     */
    public HandlerTable later(String name, Handler handler) {
        Command command = commands.find(name);
        if (command == null || byId[command.id()] != null) {
            throw new IllegalArgumentException("unknown command or second handler: " + name);
        }
        byId[command.id()] = handler;
        return this;
    }

    /** Sets the handler of a command that answers synchronously. */
    public HandlerTable on(String name, Handler.Immediate handler) {
        return later(name, (frame, client, out) -> {
            handler.write(frame, client, out);
            return null;
        });
    }

    /** Sets the handler of a command whose reply depends on neither client nor arguments. */
    public HandlerTable plain(String name, Consumer<ByteBuf> writer) {
        return on(name, (frame, client, out) -> writer.accept(out));
    }

    /**
     * @throws IllegalStateException a local command has no handler
     */
    public void requireComplete() {
        for (Command command : commands.all()) {
            if (command.policy() == Policy.LOCAL && isReached(command) && byId[command.id()] == null) {
                throw new IllegalStateException("no handler for command " + command.name());
            }
        }
    }

    /** Answers a command under the terms of {@link LocalCommands#execute}. */
    public @Nullable CompletionStage<ByteBuf> answer(Command command, CommandFrame frame, Client client, ByteBuf out) {
        Handler handler = byId[command.id()];
        if (handler == null) {
            throw new IllegalArgumentException(command.name() + " has no handler");
        }
        try {
            return handler.answer(frame, client, out);
        } catch (ErrorReplyException e) {
            RespWriter.error(out, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** A container that needs a sub-command is not reached itself: without one its arity is wrong. */
    private static boolean isReached(Command command) {
        boolean needsSubcommand = command.isContainer() && !command.arityMatches(1);
        return !needsSubcommand && !command.name().equals(FORWARDED);
    }
}
