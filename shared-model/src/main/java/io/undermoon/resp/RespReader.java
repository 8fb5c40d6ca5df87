package io.undermoon.resp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An incremental reader of RESP2 and RESP3 values from a growing buffer. For one connection and one thread. While a
 * value is incomplete, the reader remembers a lower bound of the bytes it needs, so that it does not parse again for
 * each packet of a large value.
 *
 * <p>For control connections only, because it allocates objects. The buffer is not released.
 */
public final class RespReader {
    private static final int SHORTEST_VALUE = 3;
    private static final int ROOM_AHEAD = 64;

    private final RespLimits limits;
    private int awaitedBytes;

    /** The state of one attempt: start and current position, elements read, elements announced but not yet read. */
    private int start;

    private int position;
    private int end;
    private int elements;
    private long outstanding;

    public RespReader(RespLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads and consumes the next value; null, with nothing consumed, while it is incomplete.
     *
     * @param in starts at the position where the previous call ended
     * @throws RespProtocolException if the bytes violate the protocol or the limits; the connection must be closed
     */
    public @Nullable RespValue read(ByteBuf in) {
        if (in.readableBytes() < Math.max(awaitedBytes, SHORTEST_VALUE)) {
            return null;
        }
        start = in.readerIndex();
        position = start;
        end = in.writerIndex();
        elements = 0;
        outstanding = 0;
        RespValue value = next(in, 0);
        if (value != null) {
            in.readerIndex(position);
            awaitedBytes = 0;
        }
        return value;
    }

    private @Nullable RespValue next(ByteBuf in, int depth) {
        int lineEnd = lineEnd(in);
        if (lineEnd < 0) {
            return null;
        }
        char type = (char) (in.getByte(position) & 0xff);
        int from = position + 1;
        position = lineEnd + 2;
        return switch (type) {
            case '+' -> new RespValue.Simple(text(in, from, lineEnd));
            case '-' -> new RespValue.Failure(text(in, from, lineEnd));
            case ':' -> new RespValue.Int(integer(in, from, lineEnd, "integer"));
            case ',' -> new RespValue.Decimal(decimal(text(in, from, lineEnd)));
            case '(' -> new RespValue.BigNumber(bigNumber(text(in, from, lineEnd)));
            case '#' -> new RespValue.Bool(bool(text(in, from, lineEnd)));
            case '_' -> nothing(from, lineEnd);
            case '$', '!', '=' -> blob(in, type, from, lineEnd);
            case '*', '~', '>' -> aggregate(in, type, from, lineEnd, depth);
            case '%', '|' -> dictionary(in, type, from, lineEnd, depth);
            default -> throw new RespProtocolException("unknown type " + printable(type));
        };
    }

    /** The index of the CR of the current line, or -1 while the line is incomplete. */
    private int lineEnd(ByteBuf in) {
        int searched = (int) Math.min(end, (long) position + limits.maxLineBytes() + SHORTEST_VALUE);
        int newline = in.indexOf(position, searched, (byte) '\n');
        if (newline < 0) {
            if (end - position >= limits.maxLineBytes() + SHORTEST_VALUE) {
                throw new RespProtocolException("too big line");
            }
            await(position, SHORTEST_VALUE);
            return -1;
        }
        if (newline - position < 2 || in.getByte(newline - 1) != '\r') {
            throw new RespProtocolException("expected CRLF at the end of the line");
        }
        return newline - 1;
    }

    private @Nullable RespValue blob(ByteBuf in, char type, int from, int lineEnd) {
        long length = integer(in, from, lineEnd, "bulk length");
        if (length == -1 && type == '$') {
            return RespValue.Null.BULK;
        }
        if (length < 0 || length > limits.maxBulkBytes()) {
            throw new RespProtocolException("invalid bulk length");
        }
        int bytes = (int) length;
        if (end - position < bytes + 2L) {
            await(position, bytes + 2L);
            return null;
        }
        if (in.getByte(position + bytes) != '\r' || in.getByte(position + bytes + 1) != '\n') {
            throw new RespProtocolException("expected CRLF after a bulk string");
        }
        int content = position;
        position += bytes + 2;
        return switch (type) {
            case '!' -> new RespValue.BulkFailure(text(in, content, content + bytes));
            case '=' -> verbatim(in, content, bytes);
            default -> {
                byte[] copy = new byte[bytes];
                in.getBytes(content, copy);
                yield new RespValue.Bulk(copy);
            }
        };
    }

    private @Nullable RespValue aggregate(ByteBuf in, char type, int from, int lineEnd, int depth) {
        long size = integer(in, from, lineEnd, "multibulk length");
        if (size == -1 && type == '*') {
            return RespValue.Null.ARRAY;
        }
        List<RespValue> items = items(in, size, depth);
        if (items == null) {
            return null;
        }
        return switch (type) {
            case '~' -> new RespValue.Set(items);
            case '>' -> new RespValue.Push(items);
            default -> new RespValue.Array(items);
        };
    }

    private @Nullable RespValue dictionary(ByteBuf in, char type, int from, int lineEnd, int depth) {
        long size = integer(in, from, lineEnd, "multibulk length");
        long values = size < 0 || size > limits.maxElements() ? -1 : 2 * size;
        boolean attributes = type == '|';
        List<RespValue> items = items(in, attributes && values >= 0 ? values + 1 : values, depth);
        if (items == null) {
            return null;
        }
        List<Map.Entry<RespValue, RespValue>> entries = new ArrayList<>((int) size);
        for (int i = 0; i < values; i += 2) {
            entries.add(Map.entry(items.get(i), items.get(i + 1)));
        }
        return attributes
                ? new RespValue.Attributed(entries, items.get(items.size() - 1))
                : new RespValue.Dictionary(entries);
    }

    private @Nullable List<RespValue> items(ByteBuf in, long size, int depth) {
        if (size < 0 || size > limits.maxElements() - elements) {
            throw new RespProtocolException("invalid multibulk length");
        }
        if (depth >= limits.maxDepth()) {
            throw new RespProtocolException("nested deeper than " + limits.maxDepth());
        }
        elements += (int) size;
        outstanding += size;
        List<RespValue> items = new ArrayList<>((int) Math.min(size, ROOM_AHEAD));
        for (int i = 0; i < size; i++) {
            outstanding--;
            RespValue item = next(in, depth + 1);
            if (item == null) {
                return null;
            }
            items.add(item);
        }
        return items;
    }

    /**
     * Stores the lower bound: the bytes needed from a position, and the shortest value for each outstanding element.
     */
    private void await(int from, long bytes) {
        awaitedBytes = (int) Math.min(Integer.MAX_VALUE, from - start + bytes + outstanding * SHORTEST_VALUE);
    }

    private static RespValue nothing(int from, int lineEnd) {
        if (from != lineEnd) {
            throw new RespProtocolException("invalid null");
        }
        return RespValue.Null.RESP3;
    }

    private static RespValue verbatim(ByteBuf in, int start, int length) {
        if (length < 4 || in.getByte(start + 3) != ':') {
            throw new RespProtocolException("invalid verbatim string");
        }
        return new RespValue.Verbatim(text(in, start, start + 3), text(in, start + 4, start + length));
    }

    private static long integer(ByteBuf in, int from, int to, String what) {
        try {
            return Long.parseLong(text(in, from, to));
        } catch (NumberFormatException e) {
            throw new RespProtocolException("invalid " + what);
        }
    }

    private static double decimal(String text) {
        return switch (text) {
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> finite(text);
        };
    }

    private static double finite(String text) {
        // Java's parser accepts more than the protocol: hexadecimal, "NaN", a suffix, spaces.
        for (int i = 0; i < text.length(); i++) {
            if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
                throw new RespProtocolException("invalid double");
            }
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new RespProtocolException("invalid double");
        }
    }

    private static String bigNumber(String text) {
        int first = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        for (int i = first; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                throw new RespProtocolException("invalid big number");
            }
        }
        if (text.length() == first) {
            throw new RespProtocolException("invalid big number");
        }
        return text;
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "t" -> true;
            case "f" -> false;
            default -> throw new RespProtocolException("invalid boolean");
        };
    }

    private static String text(ByteBuf in, int from, int to) {
        return in.toString(from, to - from, StandardCharsets.UTF_8);
    }

    private static String printable(char type) {
        return type > ' ' && type < 0x7f ? "'" + type + "'" : "byte " + (int) type;
    }
}
