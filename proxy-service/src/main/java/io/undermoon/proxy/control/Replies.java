package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;

/** Replies that several commands have in common. */
public final class Replies {
    private static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";

    private Replies() {}

    public static void ok(ByteBuf out) {
        RespWriter.simple(out, "OK");
    }

    public static void notAnInteger(ByteBuf out) {
        RespWriter.error(out, NOT_AN_INTEGER);
    }

    /**
     * The reply to {@code <command> HELP}.
     *
     * @param lines syntax and indented explanation of each sub-command but HELP
     */
    public static Handler.Plain help(String command, String lines) {
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
