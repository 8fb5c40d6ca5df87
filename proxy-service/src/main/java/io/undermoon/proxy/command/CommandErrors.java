package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.Locale;

/** The errors of commands that the proxy refuses, with the texts of Redis 7 where it has one. */
public final class CommandErrors {
    /** The number of characters of the name, and of all arguments together, that an error repeats. */
    private static final int MAX_ECHO = 128;

    /** The keys of a command are in several slots; without the leading {@code -}. */
    public static final String CROSS_SLOT = "CROSSSLOT Keys in request don't hash to the same slot";

    public static final String SYNTAX = "ERR syntax error";

    /** The proxy is free; without the leading {@code -}. */
    public static final String NO_CLUSTER = "CLUSTERDOWN this proxy belongs to no cluster (ERR_CLUSTER_NOT_FOUND);"
            + " 'undermoon scale' and 'undermoon clusters create' give it to one";

    private CommandErrors() {}

    /** No command has this name; the start of the arguments is repeated, as Redis does. */
    public static void unknownCommand(CommandFrame frame, ByteBuf out) {
        begin(out, "ERR unknown command '");
        echo(frame, 0, MAX_ECHO, out);
        ByteBufUtil.writeAscii(out, "', with args beginning with: ");
        int written = 0;
        for (int i = 1; i < frame.argumentCount() && written < MAX_ECHO; i++) {
            out.writeByte('\'');
            written += echo(frame, i, MAX_ECHO - written, out) + 3;
            out.writeByte('\'');
            out.writeByte(' ');
        }
        end(out);
    }

    /** A container has no sub-command with the name in argument 1. */
    public static void unknownSubcommand(Command container, CommandFrame frame, ByteBuf out) {
        begin(out, "ERR unknown subcommand '");
        echo(frame, 1, MAX_ECHO, out);
        ByteBufUtil.writeAscii(out, "'. Try ");
        ByteBufUtil.writeAscii(out, container.name().toUpperCase(Locale.ROOT));
        ByteBufUtil.writeAscii(out, " HELP.");
        end(out);
    }

    public static void wrongArity(Command command, ByteBuf out) {
        RespWriter.error(out, "ERR wrong number of arguments for '" + command.name() + "' command");
    }

    public static void syntax(ByteBuf out) {
        RespWriter.error(out, SYNTAX);
    }

    public static void crossSlot(ByteBuf out) {
        RespWriter.error(out, CROSS_SLOT);
    }

    /** The command has {@link Policy#REFUSE}. */
    public static void refused(Command command, ByteBuf out) {
        RefusalReason reason = RefusalReason.of(command);
        String why = reason == null
                ? "; connect to the Redis node itself if you must run it"
                : ": " + reason.text() + "; " + reason.advice(command);
        RespWriter.error(out, "ERR command '" + command.name() + "' is not allowed through the proxy" + why);
    }

    /** The command has {@link Policy#NOT_YET}. */
    public static void notYet(Command command, ByteBuf out) {
        RespWriter.error(out, "ERR command '" + command.name() + "' is not supported by this version of the proxy");
    }

    /**
     * The error for a negative result of {@link Keys#slotOf}, without the leading {@code -}.
     *
     * @param result one of the negative constants of {@link Keys}
     */
    public static String unroutable(Command command, int result) {
        return switch (result) {
            case Keys.NO_KEY ->
                "ERR command '" + command.name()
                        + "' without keys is not supported by this version of the proxy; name a key it works on";
            case Keys.CROSS_SLOT -> CROSS_SLOT;
            case Keys.MALFORMED -> SYNTAX;
            case Keys.SORT_BY_DENIED -> "ERR BY option of SORT denied in cluster mode.";
            case Keys.COPY_DENIED -> "ERR Copying to another database is not allowed in cluster mode";
            case Keys.SORT_GET_DENIED -> "ERR GET option of SORT denied in cluster mode.";
            default -> throw new IllegalArgumentException("slot " + result + " is no reason to refuse a command");
        };
    }

    private static void begin(ByteBuf out, String text) {
        out.writeByte('-');
        ByteBufUtil.writeAscii(out, text);
    }

    private static void end(ByteBuf out) {
        out.writeByte('\r');
        out.writeByte('\n');
    }

    /**
     * Repeats an argument as Redis does, as a C string: it ends at a zero byte, and line breaks become spaces.
     *
     * @return the number of bytes written
     */
    private static int echo(CommandFrame frame, int argument, int max, ByteBuf out) {
        int length = Math.min(max, frame.argumentLength(argument));
        int start = frame.argumentStart(argument);
        for (int i = 0; i < length; i++) {
            byte c = frame.buffer().getByte(start + i);
            if (c == 0) {
                return i;
            }
            out.writeByte(c == '\r' || c == '\n' ? ' ' : c);
        }
        return length;
    }
}
