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
        String text = error.path("message").asText(code.isEmpty() ? start(reply) : "");
        return new BrokerHttpException(
                reply.request() + ": broker " + reply.address() + " answers " + reply.status() + " "
                        + reason(code, text),
                null,
                reply.status(),
                code,
                text);
    }

    /** A reply of status 200 whose body cannot be used. */
    static BrokerHttpException unreadable(HttpReply reply, String problem) {
        return new BrokerHttpException(
                reply.request() + ": cannot read the answer of broker " + reply.address() + ": " + problem,
                null,
                reply.status(),
                "",
                start(reply));
    }

    /**
     * No broker gave an answer with a status below 500.
     *
     * @param last the failure of the last broker; its status, code and text are taken over if it answered at all
     */
    static BrokerHttpException noAnswer(String message, IOException last) {
        return last instanceof BrokerHttpException refusal
                ? new BrokerHttpException(message, last, refusal.status, refusal.code, refusal.text)
                : new BrokerHttpException(message, last, 0, "", "");
    }

    /** The HTTP status, 0 if no broker answered. */
    public int status() {
        return status;
    }

    /** The broker's error code, such as {@code CLUSTER_NOT_FOUND}; empty if there is none. */
    public String code() {
        return code;
    }

    /** The broker's message, or the start of a body without an error code; may be empty. */
    public String text() {
        return text;
    }

    /** {@code CODE: text}, or the one of the two that is there. */
    public String reason() {
        return reason(code, text);
    }

    private static String reason(String code, String text) {
        return code.isEmpty() || text.isEmpty() ? code + text : code + ": " + text;
    }

    private static JsonNode errorOf(HttpReply reply) {
        try {
            return Json.mapper().readTree(reply.body());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static String start(HttpReply reply) {
        String text = reply.text().strip();
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
    }
}
