package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * An incremental decoder of a client's commands: finds the next command in the input and describes it in a
 * {@link CommandFrame}, without copying it.
 *
 * <p>Arguments that were found are not scanned again when more input arrives. The input buffer stays the caller's, who
 * calls {@link #moved} after moving the unread bytes. One per connection, owned by its event loop.
 *
 * <pre>
 * *2\r\n $3\r\n GET\r\n $3\r\n foo\r\n
 * ^ header      ^ body        ^ bulk header
 * </pre>
 *
 * Empty commands ({@code *0}, {@code *-1}, an empty line) are skipped, as Redis does. A line that does not begin with
 * {@code *} is an inline command.
 */
public final class CommandDecoder {
    private static final int MAX_HEADER_LENGTH = 32;
    private static final int UNKNOWN = -1;
    private static final short CRLF = '\r' << 8 | '\n';

    private final CommandFrame frame = new CommandFrame(Unpooled.EMPTY_BUFFER);
    private final InlineCommand inline = new InlineCommand();
    private RequestLimits limits;

    /** The index of the input where decoding continues; meaningful within a command. */
    private int position;

    private int argumentsLeft;
    private int bulkLength = UNKNOWN;

    /** The result of {@link #readNumber}. */
    private int number;

    public CommandDecoder(RequestLimits limits) {
        this.limits = limits;
    }

    public void limits(RequestLimits limits) {
        this.limits = limits;
    }

    /** The command found by the last {@link #decode} that returned true. */
    public CommandFrame frame() {
        return frame;
    }

    /** Whether part of a command has been read. */
    public boolean isInsideCommand() {
        return argumentsLeft > 0;
    }

    /** The number of bytes that are missing before decoding can continue; 1 if unknown. */
    public int missingBytes(ByteBuf in) {
        return bulkLength == UNKNOWN ? 1 : Math.max(1, position + bulkLength + 2 - in.writerIndex());
    }

    /**
     * Finds the next command. The reader index is moved after the command on true; on false it stays at its start, and
     * more input is needed.
     *
     * @throws ProtocolException the input is not RESP or breaks a limit
     */
    public boolean decode(ByteBuf in) {
        int end = in.writerIndex();
        while (argumentsLeft == 0) {
            int start = in.readerIndex();
            if (start == end) {
                return false;
            }
            boolean isArray = in.getByte(start) == '*';
            if (isArray ? !decodeHeader(in, start, end) : !decodeLine(in)) {
                return false;
            }
            if (!isArray && inline.fill(frame)) {
                return true;
            }
        }
        return decodeArguments(in, end);
    }

    /** Adjusts the indexes after the unread bytes were moved by {@code delta}, in this buffer. */
    public void moved(ByteBuf in, int delta) {
        position += delta;
        if (isInsideCommand()) {
            frame.moved(in, delta);
        }
    }

    /** Releases the decoder's buffers; it must not be used again. */
    public void close() {
        inline.close();
    }

    private boolean decodeHeader(ByteBuf in, int start, int end) {
        int next = readNumber(in, start + 1, end, "invalid multibulk length", "too big mbulk count string");
        if (next < 0) {
            return false;
        }
        if (number > limits.maxArguments()) {
            throw new ProtocolException(
                    limits.equals(RequestLimits.UNAUTHENTICATED)
                            ? "unauthenticated multibulk length"
                            : "invalid multibulk length");
        }
        if (number <= 0) {
            in.readerIndex(next);
            return true;
        }
        argumentsLeft = number;
        bulkLength = UNKNOWN;
        position = next;
        frame.begin(in, start);
        return true;
    }

    private boolean decodeArguments(ByteBuf in, int end) {
        while (argumentsLeft > 0) {
            if (bulkLength == UNKNOWN && !decodeBulkHeader(in, end)) {
                return false;
            }
            if (end - position - 2 < bulkLength) {
                return false;
            }
            requireEndOfLine(in, position + bulkLength);
            frame.add(position, bulkLength);
            position += bulkLength + 2;
            bulkLength = UNKNOWN;
            argumentsLeft--;
        }
        frame.finish(position);
        in.readerIndex(position);
        return true;
    }

    private boolean decodeBulkHeader(ByteBuf in, int end) {
        if (position == end) {
            return false;
        }
        byte type = in.getByte(position);
        if (type != '$') {
            throw new ProtocolException("expected '$', got '" + printable(type) + "'");
        }
        int next = readNumber(in, position + 1, end, "invalid bulk length", "too big bulk count string");
        if (next < 0) {
            return false;
        }
        if (number < 0 || number > limits.maxBulkBytes()) {
            throw new ProtocolException(
                    limits.equals(RequestLimits.UNAUTHENTICATED)
                            ? "unauthenticated bulk length"
                            : "invalid bulk length");
        }
        bulkLength = number;
        position = next;
        return true;
    }

    /** Reads the line of an inline command, which may be empty; false when it is not complete. */
    private boolean decodeLine(ByteBuf in) {
        int afterLine = inline.read(in);
        if (afterLine >= 0) {
            in.readerIndex(afterLine);
        }
        return afterLine >= 0;
    }

    /**
     * Reads a decimal number and its CRLF into {@link #number}; returns the index after it, or -1 when bytes are
     * missing.
     */
    private int readNumber(ByteBuf in, int from, int end, String invalid, String tooLong) {
        if (end - from >= Long.BYTES) {
            long found = ShortNumber.at(in, from);
            if (found != ShortNumber.NONE) {
                number = ShortNumber.value(found);
                return from + ShortNumber.length(found);
            }
        }
        int index = from;
        boolean negative = false;
        if (index < end && in.getByte(index) == '-') {
            negative = true;
            index++;
        }
        long value = 0;
        int firstDigit = index;
        while (index < end) {
            int c = in.getByte(index);
            if (c >= '0' && c <= '9') {
                value = value * 10 + (c - '0');
                index++;
                if (value > Integer.MAX_VALUE) {
                    throw new ProtocolException(invalid);
                }
            } else if (c == '\r' && index > firstDigit) {
                if (index + 1 >= end) {
                    return -1;
                }
                boolean hasLeadingZero = in.getByte(firstDigit) == '0' && (negative || index > firstDigit + 1);
                if (hasLeadingZero) {
                    // Redis would close the connection, which other clients share.
                    throw new ProtocolException(invalid);
                }
                requireEndOfLine(in, index);
                number = (int) (negative ? -value : value);
                return index + 2;
            } else {
                throw new ProtocolException(invalid);
            }
        }
        if (end - from > MAX_HEADER_LENGTH) {
            throw new ProtocolException(tooLong);
        }
        return -1;
    }

    /** Redis skips the two bytes unseen; Valkey from 9.1 on closes the connection, which other clients share. */
    private static void requireEndOfLine(ByteBuf in, int index) {
        if (in.getShort(index) != CRLF) {
            throw new ProtocolException("invalid CRLF in request");
        }
    }

    private static String printable(byte b) {
        return b >= ' ' && b < 0x7f ? String.valueOf((char) b) : String.format("\\x%02x", b);
    }
}
