package io.undermoon.rediscli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line into the arguments of a command with the quoting of redis-cli: {@code "..."} with the escapes {@code \n
 * \r \t \a \b \xHH}, and {@code '...'} in which only {@code \'} is an escape.
 */
public final class CommandWords {
    private final byte[] line;
    private int position;

    private CommandWords(String line) {
        this.line = line.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if a quote is not closed or is followed by another character than a space */
    public static List<byte[]> split(String line) {
        return new CommandWords(line).words();
    }

    private List<byte[]> words() {
        List<byte[]> words = new ArrayList<>();
        skipSpaces();
        while (position < line.length) {
            words.add(word());
            skipSpaces();
        }
        return words;
    }

    private byte[] word() {
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        while (position < line.length && !isSpace(line[position])) {
            byte b = line[position++];
            if (b == '"') {
                doubleQuoted(word);
            } else if (b == '\'') {
                singleQuoted(word);
            } else {
                word.write(b);
            }
        }
        return word.toByteArray();
    }

    private void doubleQuoted(ByteArrayOutputStream word) {
        while (position < line.length) {
            byte b = line[position++];
            if (b == '"') {
                endOfQuote();
                return;
            }
            word.write(b == '\\' && position < line.length ? escaped() : b);
        }
        throw new IllegalArgumentException("a \" is not closed");
    }

    private int escaped() {
        byte b = line[position++];
        if (b == 'x' && position + 2 <= line.length) {
            int high = Character.digit(line[position], 16);
            int low = Character.digit(line[position + 1], 16);
            if (high >= 0 && low >= 0) {
                position += 2;
                return high << 4 | low;
            }
        }
        return switch (b) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'a' -> 0x07;
            case 'b' -> '\b';
            default -> b;
        };
    }

    private void singleQuoted(ByteArrayOutputStream word) {
        while (position < line.length) {
            byte b = line[position++];
            if (b == '\'') {
                endOfQuote();
                return;
            }
            if (b == '\\' && position < line.length && line[position] == '\'') {
                b = line[position++];
            }
            word.write(b);
        }
        throw new IllegalArgumentException("a ' is not closed");
    }

    private void endOfQuote() {
        if (position < line.length && !isSpace(line[position])) {
            throw new IllegalArgumentException("a closing quote is not followed by a space");
        }
    }

    private void skipSpaces() {
        while (position < line.length && isSpace(line[position])) {
            position++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }
}
