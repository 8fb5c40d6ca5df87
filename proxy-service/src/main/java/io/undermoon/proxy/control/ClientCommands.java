package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/** {@code CLIENT}: who is connected to this proxy, and under which name. */
final class ClientCommands {
    private static final Set<String> TYPES = Set.of("normal", "master", "replica", "slave", "pubsub");
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
            LIST [options ...]
                Return information about client connections. Options:
                * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
                  Return clients of specified type.
                * ID <clientid> [<clientid> ...]
                  Return clients of specified IDs only.
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
            """;

    private final ClientRegistry clients;

    ClientCommands(ClientRegistry clients) {
        this.clients = clients;
    }

    void register(HandlerTable table) {
        table.on("client|setname", ClientCommands::setName)
                .on("client|getname", ClientCommands::getName)
                .on("client|setinfo", ClientCommands::setInfo)
                .on("client|id", (frame, client, out) -> RespWriter.integer(out, client.id()))
                .on("client|info", (frame, client, out) -> text(client, ClientLine.of(client), out))
                .on("client|list", (frame, client, out) -> list(frame, client, out))
                .plain("client|help", Replies.help("CLIENT", HELP));
    }

    private static void setName(CommandFrame frame, Client client, ByteBuf out) {
        String name = frame.argument(2);
        if (ClientName.isLegal(name)) {
            client.name(name);
            Replies.ok(out);
        } else {
            RespWriter.error(out, ClientName.ILLEGAL);
        }
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
            RespWriter.error(out, "ERR Unrecognized option '" + option + "'");
            return;
        }
        if (!ClientName.isLegal(value)) {
            RespWriter.error(out, "ERR " + option + " cannot contain spaces, newlines or special characters.");
            return;
        }
        if (isName) {
            client.libraryName(value);
        } else {
            client.libraryVersion(value);
        }
        Replies.ok(out);
    }

    private void list(CommandFrame frame, Client asking, ByteBuf out) {
        int arguments = frame.argumentCount() - 2;
        if (arguments == 0) {
            write(clients.all(), asking, out);
        } else if (arguments == 2 && frame.argumentIs(2, "TYPE")) {
            listType(frame.argument(3), asking, out);
        } else if (arguments >= 2 && frame.argumentIs(2, "ID")) {
            listIds(frame.arguments(3), asking, out);
        } else {
            CommandErrors.syntax(out);
        }
    }

    private void listType(String type, Client asking, ByteBuf out) {
        String wanted = type.toLowerCase(Locale.ROOT);
        if (TYPES.contains(wanted)) {
            write(wanted.equals("normal") ? clients.all() : List.of(), asking, out);
        } else {
            RespWriter.error(out, "ERR Unknown client type '" + type + "'");
        }
    }

    private void listIds(List<String> ids, Client asking, ByteBuf out) {
        Set<Long> wanted = new HashSet<>();
        for (String text : ids) {
            OptionalLong id = Integers.parse(text);
            if (id.isEmpty()) {
                RespWriter.error(out, "ERR Invalid client ID");
                return;
            }
            wanted.add(id.getAsLong());
        }
        write(
                clients.all().stream()
                        .filter(client -> wanted.contains(client.id()))
                        .toList(),
                asking,
                out);
    }

    private static void write(List<Client> chosen, Client asking, ByteBuf out) {
        StringBuilder lines = new StringBuilder();
        chosen.forEach(client -> lines.append(ClientLine.of(client)));
        text(asking, lines, out);
    }

    private static void text(Client asking, CharSequence text, ByteBuf out) {
        RespWriter.verbatim(out, asking.protocol(), "txt", text);
    }
}
