package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.ClientType;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.control.Handler;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code CLIENT KILL}: the old form with an address, and the one with filters, all of which have to fit. */
final class KillCommand implements Handler.Immediate {
    private static final Predicate<Client> EVERYBODY = client -> true;

    private final ClientRegistry clients;
    private final AccessControl access;

    KillCommand(ClientRegistry clients, AccessControl access) {
        this.clients = clients;
        this.access = access;
    }

    @Override
    public void write(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() == 3) {
            String address = frame.argument(2);
            if (kill(other -> other.remoteAddress().equals(address), client) > 0) {
                Replies.ok(out);
            } else {
                RespWriter.error(out, "ERR No such client");
            }
            return;
        }
        Predicate<Client> victims = filters(frame, client, out);
        if (victims != null) {
            RespWriter.integer(out, kill(victims, client));
        }
    }

    /**
     * The caller is closed too if the filter fits it, after its reply. Others are no clients any more from now on, though their
     * loops have yet to close them.
     */
    private int kill(Predicate<Client> filter, Client caller) {
        List<Client> victims = clients.all().stream().filter(filter).toList();
        for (Client victim : victims) {
            if (victim == caller) {
                victim.leave();
            } else {
                victim.close();
                clients.remove(victim);
            }
        }
        return victims.size();
    }

    /** All filters together; null when one was refused, which is in the reply then. */
    private @Nullable Predicate<Client> filters(CommandFrame frame, Client caller, ByteBuf out) {
        Predicate<Client> all = EVERYBODY;
        boolean skipMe = true;
        for (int i = 2; i < frame.argumentCount(); i += 2) {
            if (i + 1 == frame.argumentCount()) {
                CommandErrors.syntax(out);
                return null;
            }
            if (frame.argumentIs(i, "SKIPME")) {
                if (!frame.argumentIs(i + 1, "YES") && !frame.argumentIs(i + 1, "NO")) {
                    CommandErrors.syntax(out);
                    return null;
                }
                skipMe = frame.argumentIs(i + 1, "YES");
                continue;
            }
            Predicate<Client> filter = filter(frame, i, out);
            if (filter == null) {
                return null;
            }
            all = all.and(filter);
        }
        return skipMe ? all.and(client -> client != caller) : all;
    }

    private @Nullable Predicate<Client> filter(CommandFrame frame, int option, ByteBuf out) {
        String value = frame.argument(option + 1);
        if (frame.argumentIs(option, "ADDR")) {
            return client -> client.remoteAddress().equals(value);
        } else if (frame.argumentIs(option, "LADDR")) {
            return client -> client.localAddress().equals(value);
        } else if (frame.argumentIs(option, "ID")) {
            return byId(value, out);
        } else if (frame.argumentIs(option, "MAXAGE")) {
            return byAge(value, out);
        } else if (frame.argumentIs(option, "TYPE")) {
            ClientType type = ClientType.find(value);
            if (type == null) {
                RespWriter.error(out, "ERR Unknown client type '" + value + "'");
                return null;
            }
            return type::isOf;
        } else if (frame.argumentIs(option, "USER")) {
            return byUser(value, out);
        }
        CommandErrors.syntax(out);
        return null;
    }

    private static @Nullable Predicate<Client> byId(String value, ByteBuf out) {
        OptionalLong id = Integers.parse(value);
        if (id.isEmpty() || id.getAsLong() < 1) {
            RespWriter.error(out, "ERR client-id should be greater than 0");
            return null;
        }
        return client -> client.id() == id.getAsLong();
    }

    private static @Nullable Predicate<Client> byAge(String value, ByteBuf out) {
        OptionalLong age = Integers.parse(value);
        if (age.isEmpty()) {
            RespWriter.error(out, "ERR maxage is not an integer or out of range");
            return null;
        }
        if (age.getAsLong() < 1) {
            RespWriter.error(out, "ERR maxage should be greater than 0");
            return null;
        }
        return client -> client.ageSeconds() >= age.getAsLong();
    }

    private @Nullable Predicate<Client> byUser(String name, ByteBuf out) {
        if (access.find(name) == null) {
            RespWriter.error(out, "ERR No such user '" + name + "'");
            return null;
        }
        return client -> client.account().name().equals(name);
    }
}
