package io.undermoon.proxy.client;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.acl.Account;
import io.undermoon.proxy.acl.Denial;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/**
 * Access control of clients: logs clients in, refuses commands their users may not run, and records refusals.
 * Thread-safe.
 */
public final class Guard {
    private final AccessControl access;
    private final AccessLog log = new AccessLog();

    public Guard(AccessControl access) {
        this.access = access;
    }

    public AccessControl access() {
        return access;
    }

    public AccessLog log() {
        return log;
    }

    /**
     * Checks a command against the rules of the user; on refusal the error is written. Only for {@linkplain
     * User#isRestricted restricted} users: others may run every command.
     *
     * @return whether the command is refused
     */
    public boolean refuses(Client client, Command command, CommandFrame frame, boolean inTransaction, ByteBuf out) {
        User user = client.user();
        Denial denial = user.denial(command, frame);
        if (denial != null) {
            RespWriter.error(out, "NOPERM " + denial.message(user.name(), command.name()));
            String object = denial.argument() == 0
                    ? command.name()
                    : frame.argumentView(denial.argument()).toString();
            log.add(new AccessLog.Event(AccessLog.reason(denial), inTransaction, object, user.name()), client);
            return true;
        }
        int pattern = user.mayReadAllKeys() ? 0 : Keys.sortPattern(command, frame);
        if (pattern != 0) {
            String option = frame.argumentIs(pattern - 1, "BY") ? "BY" : "GET";
            RespWriter.error(out, "ERR " + option + " option of SORT denied due to insufficient ACL permissions");
        }
        return pattern != 0;
    }

    /** Refuses control commands from clients that are not logged in for them; on refusal the error is written. */
    public static boolean refusesControl(Client client, ByteBuf out) {
        if (client.account().mayControl()) {
            return false;
        }
        RespWriter.error(
                out, "NOPERM this needs the control secret: AUTH " + AccessControl.CONTROL_USER + " <control_secret>");
        return true;
    }

    /**
     * Checks credentials.
     *
     * @param frame the command with the credentials, for the log
     * @return null when the credentials are wrong
     */
    @Nullable
    public Account login(Client client, CommandFrame frame, String name, byte[] password) {
        Account account = access.login(name, password);
        if (account == null) {
            log.add(new AccessLog.Event("auth", false, frame.argument(0), name), client);
        }
        return account;
    }

    /** Applies changed rules to all clients; for changes that no client made. */
    public void enforce(ClientRegistry clients) {
        enforce(clients, null);
    }

    /**
     * Applies changed rules to all clients: disconnects those of deleted users, and those subscribed to channels that
     * are no longer permitted.
     *
     * @param current the client that made the change, which still gets its reply; null when no client did
     */
    public void enforce(ClientRegistry clients, @Nullable Client current) {
        for (Client client : clients.all()) {
            if (!client.account().isDeleted()) {
                client.accountChanged();
            } else if (client == current) {
                client.closeAfterReply();
            } else {
                client.close();
            }
        }
    }
}
