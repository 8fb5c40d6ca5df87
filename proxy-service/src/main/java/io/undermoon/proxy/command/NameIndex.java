package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commands by their simple names, found from the bytes of an argument in any case without an allocation: a hash table with open
 * addressing, at most half full.
 */
final class NameIndex {
    private static final int FOLD_CASE = 0xdf;

    private final @Nullable Command[] commands;
    private final byte[][] names;
    private final int mask;
    private final int longest;

    NameIndex(List<Command> content) {
        int capacity = Integer.highestOneBit(Math.max(1, content.size())) * 4;
        commands = new Command[capacity];
        names = new byte[capacity][];
        mask = capacity - 1;
        int longestName = 0;
        for (Command command : content) {
            byte[] name = command.simpleName().getBytes(StandardCharsets.US_ASCII);
            longestName = Math.max(longestName, name.length);
            int hash = 0;
            for (byte b : name) {
                hash = hash * 31 + (b & FOLD_CASE);
            }
            int place = spread(hash) & mask;
            while (commands[place] != null) {
                place = place + 1 & mask;
            }
            commands[place] = command;
            names[place] = name;
        }
        longest = longestName;
    }

    @Nullable
    Command find(CommandFrame frame, int argument) {
        int length = frame.argumentLength(argument);
        return length > longest ? null : find(frame.buffer(), frame.argumentStart(argument), length);
    }

    private @Nullable Command find(ByteBuf buffer, int start, int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + (buffer.getByte(start + i) & FOLD_CASE);
        }
        for (int place = spread(hash) & mask; ; place = place + 1 & mask) {
            Command command = commands[place];
            if (command == null || matches(names[place], buffer, start, length)) {
                return command;
            }
        }
    }

    /** Whether the bytes are the name, which is in lower case. */
    private static boolean matches(byte[] name, ByteBuf buffer, int start, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
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

    private static int spread(int hash) {
        return hash ^ hash >>> 16 ^ hash >>> 8;
    }
}
