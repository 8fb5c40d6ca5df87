package io.undermoon.rediscli;

import io.undermoon.resp.RespValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Replies as redis-cli prints them: with types and quotes for people, or raw for programs. */
public final class ReplyText {
    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder text = new StringBuilder();
    private final int enough;

    private ReplyText(int enough) {
        this.enough = enough;
    }

    /** For people: {@code (integer) 1}, {@code "text"}, numbered elements. Ends with a line feed. */
    public static String formatted(RespValue reply) {
        return formatted(reply, Integer.MAX_VALUE);
    }

    /**
     * The same, or its beginning.
     *
     * @param enough after how many characters nothing that follows is formatted any more
     */
    public static String formatted(RespValue reply, int enough) {
        ReplyText formatted = new ReplyText(enough);
        formatted.add(reply, "");
        return formatted.text.toString();
    }

    private boolean isEnough() {
        return text.length() >= enough;
    }

    /** @param indent of the lines after the first one */
    private void add(RespValue reply, String indent) {
        if (reply instanceof RespValue.Simple simple) {
            line(simple.text());
        } else if (reply instanceof RespValue.Failure failure) {
            line("(error) " + failure.text());
        } else if (reply instanceof RespValue.BulkFailure failure) {
            line("(error) " + failure.text());
        } else if (reply instanceof RespValue.Int number) {
            line("(integer) " + number.value());
        } else if (reply instanceof RespValue.Bulk bulk) {
            quote(bulk.bytes());
            line("");
        } else if (reply instanceof RespValue.Null) {
            line("(nil)");
        } else if (reply instanceof RespValue.Bool bool) {
            line(bool.value() ? "(true)" : "(false)");
        } else if (reply instanceof RespValue.Decimal decimal) {
            line("(double) " + decimal.value());
        } else if (reply instanceof RespValue.BigNumber number) {
            line("(big number) " + number.digits());
        } else if (reply instanceof RespValue.Verbatim verbatim) {
            line(verbatim.text());
        } else if (reply instanceof RespValue.Attributed attributed) {
            add(attributed.value(), indent);
        } else if (reply instanceof RespValue.Dictionary dictionary) {
            addEntries(dictionary.entries(), indent);
        } else {
            addItems(children(reply), reply instanceof RespValue.Set ? "~ " : ") ", indent);
        }
    }

    private void line(String end) {
        text.append(end).append('\n');
    }

    private void addItems(List<RespValue> items, String mark, String indent) {
        if (items.isEmpty()) {
            line(mark.equals("~ ") ? "(empty set)" : "(empty array)");
        }
        int width = String.valueOf(items.size()).length();
        String inner = indent + " ".repeat(width + mark.length());
        for (int i = 0; i < items.size() && !isEnough(); i++) {
            number(i, width, indent);
            text.append(mark);
            add(items.get(i), inner);
        }
    }

    private void addEntries(List<Map.Entry<RespValue, RespValue>> entries, String indent) {
        if (entries.isEmpty()) {
            line("(empty hash)");
        }
        int width = String.valueOf(entries.size()).length();
        String inner = indent + " ".repeat(width + 2);
        for (int i = 0; i < entries.size() && !isEnough(); i++) {
            number(i, width, indent);
            text.append("# ");
            add(entries.get(i).getKey(), inner);
            text.setLength(text.length() - 1);
            text.append(" => ");
            add(entries.get(i).getValue(), inner);
        }
    }

    private void number(int index, int width, String indent) {
        String number = String.valueOf(index + 1);
        text.append(index == 0 ? "" : indent)
                .append(" ".repeat(width - number.length()))
                .append(number);
    }

    private void quote(byte[] bytes) {
        text.append('"');
        for (int i = 0; i < bytes.length && !isEnough(); i++) {
            byte b = bytes[i];
            switch (b) {
                case '\\', '"' -> text.append('\\').append((char) b);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case 0x07 -> text.append("\\a");
                case '\b' -> text.append("\\b");
                default -> {
                    if (b >= ' ' && b < 0x7f) {
                        text.append((char) b);
                    } else {
                        text.append("\\x").append(HEX.toHexDigits(b));
                    }
                }
            }
        }
        text.append('"');
    }

    /** For programs: texts as they are, elements on lines of their own. Ends with a line feed. */
    public static byte[] raw(RespValue reply) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writeRaw(reply, out);
        out.write('\n');
        return out.toByteArray();
    }

    private static void writeRaw(RespValue reply, ByteArrayOutputStream out) {
        if (reply instanceof RespValue.Bulk bulk) {
            out.writeBytes(bulk.bytes());
        } else if (reply instanceof RespValue.Simple simple) {
            out.writeBytes(utf8(simple.text()));
        } else if (reply instanceof RespValue.Failure failure) {
            out.writeBytes(utf8(failure.text()));
        } else if (reply instanceof RespValue.BulkFailure failure) {
            out.writeBytes(utf8(failure.text()));
        } else if (reply instanceof RespValue.Int number) {
            out.writeBytes(utf8(String.valueOf(number.value())));
        } else if (reply instanceof RespValue.Bool bool) {
            out.writeBytes(utf8(bool.value() ? "(true)" : "(false)"));
        } else if (reply instanceof RespValue.Decimal decimal) {
            out.writeBytes(utf8(String.valueOf(decimal.value())));
        } else if (reply instanceof RespValue.BigNumber number) {
            out.writeBytes(utf8(number.digits()));
        } else if (reply instanceof RespValue.Verbatim verbatim) {
            out.writeBytes(utf8(verbatim.text()));
        } else if (reply instanceof RespValue.Attributed attributed) {
            writeRaw(attributed.value(), out);
        } else {
            List<RespValue> items = children(reply);
            for (int i = 0; i < items.size(); i++) {
                if (i > 0) {
                    out.write('\n');
                }
                writeRaw(items.get(i), out);
            }
        }
    }

    /** The elements of a collection, keys and values of a dictionary alternating; none of a null. */
    private static List<RespValue> children(RespValue reply) {
        if (reply instanceof RespValue.Array array) {
            return array.items();
        } else if (reply instanceof RespValue.Set set) {
            return set.items();
        } else if (reply instanceof RespValue.Push push) {
            return push.items();
        } else if (reply instanceof RespValue.Dictionary dictionary) {
            List<RespValue> all = new ArrayList<>();
            dictionary.entries().forEach(entry -> all.addAll(List.of(entry.getKey(), entry.getValue())));
            return all;
        }
        return List.of();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
