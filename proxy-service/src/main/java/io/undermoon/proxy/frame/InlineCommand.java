package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A command typed as a line of words, as with telnet: words are separated by blanks, may stand in single or double
 * quotes, and double quotes know the escapes of Redis. It is rewritten as a RESP array, so that all else sees one form.
 *
 * <p>Owns the buffer of the rewritten command until the next one is read or it is closed.
 */
final class InlineCommand {
    private static final int MAX_LENGTH = 64 * 1024;

    private ByteBuf rewritten = Unpooled.EMPTY_BUFFER;
    private final List<byte[]> words = new ArrayList<>();

    /** Reads a line from the reader index on; returns the index after it, or -1 when its end is not there yet. */
    int read(ByteBuf in) {
        int start = in.readerIndex();
        int newline = in.indexOf(start, in.writerIndex(), (byte) '\n');
        if (newline < 0) {
            if (in.readableBytes() > MAX_LENGTH) {
                throw new ProtocolException("too big inline request");
            }
            return -1;
        }
        int end = newline > start && in.getByte(newline - 1) == '\r' ? newline - 1 : newline;
        byte[] line = new byte[end - start];
        in.getBytes(start, line);
        words.clear();
        split(line);
        return newline + 1;
    }

    /** Puts the words read into the frame; false when the line was empty. */
    boolean fill(CommandFrame frame) {
        if (words.isEmpty()) {
            return false;
        }
        rewritten.release();
        rewritten = Unpooled.buffer();
        frame.begin(rewritten, 0);
        rewritten.writeCharSequence("*" + words.size() + "\r\n", StandardCharsets.US_ASCII);
        for (byte[] word : words) {
            rewritten.writeCharSequence("$" + word.length + "\r\n", StandardCharsets.US_ASCII);
            frame.add(rewritten.writerIndex(), word.length);
            rewritten.writeBytes(word).writeByte('\r').writeByte('\n');
        }
        frame.finish(rewritten.writerIndex());
        return true;
    }

    void close() {
        rewritten.release();
        rewritten = Unpooled.EMPTY_BUFFER;
    }

    private void split(byte[] line) {
        int i = 0;
        while (i < line.length) {
            if (isBlank(line[i])) {
                i++;
                continue;
            }
            ByteArrayOutputStream word = new ByteArrayOutputStream();
            while (i < line.length && !isBlank(line[i])) {
                byte c = line[i++];
                if (c == '"' || c == '\'') {
                    i = quoted(line, i, c, word);
                } else {
                    word.write(c);
                }
            }
            words.add(word.toByteArray());
        }
    }

    /** Reads up to the closing quote, which a blank or the end of the line must follow; returns the index after it. */
    private static int quoted(byte[] line, int from, byte quote, ByteArrayOutputStream word) {
        int i = from;
        while (i < line.length) {
            byte c = line[i++];
            if (c == quote) {
                if (i < line.length && !isBlank(line[i])) {
                    break;
                }
                return i;
            }
            if (c == '\\' && i < line.length && (quote == '"' || line[i] == '\'')) {
                i = escaped(line, i, quote, word);
            } else {
                word.write(c);
            }
        }
        throw new ProtocolException("unbalanced quotes in request");
    }

    private static int escaped(byte[] line, int at, byte quote, ByteArrayOutputStream word) {
        byte c = line[at];
        if (quote == '"' && c == 'x' && at + 2 < line.length) {
            int high = Character.digit(line[at + 1], 16);
            int low = Character.digit(line[at + 2], 16);
            if (high >= 0 && low >= 0) {
                word.write(high << 4 | low);
                return at + 3;
            }
        }
        word.write(
                quote == '\''
                        ? c
                        : switch (c) {
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            case 'b' -> '\b';
                            case 'a' -> 7;
                            default -> c;
                        });
        return at + 1;
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == 11;
    }
}
