package io.undermoon.proxy.control.connection;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientLine;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.ClientType;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.ReplyMode;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code CLIENT}: the connected clients, their names and modes. */
public final class ClientCommands {
    private static final String HELP = """
            CACHING (YES|NO)
                Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.
            GETREDIR
                Return the client ID we are redirecting to when tracking is enabled.
            GETNAME
                Return the name of the current connection.
            ID
                Return the ID of the current connection.
            INFO
                Return information about the current client connection.
            KILL <ip:port>
                Kill connection made from <ip:port>.
            KILL <option> <value> [<option> <value> [...]]
                Kill connections. Options are:
                * ADDR (<ip:port>|<unixsocket>:0)
                  Kill connections made from the specified address
                * LADDR (<ip:port>|<unixsocket>:0)
                  Kill connections made to specified local address
                * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
                  Kill connections by type.
                * USER <username>
                  Kill connections authenticated by <username>.
                * SKIPME (YES|NO)
                  Skip killing current connection (default: yes).
                * ID <client-id>
                  Kill connections by client id.
                * MAXAGE <maxage>
                  Kill connections older than the specified age.
            LIST [options ...]
                Return information about client connections. Options:
                * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
                  Return clients of specified type.
                * ID <clientid> [<clientid> ...]
                  Return clients of specified IDs only.
            NO-EVICT (ON|OFF)
                Protect current client connection from eviction.
            NO-TOUCH (ON|OFF)
                Will not touch LRU/LFU stats when this mode is on.
            PAUSE <timeout> [WRITE|ALL]
                Suspend all, or just write, clients for <timeout> milliseconds.
            REPLY (ON|OFF|SKIP)
                Control the replies sent to the current connection.
            SETINFO <option> <value>
                Set client meta attr. Options are:
                * LIB-NAME: the client lib name.
                * LIB-VER: the client lib version.
            SETNAME <name>
                Assign the name <name> to the current connection.
            TRACKING (ON|OFF) [BCAST] [PREFIX <prefix> [...]]
                     [OPTIN] [OPTOUT] [NOLOOP]
                Control server assisted client side caching.
            TRACKINGINFO
                Report tracking status for the current connection.
            UNBLOCK <clientid> [TIMEOUT|ERROR]
                Unblock the specified blocked client.
            UNPAUSE
                Stop the current client pause, resuming traffic.
            """;

    private final ClientRegistry clients;
    private final Guard guard;

    public ClientCommands(ClientRegistry clients, Guard guard) {
        this.clients = clients;
        this.guard = guard;
    }

    public void register(HandlerTable table) {
        table.on("client|setname", ClientCommands::setName)
                .on("client|getname", ClientCommands::getName)
                .on("client|setinfo", ClientCommands::setInfo)
                .on("client|id", (frame, client, out) -> RespWriter.integer(out, client.id()))
                .on("client|info", (frame, client, out) -> Replies.text(client, ClientLine.of(client), out))
                .on("client|kill", new KillCommand(clients, guard.access()))
                .on("client|reply", ClientCommands::reply)
                .on("client|no-evict", (frame, client, out) -> onOrOff(frame, client::noEvict, out))
                .on("client|no-touch", (frame, client, out) -> onOrOff(frame, client::noTouch, out))
                .later("client|unblock", new UnblockCommand(clients))
                .on("client|list", (frame, client, out) -> list(frame, client, out))
                .plain("client|help", Replies.help("CLIENT", HELP));
        new PauseCommands(clients.pause()).register(table);
    }

    private static void setName(CommandFrame frame, Client client, ByteBuf out) {
        client.name(checkedName(frame.argument(2)));
        Replies.ok(out);
    }

    /** Returns the name of a connection if it is legal. */
    static String checkedName(String name) {
        if (!isLegal(name)) {
            throw new ErrorReplyException("ERR Client names cannot contain spaces, newlines or special characters.");
        }
        return name;
    }

    /** Whether the name of a connection or a client library is empty or visible ASCII. */
    private static boolean isLegal(String name) {
        return name.chars().allMatch(c -> c >= '!' && c <= '~');
    }

    private static void getName(CommandFrame frame, Client client, ByteBuf out) {
        if (client.name().isEmpty()) {
            RespWriter.nullValue(out, client.protocol());
        } else {
            RespWriter.bulk(out, client.name());
        }
    }

    private static void setInfo(CommandFrame frame, Client client, ByteBuf out) {
        boolean isName = frame.argumentIs(2, "LIB-NAME");
        String option = frame.argument(2);
        String value = frame.argument(3);
        if (!isName && !frame.argumentIs(2, "LIB-VER")) {
            throw new ErrorReplyException("ERR Unrecognized option '" + option + "'");
        }
        if (!isLegal(value)) {
            throw new ErrorReplyException("ERR " + option + " cannot contain spaces, newlines or special characters.");
        }
        if (isName) {
            client.libraryName(value);
        } else {
            client.libraryVersion(value);
        }
        Replies.ok(out);
    }

    /** {@code CLIENT REPLY}; only {@code ON} has a reply. */
    private static void reply(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentIs(2, "ON")) {
            client.replyMode(ReplyMode.ON);
            Replies.ok(out);
        } else if (frame.argumentIs(2, "OFF")) {
            client.replyMode(ReplyMode.OFF);
        } else if (frame.argumentIs(2, "SKIP")) {
            if (client.replyMode() != ReplyMode.OFF) {
                client.replyMode(ReplyMode.SKIP_NEXT);
            }
        } else {
            CommandErrors.syntax(out);
        }
    }

    private static void onOrOff(CommandFrame frame, Consumer<Boolean> change, ByteBuf out) {
        if (frame.argumentIs(2, "ON") || frame.argumentIs(2, "OFF")) {
            change.accept(frame.argumentIs(2, "ON"));
            Replies.ok(out);
        } else {
            CommandErrors.syntax(out);
        }
    }

    private void list(CommandFrame frame, Client asking, ByteBuf out) {
        int arguments = frame.argumentCount() - 2;
        if (arguments == 0) {
            write(client -> true, asking, out);
        } else if (arguments == 2 && frame.argumentIs(2, "TYPE")) {
            write(type(frame.argument(3))::isOf, asking, out);
        } else if (arguments >= 2 && frame.argumentIs(2, "ID")) {
            Set<Long> ids = IntStream.range(3, frame.argumentCount())
                    .mapToObj(i -> Arguments.integer(frame, i, "ERR Invalid client ID"))
                    .collect(Collectors.toSet());
            write(client -> ids.contains(client.id()), asking, out);
        } else {
            CommandErrors.syntax(out);
        }
    }

    static ClientType type(String name) {
        ClientType type = ClientType.find(name);
        if (type == null) {
            throw new ErrorReplyException("ERR Unknown client type '" + name + "'");
        }
        return type;
    }

    private void write(Predicate<Client> filter, Client asking, ByteBuf out) {
        Replies.text(
                asking,
                clients.all().stream().filter(filter).map(ClientLine::of).collect(Collectors.joining()),
                out);
    }
}
