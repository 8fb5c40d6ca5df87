package io.undermoon.broker.data;

import io.undermoon.broker.data.KeyValue.Element;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How values of each type are asked for and shown: their first elements, each with its first bytes. */
enum ValueView {
    STRING("STRLEN", "GETRANGE", "0", Integer.toString(ValueView.STRING_BYTES - 1)),
    LIST("LLEN", "LRANGE", "0", Integer.toString(ValueView.ELEMENTS - 1)),
    SET("SCARD", "SSCAN", "0", "COUNT", Integer.toString(ValueView.ELEMENTS)),
    HASH("HLEN", "HSCAN", "0", "COUNT", Integer.toString(ValueView.ELEMENTS)),
    ZSET("ZCARD", "ZRANGE", "0", Integer.toString(ValueView.ELEMENTS - 1), "WITHSCORES"),
    STREAM("XLEN", "XRANGE", "-", "+", "COUNT", Integer.toString(ValueView.ELEMENTS));

    /** How many elements are shown. */
    static final int ELEMENTS = 100;
    /** How much of a string is shown. */
    static final int STRING_BYTES = 16 << 10;
    /** How much of an element is shown. */
    static final int ELEMENT_BYTES = 1 << 10;

    private static final String MORE = "…";

    private final String lengthCommand;
    private final String command;
    private final String[] arguments;

    ValueView(String lengthCommand, String command, String... arguments) {
        this.lengthCommand = lengthCommand;
        this.command = command;
        this.arguments = arguments;
    }

    /** Null for types of modules, whose commands are not known here. */
    static @Nullable ValueView of(String type) {
        for (ValueView view : values()) {
            if (view.name().equalsIgnoreCase(type)) {
                return view;
            }
        }
        return null;
    }

    List<byte[]> lengthCommand(byte[] key) {
        return Replies.command(lengthCommand, key);
    }

    List<byte[]> command(byte[] key) {
        return Replies.command(command, key, arguments);
    }

    /** What is shown of a value. */
    record Shown(List<Element> elements, boolean isTruncated) {}

    /** @param length null if it is not known */
    Shown shown(RespValue reply, @Nullable Long length) {
        Cutter cutter = new Cutter();
        List<Element> all = elements(reply, cutter);
        List<Element> first = all.subList(0, Math.min(ELEMENTS, all.size()));
        boolean isWhole = this == STRING
                ? length == null || length <= STRING_BYTES
                : length == null ? all.size() <= ELEMENTS : length <= first.size();
        return new Shown(first, cutter.hasCut || !isWhole);
    }

    private List<Element> elements(RespValue reply, Cutter cutter) {
        List<RespValue> items = reply instanceof RespValue.Array array ? array.items() : List.of();
        return switch (this) {
            case STRING -> List.of(new Element(null, cutter.text(reply, STRING_BYTES)));
            case LIST -> indexed(items, cutter);
            case SET -> single(scanned(items), cutter);
            case HASH -> pairs(scanned(items), cutter);
            case ZSET -> pairs(items, cutter);
            case STREAM -> entries(items, cutter);
        };
    }

    /** Of a reply to a scan, without its cursor. */
    private static List<RespValue> scanned(List<RespValue> reply) {
        return reply.size() == 2 && reply.get(1) instanceof RespValue.Array found ? found.items() : List.of();
    }

    private static List<Element> indexed(List<RespValue> items, Cutter cutter) {
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            elements.add(new Element(Integer.toString(i), cutter.text(items.get(i), ELEMENT_BYTES)));
        }
        return elements;
    }

    private static List<Element> single(List<RespValue> items, Cutter cutter) {
        return items.stream()
                .map(item -> new Element(null, cutter.text(item, ELEMENT_BYTES)))
                .toList();
    }

    private static List<Element> pairs(List<RespValue> items, Cutter cutter) {
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            elements.add(new Element(
                    cutter.text(items.get(i), ELEMENT_BYTES), cutter.text(items.get(i + 1), ELEMENT_BYTES)));
        }
        return elements;
    }

    private static List<Element> entries(List<RespValue> items, Cutter cutter) {
        List<Element> elements = new ArrayList<>();
        for (RespValue item : items) {
            if (item instanceof RespValue.Array entry
                    && entry.items().size() == 2
                    && entry.items().get(1) instanceof RespValue.Array fields) {
                List<String> texts = fields.items().stream()
                        .map(field -> cutter.text(field, ELEMENT_BYTES))
                        .toList();
                elements.add(new Element(cutter.text(entry.items().get(0), ELEMENT_BYTES), String.join(" ", texts)));
            }
        }
        return elements;
    }

    /** Makes texts of at most so many bytes, and remembers whether it has left any out. */
    private static final class Cutter {
        private boolean hasCut;

        String text(RespValue value, int maxBytes) {
            byte[] bytes = Replies.bytes(value);
            if (bytes.length <= maxBytes) {
                return EscapedText.of(bytes);
            }
            hasCut = true;
            byte[] first = new byte[maxBytes];
            System.arraycopy(bytes, 0, first, 0, maxBytes);
            return EscapedText.of(first) + MORE;
        }
    }
}
