package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.Handler;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** {@code CLIENT KILL}: the old form with an address, and the form with filters, which must all match. */
final class KillCommand implements Handler.Immediate {
    private final ClientRegistry clients;
    private final AccessControl access;

    KillCommand(ClientRegistry clients, AccessControl access) {
        this.clients = clients;
        this.access = access;
    }

    @Override
    public void write(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() > 3) {
            RespWriter.integer(out, kill(filters(frame, client), client));
            return;
        }
        String address = frame.argument(2);
        if (kill(other -> other.remoteAddress().equals(address), client) == 0) {
            throw new ErrorReplyException("ERR No such client");
        }
        Replies.ok(out);
    }

    /**
     * Closes matching clients, the caller after its reply. The others leave the registry now, although their event
     * loops close them later.
     */
    private int kill(Predicate<Client> filter, Client caller) {
        List<Client> victims = clients.all().stream().filter(filter).toList();
        for (Client victim : victims) {
            if (victim == caller) {
                victim.closeAfterReply();
            } else {
                victim.close();
                clients.remove(victim);
            }
        }
        return victims.size();
    }

    /** The conjunction of all filters of the command. */
    private Predicate<Client> filters(CommandFrame frame, Client caller) {
        Predicate<Client> all = client -> true;
        boolean skipMe = true;
        for (int i = 2; i < frame.argumentCount(); i += 2) {
            if (i + 1 == frame.argumentCount()) {
                throw new ErrorReplyException(CommandErrors.SYNTAX);
            }
            if (frame.argumentIs(i, "SKIPME")) {
                skipMe = frame.argumentIs(i + 1, "YES");
                if (!skipMe && !frame.argumentIs(i + 1, "NO")) {
                    throw new ErrorReplyException(CommandErrors.SYNTAX);
                }
            } else {
                all = all.and(filter(frame, i));
            }
        }
        return skipMe ? all.and(client -> client != caller) : all;
    }

    private Predicate<Client> filter(CommandFrame frame, int option) {
        String value = frame.argument(option + 1);
        return switch (frame.argument(option).toUpperCase(Locale.ROOT)) {
            case "ADDR" -> client -> client.remoteAddress().equals(value);
            case "LADDR" -> client -> client.localAddress().equals(value);
            case "ID" -> byId(frame, option + 1);
            case "MAXAGE" -> byAge(frame, option + 1);
            case "TYPE" -> ClientCommands.type(value)::isOf;
            case "USER" -> byUser(value);
            default -> throw new ErrorReplyException(CommandErrors.SYNTAX);
        };
    }

    private static Predicate<Client> byId(CommandFrame frame, int argument) {
        String error = "ERR client-id should be greater than 0";
        long id = Arguments.integer(frame, argument, error);
        if (id < 1) {
            throw new ErrorReplyException(error);
        }
        return client -> client.id() == id;
    }

    private static Predicate<Client> byAge(CommandFrame frame, int argument) {
        long age = Arguments.integer(frame, argument, "ERR maxage is not an integer or out of range");
        if (age < 1) {
            throw new ErrorReplyException("ERR maxage should be greater than 0");
        }
        return client -> client.ageSeconds() >= age;
    }

    private Predicate<Client> byUser(String name) {
        if (access.find(name) == null) {
            throw new ErrorReplyException("ERR No such user '" + name + "'");
        }
        return client -> client.account().name().equals(name);
    }
}
