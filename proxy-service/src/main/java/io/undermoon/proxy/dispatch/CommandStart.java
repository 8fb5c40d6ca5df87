package io.undermoon.proxy.dispatch;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.session.Place;
import java.nio.charset.StandardCharsets;

/**
 * Tells by the first bytes of a command where it belongs, long before a large one is whole. {@code UMCTL} is of those
 * who operate the cluster, {@code AUTH} may be. A {@code PING} says nothing if another command follows at once:
 * coordinators begin with one.
 */
final class CommandStart {
    private static final byte[] UMCTL = bytes("UMCTL");
    private static final byte[] AUTH = bytes("AUTH");
    private static final byte[] PING = bytes("*1\r\n$4\r\nPING\r\n");

    /** More digits than any number of arguments has. */
    private static final int MAX_DIGITS = 10;

    private CommandStart() {}

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Where the command belongs that the readable bytes begin with. */
    static Place of(ByteBuf in) {
        int from = in.readerIndex();
        int end = in.writerIndex();
        if (from < end && in.getByte(from) != '*') {
            return ofName(in, from, end, ' ');
        }
        if (startsWith(in, from, end, PING)) {
            from += PING.length;
            if (from >= end) {
                return from == end ? Place.CLIENTS : Place.UNKNOWN;
            }
        }
        int name = afterNumber(in, afterNumber(in, from, end, '*'), end, '$');
        if (name < 0) {
            return Place.CLIENTS;
        }
        return name >= end ? Place.UNKNOWN : ofName(in, name, end, '\r');
    }

    private static Place ofName(ByteBuf in, int from, int end, char delimiter) {
        if (isName(in, from, end, UMCTL, delimiter)) {
            return from + UMCTL.length < end ? Place.CONTROL : Place.UNKNOWN;
        }
        if (isName(in, from, end, AUTH, delimiter)) {
            return from + AUTH.length < end ? Place.ANY : Place.UNKNOWN;
        }
        return Place.CLIENTS;
    }

    /** Whether the name is this one, as far as it has arrived. */
    private static boolean isName(ByteBuf in, int from, int end, byte[] name, char delimiter) {
        int delimited = from + name.length;
        return startsWith(in, from, end, name) && (delimited >= end || in.getByte(delimited) == delimiter);
    }

    private static boolean startsWith(ByteBuf in, int from, int end, byte[] upperCase) {
        int length = Math.min(upperCase.length, end - from);
        for (int i = 0; i < length; i++) {
            int present = in.getByte(from + i);
            if (present != upperCase[i] && (!isLetter(upperCase[i]) || present != upperCase[i] + ('a' - 'A'))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(byte character) {
        return character >= 'A' && character <= 'Z';
    }

    /**
     * The position behind a number with its prefix and its end of line; that of the end or beyond if it has not
     * arrived, negative if there is something else.
     */
    private static int afterNumber(ByteBuf in, int from, int end, char prefix) {
        if (from < 0 || from >= end) {
            return from;
        }
        if (in.getByte(from) != prefix) {
            return -1;
        }
        int i = from + 1;
        while (i < end && in.getByte(i) >= '0' && in.getByte(i) <= '9') {
            i++;
        }
        boolean isNumber = i - from <= MAX_DIGITS && (i == end || i > from + 1 && in.getByte(i) == '\r');
        return isNumber ? i + 2 : -1;
    }
}
