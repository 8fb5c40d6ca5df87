package io.undermoon.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A writer of values in Redis's encoding. For types that only RESP3 has, the methods with a {@link Protocol} write in
 * RESP2 the same replacement as Redis: a flat array for a map, an integer for a boolean.
 *
 * <p>Nothing is allocated, except for doubles. No method releases the buffer.
 */
public final class RespWriter {
    private static final int CRLF = '\r' << 8 | '\n';
    private static final byte[] LOWEST_LONG = ascii("-9223372036854775808");

    private RespWriter() {}

    /** {@code +text}; the text is ASCII and has no line break. */
    public static void simple(ByteBuf out, String text) {
        line(out, '+', text);
    }

    /** {@code -text}, the text beginning with its code ({@code ERR …}); line breaks become spaces, as in Redis. */
    public static void error(ByteBuf out, String text) {
        out.writeByte('-');
        int start = out.writerIndex();
        ByteBufUtil.writeUtf8(out, text);
        flattenLines(out, start);
        crlf(out);
    }

    public static void integer(ByteBuf out, long value) {
        header(out, ':', value);
    }

    /** A bulk string of UTF-8 text. */
    public static void bulk(ByteBuf out, CharSequence text) {
        header(out, '$', ByteBufUtil.utf8Bytes(text));
        ByteBufUtil.writeUtf8(out, text);
        crlf(out);
    }

    public static void bulk(ByteBuf out, byte[] bytes) {
        header(out, '$', bytes.length);
        out.writeBytes(bytes);
        crlf(out);
    }

    /** A bulk string of {@code length} bytes of another buffer from {@code start}; its indices do not change. */
    public static void bulk(ByteBuf out, ByteBuf bytes, int start, int length) {
        header(out, '$', length);
        out.writeBytes(bytes, start, length);
        crlf(out);
    }

    /** A bulk string of the digits of a number. */
    public static void bulk(ByteBuf out, long value) {
        header(out, '$', digits(value));
        number(out, value);
        crlf(out);
    }

    /** {@code $-1} or {@code _}. */
    public static void nullValue(ByteBuf out, Protocol protocol) {
        if (protocol == Protocol.RESP3) {
            out.writeByte('_');
            crlf(out);
        } else {
            header(out, '$', -1);
        }
    }

    /** {@code *-1} or {@code _}. */
    public static void nullArray(ByteBuf out, Protocol protocol) {
        if (protocol == Protocol.RESP3) {
            nullValue(out, protocol);
        } else {
            header(out, '*', -1);
        }
    }

    /** Begins an array; {@code size} values follow. */
    public static void array(ByteBuf out, int size) {
        header(out, '*', size);
    }

    /** Begins a map; {@code size} pairs of values follow. */
    public static void map(ByteBuf out, Protocol protocol, int size) {
        if (protocol == Protocol.RESP3) {
            header(out, '%', size);
        } else {
            header(out, '*', 2L * size);
        }
    }

    /** Begins a set; {@code size} values follow. */
    public static void set(ByteBuf out, Protocol protocol, int size) {
        header(out, protocol == Protocol.RESP3 ? '~' : '*', size);
    }

    /** Begins a push message; {@code size} values follow. */
    public static void push(ByteBuf out, Protocol protocol, int size) {
        header(out, protocol == Protocol.RESP3 ? '>' : '*', size);
    }

    /** {@code #t}, or 1 and 0. */
    public static void bool(ByteBuf out, Protocol protocol, boolean value) {
        if (protocol == Protocol.RESP3) {
            out.writeByte('#');
            out.writeByte(value ? 't' : 'f');
            crlf(out);
        } else {
            integer(out, value ? 1 : 0);
        }
    }

    /** {@code ,1.5}, or the digits as a bulk string. */
    public static void decimal(ByteBuf out, Protocol protocol, double value) {
        String text = decimalText(value);
        if (protocol == Protocol.RESP3) {
            line(out, ',', text);
        } else {
            bulk(out, text);
        }
    }

    /** {@code (digits}, or the digits as a bulk string. */
    public static void bigNumber(ByteBuf out, Protocol protocol, String digits) {
        if (protocol == Protocol.RESP3) {
            line(out, '(', digits);
        } else {
            bulk(out, digits);
        }
    }

    /**
     * A verbatim string, or its text as a bulk string.
     *
     * @param format three ASCII letters, {@code txt} or {@code mkd}
     */
    public static void verbatim(ByteBuf out, Protocol protocol, String format, CharSequence text) {
        if (protocol == Protocol.RESP2) {
            bulk(out, text);
            return;
        }
        if (format.length() != 3) {
            throw new IllegalArgumentException("the format '" + format + "' is not of 3 letters");
        }
        header(out, '=', ByteBufUtil.utf8Bytes(text) + 4L);
        ByteBufUtil.writeAscii(out, format);
        out.writeByte(':');
        ByteBufUtil.writeUtf8(out, text);
        crlf(out);
    }

    /** A command: an array of bulk strings of UTF-8 text. */
    public static void command(ByteBuf out, List<String> arguments) {
        array(out, arguments.size());
        for (int i = 0; i < arguments.size(); i++) {
            bulk(out, arguments.get(i));
        }
    }

    /** A command: an array of bulk strings. */
    public static void commandOfBytes(ByteBuf out, List<byte[]> arguments) {
        array(out, arguments.size());
        arguments.forEach(argument -> bulk(out, argument));
    }

    /** Any value in the form in which it was read. */
    public static void value(ByteBuf out, RespValue value) {
        value.write(out);
    }

    static void header(ByteBuf out, char type, long number) {
        out.writeByte(type);
        number(out, number);
        crlf(out);
    }

    static void line(ByteBuf out, char type, String text) {
        out.writeByte(type);
        ByteBufUtil.writeUtf8(out, text);
        crlf(out);
    }

    static void crlf(ByteBuf out) {
        out.writeShort(CRLF);
    }

    /** A double as Redis writes it: no trailing {@code .0}, {@code inf}, {@code nan}. */
    static String decimalText(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String text = Double.toString(value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    private static void number(ByteBuf out, long value) {
        if (value == Long.MIN_VALUE) {
            out.writeBytes(LOWEST_LONG);
            return;
        }
        int length = digits(value);
        int start = out.writerIndex();
        out.ensureWritable(length);
        out.writerIndex(start + length);
        long rest = Math.abs(value);
        for (int i = start + length - 1; ; i--) {
            out.setByte(i, (int) ('0' + rest % 10));
            rest /= 10;
            if (rest == 0) {
                break;
            }
        }
        if (value < 0) {
            out.setByte(start, '-');
        }
    }

    /** The number of characters of a number, its sign included. */
    private static int digits(long value) {
        if (value == Long.MIN_VALUE) {
            return LOWEST_LONG.length;
        }
        int digits = value < 0 ? 2 : 1;
        for (long rest = Math.abs(value); rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private static void flattenLines(ByteBuf out, int start) {
        for (int i = start; i < out.writerIndex(); i++) {
            byte c = out.getByte(i);
            if (c == '\r' || c == '\n') {
                out.setByte(i, ' ');
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
