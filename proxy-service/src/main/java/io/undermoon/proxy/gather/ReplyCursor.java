package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.frame.ReplyScanner;

/** Walks through the values of a whole reply where they stand. Leaves the buffer's indices alone. */
final class ReplyCursor {
    private final ByteBuf in;
    private final ReplyScanner scanner = new ReplyScanner();
    private int index;
    private int stringStart;
    private int stringLength;

    ReplyCursor(ByteBuf in) {
        this.in = in;
        this.index = in.readerIndex();
    }

    /** A cursor at the same place that goes its own way. */
    ReplyCursor fork() {
        ReplyCursor fork = new ReplyCursor(in);
        fork.index = index;
        return fork;
    }

    ByteBuf buffer() {
        return in;
    }

    /** Where the next value begins. */
    int index() {
        return index;
    }

    /** Whether the next value is an error. */
    boolean isError() {
        return in.getByte(index) == '-';
    }

    /** Enters an array: its size. */
    int array() {
        long size = header('*');
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw new ProtocolException("an array of " + size);
        }
        return (int) size;
    }

    /** Passes an integer. */
    long integer() {
        return header(':');
    }

    /** Passes a bulk string; false when it is null, in either protocol. */
    boolean string() {
        if (index < in.writerIndex() && in.getByte(index) == '_') {
            skip();
            return false;
        }
        long length = header('$');
        if (length < 0) {
            return false;
        }
        stringStart = index;
        stringLength = (int) length;
        index += stringLength + 2;
        return true;
    }

    /** Where the content of the string passed last begins. */
    int stringStart() {
        return stringStart;
    }

    int stringLength() {
        return stringLength;
    }

    /** Passes a value of any type. */
    void skip() {
        index = scanner.scan(in, index, in.writerIndex());
        if (index < 0) {
            throw new ProtocolException("a value that does not end");
        }
    }

    /** The content of the string passed last as a number without sign. */
    long unsigned() {
        return Decimal.parseUnsigned(in, stringStart, stringLength);
    }

    private long header(char type) {
        if (index >= in.writerIndex() || in.getByte(index) != type) {
            throw new ProtocolException("expected '" + type + "'");
        }
        index++;
        boolean negative = in.getByte(index) == '-';
        if (negative) {
            index++;
        }
        long number = 0;
        for (byte c = in.getByte(index++); c != '\r'; c = in.getByte(index++)) {
            number = number * 10 + (c - '0');
        }
        index++;
        return negative ? -number : number;
    }
}
