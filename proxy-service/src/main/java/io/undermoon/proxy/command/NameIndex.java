package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An index of commands by simple name: a hash table with open addressing, at most half full. A look-up takes the bytes
 * of an argument, ignores case and allocates nothing; the first eight bytes are read, folded and compared as one word.
 */
final class NameIndex {
    private static final long EVERY_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private final @Nullable Command[] commands;
    private final byte[][] names;
    private final long[] prefixes;
    private final int mask;
    private final int longest;

    NameIndex(List<Command> content) {
        int capacity = Integer.highestOneBit(Math.max(1, content.size())) * 4;
        commands = new Command[capacity];
        names = new byte[capacity][];
        prefixes = new long[capacity];
        mask = capacity - 1;
        int longestName = 0;
        for (Command command : content) {
            byte[] name = command.simpleName().getBytes(StandardCharsets.US_ASCII);
            longestName = Math.max(longestName, name.length);
            long prefix = 0;
            for (int i = 0; i < Math.min(Long.BYTES, name.length); i++) {
                prefix = prefix << Byte.SIZE | name[i];
            }
            int place = place(prefix);
            while (commands[place] != null) {
                place = place + 1 & mask;
            }
            commands[place] = command;
            names[place] = name;
            prefixes[place] = prefix;
        }
        longest = longestName;
    }

    @Nullable
    Command find(CommandFrame frame, int argument) {
        int length = frame.argumentLength(argument);
        return length > longest ? null : find(frame.buffer(), frame.argumentStart(argument), length);
    }

    private @Nullable Command find(ByteBuf buffer, int start, int length) {
        long prefix = toLowerCase(prefix(buffer, start, Math.min(Long.BYTES, length)));
        for (int place = place(prefix); ; place = place + 1 & mask) {
            Command command = commands[place];
            if (command == null || prefixes[place] == prefix && endMatches(names[place], buffer, start, length)) {
                return command;
            }
        }
    }

    /** Up to eight bytes as a number, the last byte in the lowest bits. */
    private static long prefix(ByteBuf buffer, int start, int length) {
        if (length > 0 && start + Long.BYTES <= buffer.capacity()) {
            return buffer.getLong(start) >>> Long.SIZE - length * Byte.SIZE;
        }
        long word = 0;
        for (int i = 0; i < length; i++) {
            word = word << Byte.SIZE | buffer.getByte(start + i) & 0xff;
        }
        return word;
    }

    /** Whether the name has this length, and its bytes after the eighth equal those in the buffer in lower case. */
    private static boolean endMatches(byte[] name, ByteBuf buffer, int start, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = Long.BYTES; i < length; i++) {
            int c = buffer.getByte(start + i);
            if (c >= 'A' && c <= 'Z') {
                c += 'a' - 'A';
            }
            if (c != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** Folds ASCII upper case to lower case in eight bytes; bit 7 of a sum shows whether a byte reaches a bound. */
    private static long toLowerCase(long word) {
        long low = word & ~HIGH_BITS;
        long fromA = low + (0x80 - 'A') * EVERY_BYTE;
        long afterZ = low + (0x7f - 'Z') * EVERY_BYTE;
        long isUpperCase = (fromA ^ afterZ) & ~word & HIGH_BITS;
        return word | isUpperCase >>> 2;
    }

    private int place(long prefix) {
        return (int) (prefix * SPREAD >>> Integer.SIZE) & mask;
    }
}
