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

/** Holds clients to the rules of their users: logs them in, refuses what they may not do, and keeps a log of that. Thread-safe. */
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
     * Whether a client may not carry out a command; the error is written then. Only to be asked about users who are {@linkplain
     * User#isRestricted restricted}: others may do everything.
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

    /** Whether a client may not give control commands; the error is written then. */
    public static boolean refusesControl(Client client, ByteBuf out) {
        if (client.account().mayControl()) {
            return false;
        }
        RespWriter.error(
                out, "NOPERM this needs the control secret: AUTH " + AccessControl.CONTROL_USER + " <control_secret>");
        return true;
    }

    /**
     * The account that name and password open; null when they are wrong.
     *
     * @param frame the command that gives them
     */
    @Nullable
    public Account login(Client client, CommandFrame frame, String name, byte[] password) {
        Account account = access.login(name, password);
        if (account == null) {
            log.add(new AccessLog.Event("auth", false, frame.argument(0), name), client);
        }
        return account;
    }

    /** Has changed rules that no client has changed apply to clients that are logged in. */
    public void enforce(ClientRegistry clients) {
        enforce(clients, null);
    }

    /**
     * Has changed rules apply to clients that are logged in: those of deleted users leave, and so do those who listen to channels
     * they may no longer use.
     *
     * @param current a client that still has to get its reply; absent when none made the change
     */
    public void enforce(ClientRegistry clients, @Nullable Client current) {
        for (Client client : clients.all()) {
            if (!client.account().isDeleted()) {
                client.accountChanged();
            } else if (client == current) {
                client.leave();
            } else {
                client.close();
            }
        }
    }
}
