package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.client.Client;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Replies that several commands share. */
public final class Replies {
    /**
     * The Redis version whose replies are imitated. Clients choose their commands by it; the nodes may have another
     * version.
     */
    public static final String REDIS_VERSION = "7.0.15";

    private Replies() {}

    public static void ok(ByteBuf out) {
        RespWriter.simple(out, "OK");
    }

    /** A text for people; RESP3 clients get a verbatim string. */
    public static void text(Client client, CharSequence text, ByteBuf out) {
        RespWriter.verbatim(out, client.protocol(), "txt", text);
    }

    /** A reply in a new buffer, which the caller releases. */
    public static ByteBuf of(Consumer<ByteBuf> writer) {
        ByteBuf reply = Unpooled.buffer();
        writer.accept(reply);
        return reply;
    }

    /**
     * The reply to {@code <command> HELP}.
     *
     * @param lines syntax and indented explanation of each sub-command except HELP
     */
    public static Consumer<ByteBuf> help(String command, String lines) {
        List<String> help = new ArrayList<>();
        help.add(command + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        lines.lines().forEach(help::add);
        help.add("HELP");
        help.add("    Prints this help.");
        return out -> {
            RespWriter.array(out, help.size());
            help.forEach(line -> RespWriter.simple(out, line));
        };
    }
}
