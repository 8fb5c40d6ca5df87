package io.undermoon.proxy.control;

import io.undermoon.resp.Protocol;

/** A client as a line of {@code CLIENT LIST}: the fields of Redis 7.2 in its order, but those about buffers. */
final class ClientLine {
    private ClientLine() {}

    /** The line with its LF. */
    static String of(Client client) {
        return "id=" + client.id()
                + " addr=" + client.remoteAddress()
                + " laddr=" + client.localAddress()
                + " name=" + client.name()
                + " age=" + client.ageSeconds()
                + " idle=" + client.idleSeconds()
                + " flags=" + flags(client)
                + " db=0 sub=0 psub=0 ssub=0 multi=-1 events=r"
                + " cmd=" + client.lastCommand()
                + " user=" + client.account().name()
                + " redir=" + (client.trackingFlags().isEmpty() ? -1 : 0)
                + " resp=" + (client.protocol() == Protocol.RESP3 ? 3 : 2)
                + " lib-name=" + client.libraryName()
                + " lib-ver=" + client.libraryVersion()
                + "\n";
    }

    private static String flags(Client client) {
        String flags = client.trackingFlags() + (client.readOnly() ? "r" : "");
        return flags.isEmpty() ? "N" : flags;
    }
}
