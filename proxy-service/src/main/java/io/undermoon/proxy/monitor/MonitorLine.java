package io.undermoon.proxy.monitor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;

/**
 * A command in the format of {@code MONITOR}: {@code +1700000000.123456 [0 127.0.0.1:50000] "set" "key" "value"}.
 * Passwords are redacted as in Redis. Unlike there, the line of a large command is cut.
 */
final class MonitorLine {
    /** The size from which on no further argument is shown, and how much of one argument is, in bytes. */
    private static final int MAX_BYTES = 64 << 10;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private MonitorLine() {}

    /** The line in a buffer on the heap, which needs no release. */
    static ByteBuf of(Client client, Command command, CommandFrame frame) {
        ByteBuf out = Unpooled.buffer(256);
        Instant now = Instant.now();
        ascii(
                out,
                String.format(
                        Locale.ROOT,
                        "+%d.%06d [0 %s]",
                        now.getEpochSecond(),
                        now.getNano() / 1000,
                        client.remoteAddress()));
        int secret = firstSecret(command, frame);
        for (int i = 0; i < frame.argumentCount(); i++) {
            if (out.readableBytes() > MAX_BYTES) {
                ascii(out, " ... (" + (frame.argumentCount() - i) + " more arguments)");
                break;
            }
            if (i >= secret && i < secret + secrets(command, frame)) {
                ascii(out, " \"(redacted)\"");
            } else {
                argument(frame, i, out);
            }
        }
        ascii(out, "\r\n");
        return out;
    }

    /** The first argument that is a name or password of a login; the number of arguments if there is none. */
    private static int firstSecret(Command command, CommandFrame frame) {
        if (command.name().equals("auth")) {
            return 1;
        }
        if (command.name().equals("hello")) {
            for (int i = 2; i < frame.argumentCount(); i++) {
                if (frame.argumentIs(i, "AUTH")) {
                    return i + 1;
                }
            }
        }
        return frame.argumentCount();
    }

    private static int secrets(Command command, CommandFrame frame) {
        return command.name().equals("hello") ? 2 : frame.argumentCount();
    }

    private static void argument(CommandFrame frame, int argument, ByteBuf out) {
        ascii(out, " \"");
        int length = frame.argumentLength(argument);
        int shown = Math.min(length, MAX_BYTES);
        int start = frame.argumentStart(argument);
        for (int i = 0; i < shown; i++) {
            escape(frame.buffer().getByte(start + i), out);
        }
        out.writeByte('"');
        if (shown < length) {
            ascii(out, "... (" + (length - shown) + " more bytes)");
        }
    }

    private static void escape(byte c, ByteBuf out) {
        switch (c) {
            case '\\', '"' -> out.writeByte('\\').writeByte(c);
            case '\n' -> ascii(out, "\\n");
            case '\r' -> ascii(out, "\\r");
            case '\t' -> ascii(out, "\\t");
            case 7 -> ascii(out, "\\a");
            case '\b' -> ascii(out, "\\b");
            default -> {
                if (c >= ' ' && c < 0x7f) {
                    out.writeByte(c);
                } else {
                    ascii(out, "\\x");
                    out.writeByte(HEX[(c >> 4) & 0xf]).writeByte(HEX[c & 0xf]);
                }
            }
        }
    }

    private static void ascii(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
    }
}
