package io.undermoon.coordinator.broker;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What the broker says when it refuses: {@code {"error":"CODE"}}, or a line of text from the original's HTTP framework. */
final class BrokerErrors {
    private static final int MAX_TEXT = 200;

    private BrokerErrors() {}

    static String codeOf(BrokerHttp.Reply reply) {
        try {
            JsonNode error = Json.mapper().readTree(reply.body()).path("error");
            if (error.isTextual()) {
                return error.textValue();
            }
        } catch (IOException e) {
            // Not JSON: the text itself is the best there is.
        }
        String text = new String(reply.body(), StandardCharsets.UTF_8).strip();
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
    }

    static BrokerException refusal(String request, BrokerHttp.Reply reply) {
        return new BrokerException(
                request + ": broker " + reply.broker() + " answers " + reply.status() + " " + codeOf(reply));
    }
}
