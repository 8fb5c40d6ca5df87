package io.undermoon.coordinator.broker;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What the broker says when it refuses: {@code {"error":"CODE"}}, with a message from ours, or a line of text from the original's HTTP framework. */
final class BrokerErrors {
    private static final int MAX_TEXT = 200;

    private BrokerErrors() {}

    static String textOf(BrokerHttp.Reply reply) {
        try {
            JsonNode body = Json.mapper().readTree(reply.body());
            if (body.path("error").isTextual()) {
                String code = body.path("error").textValue();
                return body.path("message").isTextual()
                        ? code + ": " + body.path("message").textValue()
                        : code;
            }
        } catch (IOException e) {
            // Not JSON: the text itself is the best there is.
        }
        String text = new String(reply.body(), StandardCharsets.UTF_8).strip();
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
    }

    static BrokerException refusal(String request, BrokerHttp.Reply reply) {
        return new BrokerException(
                request + ": broker " + reply.broker() + " answers " + reply.status() + " " + textOf(reply));
    }
}
