package io.undermoon.proxy.control;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Policy;
import org.jspecify.annotations.Nullable;

/** Who answers which command: an array by {@link Command#id()}. Filled once, then only read. */
public final class HandlerTable {
    /** Unwrapped by the dispatcher, which then deals with the command inside. */
    private static final String FORWARDED = "umforward";

    private final CommandTable commands;
    private final @Nullable Handler[] byId;

    public HandlerTable(CommandTable commands) {
        this.commands = commands;
        this.byId = new Handler[commands.size()];
    }

    /** Has a command, by its full name, answered later perhaps. */
    public HandlerTable later(String name, Handler handler) {
        Command command = commands.find(name);
        if (command == null || byId[command.id()] != null) {
            throw new IllegalArgumentException(name + " is no command, or has a handler already");
        }
        byId[command.id()] = handler;
        return this;
    }

    /** Has a command, by its full name, answered at once. */
    public HandlerTable on(String name, Handler.Immediate handler) {
        return later(name, (frame, client, out) -> {
            handler.write(frame, client, out);
            return null;
        });
    }

    /** Has a command, by its full name, always answered alike. */
    public HandlerTable plain(String name, Handler.Plain handler) {
        return on(name, (frame, client, out) -> handler.write(out));
    }

    /**
     * @throws IllegalStateException a command that is answered here has no handler
     */
    public void requireComplete() {
        for (Command command : commands.all()) {
            if (command.policy() == Policy.LOCAL && isReached(command) && byId[command.id()] == null) {
                throw new IllegalStateException("nobody answers " + command.name());
            }
        }
    }

    public Handler get(Command command) {
        Handler handler = byId[command.id()];
        if (handler == null) {
            throw new IllegalArgumentException(command.name() + " is not answered here");
        }
        return handler;
    }

    /** A container that needs a sub-command never gets here itself: without one its arity is wrong. */
    private static boolean isReached(Command command) {
        boolean needsSubcommand = command.isContainer() && !command.arityMatches(1);
        return !needsSubcommand && !command.name().equals(FORWARDED);
    }
}
