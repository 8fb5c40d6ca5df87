package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.acl.Account;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.Refusal;
import io.undermoon.proxy.client.ReplyMode;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import io.undermoon.umctl.ControlProof;
import java.util.Optional;

/** The commands {@code AUTH}, {@code HELLO} and {@code RESET}. */
public final class LoginCommands {
    private final TopologyStore topology;
    private final Guard guard;
    private final AccessControl access;

    public LoginCommands(Guard guard, TopologyStore topology) {
        this.topology = topology;
        this.guard = guard;
        this.access = guard.access();
    }

    public void register(HandlerTable table) {
        table.on("auth", this::auth).on("hello", this::hello).on("reset", this::reset);
    }

    private void auth(CommandFrame frame, Client client, ByteBuf out) {
        int arguments = frame.argumentCount() - 1;
        if (arguments > 2) {
            throw new ErrorReplyException(CommandErrors.SYNTAX);
        }
        if (arguments == 1 && access.defaultAccount().user().needsNoPassword()) {
            throw new ErrorReplyException(
                    "ERR AUTH <password> called without any password configured for the default user. "
                            + "Are you sure your configuration is correct?");
        }
        String user = arguments == 1
                ? AccessControl.DEFAULT_USER
                : frame.argumentView(1).toString();
        Account control = access.control();
        if (arguments == 2 && control != null && user.equals(AccessControl.CONTROL_USER)) {
            Optional<String> reply = prove(client, frame.argumentView(2).toString(), control);
            if (reply.isPresent()) {
                RespWriter.simple(out, reply.get());
                return;
            }
        }
        client.account(login(client, frame, user, arguments));
        Replies.ok(out);
    }

    /** A step of a login by proof; empty if the word is none, and so may be the secret itself, as people give it. */
    private Optional<String> prove(Client client, String word, Account control) {
        ControlProof.Challenged before = client.challenged();
        client.challenged(null);
        if (before != null) {
            Optional<String> proven = access.proven(before, word);
            proven.ifPresent(reply -> client.account(control));
            return proven;
        }
        Optional<ControlProof.Challenged> challenged = ControlProof.Challenged.read(word);
        challenged.ifPresent(next -> {
            if (!next.address().equals(topology.self().value())) {
                throw new ErrorReplyException("ERR this is proxy " + topology.self() + ", not " + next.address());
            }
            client.challenged(next);
        });
        return challenged.map(ControlProof.Challenged::reply);
    }

    private Account login(Client client, CommandFrame frame, String user, int passwordArgument) {
        Account account = guard.login(client, frame, user, frame.argumentBytes(passwordArgument));
        if (account == null) {
            throw new ErrorReplyException("WRONGPASS invalid username-password pair or user is disabled.");
        }
        if (!client.isCountedAt(account) && account.meter().isFull()) {
            client.closeAfterReply();
            throw new ErrorReplyException(Refusal.of(account).error());
        }
        return account;
    }

    /** {@code HELLO [2|3 [AUTH user password] [SETNAME name]]}; takes effect only if every option is valid. */
    private void hello(CommandFrame frame, Client client, ByteBuf out) {
        Protocol protocol = frame.argumentCount() > 1 ? protocol(frame) : client.protocol();
        Account account = client.authenticated() ? client.account() : null;
        String name = client.name();
        int i = 2;
        while (i < frame.argumentCount()) {
            int left = frame.argumentCount() - 1 - i;
            if (left >= 2 && frame.argumentIs(i, "AUTH")) {
                account = login(client, frame, frame.argumentView(i + 1).toString(), i + 2);
                i += 3;
            } else if (left >= 1 && frame.argumentIs(i, "SETNAME")) {
                name = ClientCommands.checkedName(frame.argument(i + 1));
                i += 2;
            } else {
                throw new ErrorReplyException("ERR Syntax error in HELLO option '" + frame.argument(i) + "'");
            }
        }
        if (account == null) {
            throw new ErrorReplyException(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> "
                            + "AUTH <user> <pass> option can be used to authenticate the client and select the RESP "
                            + "protocol version at the same time");
        }
        client.account(account);
        client.protocol(protocol);
        client.name(name);
        greet(client, out);
    }

    /** The protocol version in argument 1. */
    private static Protocol protocol(CommandFrame frame) {
        long version = Arguments.integer(frame, 1, "ERR Protocol version is not an integer or out of range");
        if (version != 2 && version != 3) {
            throw new ErrorReplyException("NOPROTO unsupported protocol version");
        }
        return version == 2 ? Protocol.RESP2 : Protocol.RESP3;
    }

    private void greet(Client client, ByteBuf out) {
        RespWriter.map(out, client.protocol(), 7);
        RespWriter.bulk(out, "server");
        RespWriter.bulk(out, "redis");
        RespWriter.bulk(out, "version");
        RespWriter.bulk(out, Replies.REDIS_VERSION);
        RespWriter.bulk(out, "proto");
        RespWriter.integer(out, client.protocol() == Protocol.RESP3 ? 3 : 2);
        RespWriter.bulk(out, "id");
        RespWriter.integer(out, client.id());
        RespWriter.bulk(out, "mode");
        RespWriter.bulk(out, "cluster");
        RespWriter.bulk(out, "role");
        RespWriter.bulk(out, topology.shownRole(client.role()).wireName());
        RespWriter.bulk(out, "modules");
        RespWriter.array(out, 0);
    }

    /** Resets the connection to its initial state, except the library name, as Redis does. */
    private void reset(CommandFrame frame, Client client, ByteBuf out) {
        client.logOut(access.defaultAccount(), access.isOpen());
        client.name("");
        client.readOnly(false);
        client.protocol(Protocol.RESP2);
        client.replyMode(ReplyMode.ON);
        RespWriter.simple(out, "RESET");
    }
}
