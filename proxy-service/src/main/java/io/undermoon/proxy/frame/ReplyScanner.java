package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;

/**
 * Finds where a reply ends, RESP2 or RESP3, in input that arrives in any pieces.
 *
 * <p>Looks at each byte of a header once and at no byte of a bulk body; keeps a handful of numbers and no bytes, so a reply
 * of any size passes in constant memory. Nesting needs no stack: a reply is over when no value is owed any more; a value
 * pays one, an aggregate of n owes n, and an attribute owes the value that it belongs to besides its own. Values whose
 * length is not told in front, the streamed ones of RESP3, are refused: no Redis sends them. One per connection, owned by its
 * event loop.
 */
public final class ReplyScanner {
    private static final int TYPE = 0;
    private static final int LENGTH = 1;
    private static final int LINE = 2;
    private static final int BODY = 3;

    private static final long MAX_OWED = 1L << 40;

    private int state = TYPE;
    private byte type;
    private boolean atStart = true;
    private boolean negative;
    private long number;

    /** Values still to come before the reply is over. */
    private long owed = 1;

    /** Bytes of the bulk body still to come, CRLF included. */
    private long bodyLeft;

    /** Whether no byte of the next reply has been seen. */
    public boolean isBetweenReplies() {
        return atStart;
    }

    /**
     * Goes on from {@code from}.
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
                        if (number > MAX_OWED) {
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
            if (owed == 0) {
                owed = 1;
                atStart = true;
                return index;
            }
        }
        return -1;
    }

    /** Reads a length that is whole and short, as nearly all are; else leaves it to the bytewise way. */
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

    /** A byte of a length that is neither a digit nor of its end. */
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
        owed += elements;
        if (owed > MAX_OWED) {
            throw new ProtocolException("a reply has more than " + MAX_OWED + " elements");
        }
        endValue();
    }

    private void endValue() {
        owed--;
        state = TYPE;
    }
}
