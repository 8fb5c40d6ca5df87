package io.undermoon.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.undermoon.json.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A call that a broker refused or that no broker answered. A refusal carries the HTTP status, the broker's error code
 * and its text: <code>{"error":"CODE","message":"…"}</code> from this project's broker, without a message from the
 * original's, and plain text from the original's HTTP framework.
 */
public final class BrokerHttpException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_TEXT = 200;

    private final int status;
    private final String code;
    private final String text;

    private BrokerHttpException(String message, @Nullable Throwable cause, int status, String code, String text) {
        super(message, cause);
        this.status = status;
        this.code = code;
        this.text = text;
    }

    /** A reply with a status that the caller does not expect. */
    static BrokerHttpException refusal(HttpReply reply) {
        JsonNode error = errorOf(reply);
        String code = error.path("error").asText("");
        String text = error.path("message").asText(shortened(reply.text()));
        return new BrokerHttpException(
                reply.request() + ": broker " + reply.address() + " answers " + reply.status() + " " + describe(reply),
                null,
                reply.status(),
                code,
                text);
    }

    /** A reply of status 200 whose body is of no use. */
    static BrokerHttpException unreadable(HttpReply reply, String problem) {
        return new BrokerHttpException(
                reply.request() + ": cannot read the answer of broker " + reply.address() + ": " + problem,
                null,
                reply.status(),
                "",
                shortened(reply.text()));
    }

    /**
     * No broker gave an answer with a status below 500.
     *
     * @param last why the last of them failed; its status, code and text are taken over where it answered at all
     */
    static BrokerHttpException noAnswer(String message, IOException last) {
        return last instanceof BrokerHttpException refusal
                ? new BrokerHttpException(message, last, refusal.status, refusal.code, refusal.text)
                : new BrokerHttpException(message, last, 0, "", "");
    }

    /** {@code CODE: message}, {@code CODE}, or the start of the body. */
    public static String describe(HttpReply reply) {
        JsonNode error = errorOf(reply);
        if (!error.path("error").isTextual()) {
            return shortened(reply.text());
        }
        String code = error.path("error").textValue();
        return error.path("message").isTextual()
                ? code + ": " + error.path("message").textValue()
                : code;
    }

    /** The HTTP status, 0 if no broker answered. */
    public int status() {
        return status;
    }

    /** The broker's error code, such as {@code CLUSTER_NOT_FOUND}; empty where there is none. */
    public String code() {
        return code;
    }

    /** The broker's message, else the start of the body. */
    public String text() {
        return text;
    }

    private static JsonNode errorOf(HttpReply reply) {
        try {
            return Json.mapper().readTree(reply.body());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static String shortened(String body) {
        String text = body.strip();
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
    }
}
