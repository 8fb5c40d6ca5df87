package io.undermoon.broker.data;

import io.undermoon.rediscli.ReplyText;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** A reply as {@code redis-cli} shows it, up to a number of characters. */
final class ShownReply {
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

    private ShownReply() {}

    /**
     * @param text what is shown
     * @param isTruncated whether something is missing at its end
     */
    record Shown(String text, boolean isTruncated) {}

    /** @param command the name of what is answered */
    static Shown of(RespValue reply, String command) {
        String text = reply instanceof RespValue.Bulk bulk && TEXTS.contains(command)
                ? new String(bulk.bytes(), StandardCharsets.UTF_8)
                : ReplyText.formatted(reply, MAX_CHARACTERS + 1);
        text = text.stripTrailing();
        boolean isTruncated = text.length() > MAX_CHARACTERS;
        return new Shown(isTruncated ? text.substring(0, MAX_CHARACTERS) : text, isTruncated);
    }
}
