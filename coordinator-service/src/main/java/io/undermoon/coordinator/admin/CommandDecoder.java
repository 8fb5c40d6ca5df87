package io.undermoon.coordinator.admin;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespProtocolException;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes bytes into {@link Command}s: arrays of strings, or lines of words as a person types them. On any other input,
 * or more than {@value #MAX_COMMAND_BYTES} bytes of one command, it throws once, with the text for the client, and
 * discards the rest.
 */
final class CommandDecoder extends ByteToMessageDecoder {
    static final int MAX_COMMAND_BYTES = 16 * 1024;

    private final RespReader reader =
            new RespReader(new RespLimits(MAX_COMMAND_BYTES, MAX_COMMAND_BYTES, 1, MAX_COMMAND_BYTES));
    private boolean broken;

    /**
     * A command of a client.
     *
     * @param words UTF-8, with U+FFFD for bytes that are not; none for a blank line
     */
    record Command(List<String> words) {
        Command {
            words = List.copyOf(words);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            Command command = in.getByte(in.readerIndex()) == '*' ? readArray(in) : readLine(in);
            if (command != null) {
                out.add(command);
            } else if (in.readableBytes() > MAX_COMMAND_BYTES) {
                throw new TooLongFrameException("Protocol error: more than " + MAX_COMMAND_BYTES + " bytes");
            }
        } catch (TooLongFrameException | CorruptedFrameException e) {
            broken = true;
            throw e;
        }
    }

    private @Nullable Command readArray(ByteBuf in) {
        RespValue value = read(in);
        if (value == null) {
            return null;
        }
        if (value instanceof RespValue.Array array) {
            return new Command(array.items().stream().map(CommandDecoder::word).toList());
        }
        throw notStrings();
    }

    private @Nullable RespValue read(ByteBuf in) {
        try {
            return reader.read(in);
        } catch (RespProtocolException e) {
            throw new CorruptedFrameException(e.getMessage(), e);
        }
    }

    private static String word(RespValue item) {
        if (item instanceof RespValue.Bulk bulk) {
            return bulk.text();
        }
        throw notStrings();
    }

    private static CorruptedFrameException notStrings() {
        return new CorruptedFrameException("Protocol error: a command is an array of strings");
    }

    /** The words of a line, which may end in a bare line feed; null if the line is not complete. */
    private static @Nullable Command readLine(ByteBuf in) {
        int length = in.bytesBefore((byte) '\n');
        if (length < 0) {
            return null;
        }
        String line =
                in.readCharSequence(length, StandardCharsets.UTF_8).toString().strip();
        in.skipBytes(1);
        return new Command(line.isEmpty() ? List.of() : List.of(line.split("\\s+", -1)));
    }
}
