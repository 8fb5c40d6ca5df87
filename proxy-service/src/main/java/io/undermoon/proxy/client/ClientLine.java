package io.undermoon.proxy.client;

import io.undermoon.resp.Protocol;

/**
 * The line of a client in {@code CLIENT LIST}: the fields of Redis 7.2 in their order. {@code argv-mem}, {@code rbs},
 * {@code rbp} and {@code obl} are 0, as the buffers that Redis counts there are part of the other buffers here.
 */
public final class ClientLine {
    private ClientLine() {}

    /** The line, with its LF. */
    public static String of(Client client) {
        ClientFigures figures = client.connection().figures();
        return "id=" + client.id()
                + " addr=" + client.remoteAddress()
                + " laddr=" + client.localAddress()
                + " fd=" + figures.fileDescriptor()
                + " name=" + client.name()
                + " age=" + client.ageSeconds()
                + " idle=" + client.idleSeconds()
                + " flags=" + flags(client, figures)
                + " db=0 sub=" + figures.channels()
                + " psub=" + figures.patterns()
                + " ssub=" + figures.shardChannels()
                + " multi=" + figures.queued()
                + " qbuf=" + figures.queryBytes()
                + " qbuf-free=" + figures.queryFreeBytes()
                + " argv-mem=0 multi-mem=" + figures.queuedBytes()
                + " rbs=0 rbp=0 obl=0 oll=" + (figures.outputBytes() > 0 ? 1 : 0)
                + " omem=" + figures.outputBytes()
                + " tot-mem=" + figures.totalBytes()
                + " events=" + (figures.reading() ? "r" : "") + (figures.outputBytes() > 0 ? "w" : "")
                + " cmd=" + client.lastCommand()
                + " user=" + client.account().name()
                + " redir=" + client.trackingRedirect()
                + " resp=" + (client.protocol() == Protocol.RESP3 ? 3 : 2)
                + " lib-name=" + client.libraryName()
                + " lib-ver=" + client.libraryVersion()
                + "\n";
    }

    private static String flags(Client client, ClientFigures figures) {
        String flags = (client.monitors() ? "O" : "")
                + (figures.subscribes() ? "P" : "")
                + (figures.queued() >= 0 ? "x" : "")
                + (client.blocked() ? "b" : "")
                + client.trackingFlags()
                + (client.readOnly() ? "r" : "")
                + (client.noEvict() ? "e" : "")
                + (client.noTouch() ? "T" : "");
        return flags.isEmpty() ? "N" : flags;
    }
}
