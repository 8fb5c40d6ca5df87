package io.undermoon.broker.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Bytes as text that can be read and given back: what is printable UTF-8 stands for itself, a backslash is doubled,
 * and other bytes are {@code \n}, {@code \r}, {@code \t} or {@code \xHH}. Characters that have a text look other than
 * it is, such as those that change the direction, are no printable ones.
 */
public final class EscapedText {
    private static final HexFormat HEX = HexFormat.of();

    private EscapedText() {}

    /** The text of all bytes. */
    public static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer decoded = CharBuffer.allocate(2);
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(bytes.length - at, lengthOf(bytes[at]));
            decoded.clear();
            decoder.reset();
            boolean isText = length > 0
                    && !decoder.decode(ByteBuffer.wrap(bytes, at, length), decoded, true)
                            .isError();
            decoded.flip();
            if (isText && decoded.hasRemaining() && isPrintable(Character.codePointAt(decoded, 0))) {
                text.append(decoded.charAt(0) == '\\' ? "\\\\" : decoded);
                at += length;
            } else {
                escape(bytes[at++], text);
            }
        }
        return text.toString();
    }

    /** The bytes that a text stands for. A backslash that begins none of the sequences above stands for itself. */
    public static byte[] parse(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < utf8.length) {
            at += utf8[at] == '\\' ? unescape(utf8, at, bytes) : plain(utf8[at], bytes);
        }
        return bytes.toByteArray();
    }

    private static int plain(byte one, ByteArrayOutputStream bytes) {
        bytes.write(one);
        return 1;
    }

    /** Returns how many bytes of the text were read. */
    private static int unescape(byte[] text, int at, ByteArrayOutputStream bytes) {
        int next = at + 1 < text.length ? text[at + 1] : 0;
        int hex = next == 'x' && at + 3 < text.length
                ? Character.digit(text[at + 2], 16) << 4 | Character.digit(text[at + 3], 16)
                : -1;
        int value = switch (next) {
            case '\\' -> '\\';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'x' -> hex;
            default -> -1;
        };
        if (value < 0) {
            return plain(text[at], bytes);
        }
        bytes.write(value);
        return next == 'x' ? 4 : 2;
    }

    /** The length of a character by its first byte; 0 if none begins with it. */
    private static int lengthOf(byte first) {
        int value = first & 0xff;
        return value < 0x80 ? 1 : value < 0xc2 ? 0 : value < 0xe0 ? 2 : value < 0xf0 ? 3 : value < 0xf5 ? 4 : 0;
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static void escape(byte one, StringBuilder text) {
        switch (one) {
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            default -> text.append("\\x").append(HEX.toHexDigits(one));
        }
    }
}
