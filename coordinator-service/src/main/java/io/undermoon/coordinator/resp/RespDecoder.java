package io.undermoon.coordinator.resp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into {@link RespValue}s, one at a time and only when whole; until then the bytes wait and are read again from
 * their start. That costs more the longer a value is, hence the limit; control messages are short.
 *
 * <p>After a violation of the protocol or of the limits it throws once and swallows whatever follows: the connection is to be
 * closed.
 */
public final class RespDecoder extends ByteToMessageDecoder {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_LINE_BYTES = 64 * 1024;

    private final int maxBytes;
    private final boolean inlineCommands;
    private boolean broken;

    private RespDecoder(int maxBytes, boolean inlineCommands) {
        this.maxBytes = maxBytes;
        this.inlineCommands = inlineCommands;
    }

    /** For the end that gets answers. */
    public static RespDecoder ofReplies(int maxBytes) {
        return new RespDecoder(maxBytes, false);
    }

    /** For the end that gets commands: arrays, or plain lines of words as one types them. */
    public static RespDecoder ofCommands(int maxBytes) {
        return new RespDecoder(maxBytes, true);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int start = in.readerIndex();
        try {
            RespValue value = inlineCommands && in.getByte(start) != '*' ? readInline(in) : read(in, 0);
            if (value != null) {
                out.add(value);
                return;
            }
        } catch (TooLongFrameException | CorruptedFrameException e) {
            broken = true;
            throw e;
        }
        in.readerIndex(start);
        if (in.readableBytes() > maxBytes) {
            broken = true;
            throw new TooLongFrameException("a value of more than " + maxBytes + " bytes");
        }
    }

    /** The next value, or null if it is not there in full; then the reader index is anywhere. */
    private @Nullable RespValue read(ByteBuf in, int depth) {
        if (depth > MAX_DEPTH) {
            throw new CorruptedFrameException("more than " + MAX_DEPTH + " nested arrays");
        }
        if (!in.isReadable()) {
            return null;
        }
        byte type = in.readByte();
        String line = readLine(in);
        if (line == null) {
            return null;
        }
        return switch (type) {
            case '+' -> new RespValue.Simple(line);
            case '-' -> new RespValue.Failure(line);
            case ':' -> new RespValue.Int(number(line));
            case '$' -> readBulk(in, size(line));
            case '*' -> readArray(in, size(line), depth);
            default -> throw new CorruptedFrameException("unexpected type byte " + type);
        };
    }

    private static @Nullable RespValue readBulk(ByteBuf in, int length) {
        if (length < 0) {
            return new RespValue.Nil();
        }
        if (in.readableBytes() < length + 2) {
            return null;
        }
        String text = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
        if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw new CorruptedFrameException("a string of " + length + " bytes does not end there");
        }
        return new RespValue.Bulk(text);
    }

    private @Nullable RespValue readArray(ByteBuf in, int count, int depth) {
        if (count < 0) {
            return new RespValue.Nil();
        }
        List<RespValue> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RespValue element = read(in, depth + 1);
            if (element == null) {
                return null;
            }
            elements.add(element);
        }
        return new RespValue.Array(elements);
    }

    private static @Nullable RespValue readInline(ByteBuf in) {
        String line = readLine(in);
        if (line == null) {
            return null;
        }
        String words = line.strip();
        return RespValue.command(words.isEmpty() ? List.of() : List.of(words.split("\\s+", -1)));
    }

    /** The text up to the end of the line, which may be a bare line feed; null if there is none yet. */
    private static @Nullable String readLine(ByteBuf in) {
        int length = in.bytesBefore((byte) '\n');
        if (length > MAX_LINE_BYTES || length < 0 && in.readableBytes() > MAX_LINE_BYTES) {
            throw new TooLongFrameException("a line of more than " + MAX_LINE_BYTES + " bytes");
        }
        if (length < 0) {
            return null;
        }
        String line = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
        in.skipBytes(1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    /** A length or count; the bytes it promises cannot be more than a value may have. */
    private int size(String line) {
        long size = number(line);
        if (size < -1) {
            throw new CorruptedFrameException("length " + size);
        }
        if (size > maxBytes) {
            throw new TooLongFrameException("length " + size + " exceeds " + maxBytes);
        }
        return (int) size;
    }

    private static long number(String line) {
        try {
            return Long.parseLong(line);
        } catch (NumberFormatException e) {
            throw new CorruptedFrameException("'" + line + "' is not a number", e);
        }
    }
}
