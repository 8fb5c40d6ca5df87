package io.undermoon.dev.cli.data;

import io.undermoon.resp.RespValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Replies as redis-cli prints them: with types and quotes for people, or raw for programs. */
final class ReplyText {
    private ReplyText() {}

    /** For people: {@code (integer) 1}, {@code "text"}, numbered elements. Ends with a line feed. */
    static String formatted(RespValue reply) {
        return formatted(reply, "");
    }

    private static String formatted(RespValue reply, String indent) {
        if (reply instanceof RespValue.Simple simple) {
            return simple.text() + "\n";
        } else if (reply instanceof RespValue.Failure failure) {
            return "(error) " + failure.text() + "\n";
        } else if (reply instanceof RespValue.BulkFailure failure) {
            return "(error) " + failure.text() + "\n";
        } else if (reply instanceof RespValue.Int number) {
            return "(integer) " + number.value() + "\n";
        } else if (reply instanceof RespValue.Bulk bulk) {
            return quoted(bulk.bytes()) + "\n";
        } else if (reply instanceof RespValue.Null) {
            return "(nil)\n";
        } else if (reply instanceof RespValue.Bool bool) {
            return bool.value() ? "(true)\n" : "(false)\n";
        } else if (reply instanceof RespValue.Decimal decimal) {
            return "(double) " + decimal.value() + "\n";
        } else if (reply instanceof RespValue.BigNumber number) {
            return "(big number) " + number.digits() + "\n";
        } else if (reply instanceof RespValue.Verbatim verbatim) {
            return verbatim.text() + "\n";
        } else if (reply instanceof RespValue.Attributed attributed) {
            return formatted(attributed.value(), indent);
        } else if (reply instanceof RespValue.Dictionary dictionary) {
            return entries(dictionary.entries(), indent);
        }
        return items(children(reply), reply instanceof RespValue.Set ? "~ " : ") ", indent);
    }

    private static String items(List<RespValue> items, String mark, String indent) {
        if (items.isEmpty()) {
            return mark.equals("~ ") ? "(empty set)\n" : "(empty array)\n";
        }
        StringBuilder text = new StringBuilder();
        int width = String.valueOf(items.size()).length();
        String inner = indent + " ".repeat(width + mark.length());
        for (int i = 0; i < items.size(); i++) {
            text.append(i == 0 ? "" : indent)
                    .append(number(i, width))
                    .append(mark)
                    .append(formatted(items.get(i), inner));
        }
        return text.toString();
    }

    private static String entries(List<Map.Entry<RespValue, RespValue>> entries, String indent) {
        if (entries.isEmpty()) {
            return "(empty hash)\n";
        }
        StringBuilder text = new StringBuilder();
        int width = String.valueOf(entries.size()).length();
        String inner = indent + " ".repeat(width + 2);
        for (int i = 0; i < entries.size(); i++) {
            text.append(i == 0 ? "" : indent)
                    .append(number(i, width))
                    .append("# ")
                    .append(formatted(entries.get(i).getKey(), inner).stripTrailing())
                    .append(" => ")
                    .append(formatted(entries.get(i).getValue(), inner));
        }
        return text.toString();
    }

    private static String number(int index, int width) {
        return ("%" + width + "d").formatted(index + 1);
    }

    /** For programs: texts as they are, elements on lines of their own. Ends with a line feed. */
    static byte[] raw(RespValue reply) {
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

    private static String quoted(byte[] bytes) {
        StringBuilder text = new StringBuilder("\"");
        for (byte b : bytes) {
            switch (b) {
                case '\\', '"' -> text.append('\\').append((char) b);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case 0x07 -> text.append("\\a");
                case '\b' -> text.append("\\b");
                default -> text.append(b >= ' ' && b < 0x7f ? String.valueOf((char) b) : "\\x%02x".formatted(b));
            }
        }
        return text.append('"').toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
