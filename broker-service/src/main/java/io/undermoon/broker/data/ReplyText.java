package io.undermoon.broker.data;

import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** A reply as {@code redis-cli} shows it, up to a number of characters. */
final class ReplyText {
    static final int MAX_CHARACTERS = 64 << 10;

    /** Commands whose replies are texts for people. */
    private static final Set<String> TEXTS = Set.of(
            "INFO",
            "LOLWUT",
            "CLUSTER|INFO",
            "CLUSTER|NODES",
            "CLIENT|INFO",
            "CLIENT|LIST",
            "LATENCY|DOCTOR",
            "LATENCY|GRAPH",
            "MEMORY|DOCTOR",
            "MEMORY|MALLOC-STATS");

    private final StringBuilder text = new StringBuilder();

    private ReplyText() {}

    /**
     * @param text what is shown
     * @param isTruncated whether something is missing at its end
     */
    record Shown(String text, boolean isTruncated) {}

    /** @param command the name of what is answered */
    static Shown of(RespValue reply, String command) {
        ReplyText shown = new ReplyText();
        if (reply instanceof RespValue.Bulk bulk && TEXTS.contains(command)) {
            shown.text.append(new String(bulk.bytes(), StandardCharsets.UTF_8).stripTrailing());
        } else {
            shown.add(reply, "");
        }
        boolean isTruncated = shown.text.length() > MAX_CHARACTERS;
        if (isTruncated) {
            shown.text.setLength(MAX_CHARACTERS);
        }
        return new Shown(shown.text.toString(), isTruncated);
    }

    private boolean isFull() {
        return text.length() > MAX_CHARACTERS;
    }

    /** @param indent of the lines after the first one */
    private void add(RespValue reply, String indent) {
        if (reply instanceof RespValue.Array array) {
            add(array.items(), indent);
        } else if (reply instanceof RespValue.Bulk bulk) {
            quote(bulk.bytes());
        } else if (reply instanceof RespValue.Simple simple) {
            text.append(simple.text());
        } else if (reply instanceof RespValue.Int number) {
            text.append("(integer) ").append(number.value());
        } else if (reply instanceof RespValue.Failure failure) {
            text.append("(error) ").append(failure.text());
        } else if (reply instanceof RespValue.Null) {
            text.append("(nil)");
        } else {
            // A proxy answers in RESP2 unless it is asked for RESP3.
            text.append("(a reply that is not of RESP2)");
        }
    }

    private void add(List<RespValue> items, String indent) {
        if (items.isEmpty()) {
            text.append("(empty array)");
            return;
        }
        int width = Integer.toString(items.size()).length();
        String deeper = indent + " ".repeat(width + 2);
        for (int i = 0; i < items.size() && !isFull(); i++) {
            String number = Integer.toString(i + 1);
            text.append(i == 0 ? "" : "\n" + indent)
                    .append(" ".repeat(width - number.length()))
                    .append(number)
                    .append(") ");
            add(items.get(i), deeper);
        }
    }

    private void quote(byte[] bytes) {
        text.append('"');
        for (int i = 0; i < bytes.length && !isFull(); i++) {
            byte one = bytes[i];
            switch (one) {
                case '"', '\\' -> text.append('\\').append((char) one);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case 7 -> text.append("\\a");
                default -> {
                    if (one >= ' ' && one < 0x7f) {
                        text.append((char) one);
                    } else {
                        EscapedText.hex(one, text);
                    }
                }
            }
        }
        text.append('"');
    }
}
