package io.undermoon.broker.data;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line into the arguments of a command, as {@code redis-cli} does: words are separated by blanks; within
 * {@code "…"} there are {@code \n}, {@code \r}, {@code \t}, {@code \b}, {@code \a}, {@code \xHH} and {@code \} before
 * any other character; within {@code '…'} only {@code \'}.
 */
final class CommandWords {
    private final byte[] line;
    private final ByteArrayOutputStream word = new ByteArrayOutputStream();
    private int at;

    private CommandWords(String line) {
        this.line = line.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws UndermoonException if a quotation does not end, or goes on after its end */
    static List<byte[]> of(String line) {
        CommandWords words = new CommandWords(line);
        List<byte[]> all = new ArrayList<>();
        for (words.skipBlanks(); words.at < words.line.length; words.skipBlanks()) {
            all.add(words.next());
        }
        return all;
    }

    private void skipBlanks() {
        while (at < line.length && isBlank(line[at])) {
            at++;
        }
    }

    private byte[] next() {
        word.reset();
        while (at < line.length && !isBlank(line[at])) {
            switch (line[at]) {
                case '"' -> doubleQuoted();
                case '\'' -> singleQuoted();
                default -> word.write(line[at++]);
            }
        }
        return word.toByteArray();
    }

    private void doubleQuoted() {
        at++;
        while (current('"') != '"') {
            if (line[at] == '\\' && at + 1 < line.length) {
                escaped();
            } else {
                word.write(line[at++]);
            }
        }
        end();
    }

    private void escaped() {
        boolean isHex = line[at + 1] == 'x'
                && at + 3 < line.length
                && Character.digit(line[at + 2], 16) >= 0
                && Character.digit(line[at + 3], 16) >= 0;
        if (isHex) {
            word.write(Character.digit(line[at + 2], 16) << 4 | Character.digit(line[at + 3], 16));
            at += 4;
            return;
        }
        word.write(
                switch (line[at + 1]) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'b' -> '\b';
                    case 'a' -> 7;
                    default -> line[at + 1];
                });
        at += 2;
    }

    private void singleQuoted() {
        at++;
        while (current('\'') != '\'') {
            if (line[at] == '\\' && at + 1 < line.length && line[at + 1] == '\'') {
                at++;
            }
            word.write(line[at++]);
        }
        end();
    }

    private byte current(char quote) {
        if (at >= line.length) {
            throw refused("a " + quote + " is not closed");
        }
        return line[at];
    }

    private void end() {
        at++;
        if (at < line.length && !isBlank(line[at])) {
            throw refused("after a closing quote a blank is expected, not '" + (char) line[at] + "'");
        }
    }

    private static boolean isBlank(byte one) {
        return one == ' ' || one >= 9 && one <= 13 || one == 0;
    }

    private static UndermoonException refused(String why) {
        return new UndermoonException(ErrorCode.COMMAND_NOT_TAKEN, "the line is no command: " + why);
    }
}
