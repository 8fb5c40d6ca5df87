package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;

/**
 * An incremental scanner that finds the end of each RESP2 or RESP3 reply.
 *
 * <p>It reads each byte of a header once and skips bulk bodies; it keeps a few numbers and no bytes, so replies of any
 * size need constant memory. Nesting needs no stack, only the count of values that are still missing: a value subtracts
 * one, an aggregate of n adds n, and an attribute adds the value that follows it to its own. The streamed types of
 * RESP3 are refused, since Redis never sends them. One per connection, owned by its event loop.
 */
public final class ReplyScanner {
    private static final int TYPE = 0;
    private static final int LENGTH = 1;
    private static final int LINE = 2;
    private static final int BODY = 3;

    private static final long MAX_MISSING = 1L << 40;

    private int state = TYPE;
    private byte type;
    private boolean atStart = true;
    private boolean negative;
    private long number;

    /** The number of values before the reply is complete. */
    private long missing = 1;

    /** The number of bytes before the bulk body is complete, CRLF included. */
    private long bodyLeft;

    /** Whether no byte of the next reply was scanned. */
    public boolean isBetweenReplies() {
        return atStart;
    }

    /**
     * Continues the scan.
     *
     * @return the index after the end of the reply, or -1 when all bytes up to {@code to} belong to it and more follow
     * @throws ProtocolException the input is not RESP
     */
    public int scan(ByteBuf in, int from, int to) {
        int index = from;
        while (index < to) {
            switch (state) {
                case TYPE -> {
                    type = in.getByte(index++);
                    begin();
                    if (state == LENGTH && to - index >= Long.BYTES) {
                        index = readShortLength(in, index);
                    }
                }
                case LENGTH -> {
                    int c = in.getByte(index++);
                    if (c >= '0' && c <= '9') {
                        number = number * 10 + (c - '0');
                        if (number > MAX_MISSING) {
                            throw new ProtocolException("length " + number + " in a reply is out of range");
                        }
                    } else if (c == '\n') {
                        endLength();
                    } else if (c != '\r') {
                        sign(c);
                    }
                }
                case LINE -> {
                    int newline = in.indexOf(index, to, (byte) '\n');
                    if (newline < 0) {
                        return -1;
                    }
                    index = newline + 1;
                    endValue();
                }
                default -> {
                    long available = (long) to - index;
                    if (available < bodyLeft) {
                        bodyLeft -= available;
                        return -1;
                    }
                    index += (int) bodyLeft;
                    endValue();
                }
            }
            if (missing == 0) {
                missing = 1;
                atStart = true;
                return index;
            }
        }
        return -1;
    }

    /** Reads a complete, short length at once, as nearly all are; leaves any other to the scan by bytes. */
    private int readShortLength(ByteBuf in, int index) {
        long found = ShortNumber.at(in, index);
        if (found == ShortNumber.NONE) {
            return index;
        }
        number = ShortNumber.value(found);
        endLength();
        return index + ShortNumber.length(found);
    }

    private void begin() {
        atStart = false;
        switch (type) {
            case '+', '-', ':', '_', ',', '#', '(' -> state = LINE;
            case '$', '*', '%', '~', '>', '=', '!', '|' -> {
                state = LENGTH;
                number = 0;
                negative = false;
            }
            case ';', '.' -> throw streamed();
            default -> throw new ProtocolException("unexpected type byte " + type + " in a reply");
        }
    }

    /** Handles a byte of a length that is neither a digit nor CR or LF. */
    private void sign(int c) {
        if (c == '?') {
            throw streamed();
        }
        boolean mayBeNull = type == '$' || type == '*';
        if (c != '-' || !mayBeNull || negative || number > 0) {
            throw new ProtocolException("unexpected byte " + c + " in a length of a reply");
        }
        negative = true;
    }

    private ProtocolException streamed() {
        return new ProtocolException("streamed values of RESP3 are not supported (type byte " + type + ")");
    }

    private void endLength() {
        switch (type) {
            case '$', '=', '!' -> {
                if (negative) {
                    endValue();
                } else {
                    bodyLeft = number + 2;
                    state = BODY;
                }
            }
            case '%' -> endAggregate(2 * number);
            case '|' -> endAggregate(2 * number + 1);
            default -> endAggregate(negative ? 0 : number);
        }
    }

    private void endAggregate(long elements) {
        missing += elements;
        if (missing > MAX_MISSING) {
            throw new ProtocolException("a reply has more than " + MAX_MISSING + " elements");
        }
        endValue();
    }

    private void endValue() {
        missing--;
        state = TYPE;
    }
}
