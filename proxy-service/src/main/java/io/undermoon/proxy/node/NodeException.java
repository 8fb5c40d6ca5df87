package io.undermoon.proxy.node;

import io.undermoon.proxy.backend.BackendFailure;
import java.util.concurrent.CompletionException;

/**
 * A command of the proxy's own has failed at a node. The message names the node and the command where the node
 * answered.
 */
public final class NodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private enum Kind {
        ERROR_REPLY,
        NO_REPLY,
        INVALID_REPLY
    }

    private final Kind kind;
    private final String text;

    private NodeException(Kind kind, String message, String text) {
        super(message, null, false, false);
        this.kind = kind;
        this.text = text;
    }

    /**
     * The node answered with an error.
     *
     * @param question the node and the command, for the message
     */
    static NodeException errorReply(String question, String text) {
        return new NodeException(Kind.ERROR_REPLY, "answer of " + question + ": " + text, text);
    }

    /** The node could not be reached, or the connection was lost before the reply came. */
    static NodeException noReply(BackendFailure failure) {
        return new NodeException(Kind.NO_REPLY, failure.message(), failure.message());
    }

    /** The reply breaks the protocol or a limit. */
    static NodeException invalidReply(String question, String text) {
        return new NodeException(Kind.INVALID_REPLY, "answer of " + question + ": " + text, text);
    }

    /** The reply is a value of another type than the command has. */
    public static NodeException unexpectedReply(String text) {
        return new NodeException(Kind.INVALID_REPLY, text, text);
    }

    /** The cause of a failed stage. */
    public static NodeException of(Throwable problem) {
        Throwable cause = problem;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof NodeException known) {
            return known;
        }
        return unexpectedReply(cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    /** Why a stage failed, for an operator. */
    public static String reason(Throwable problem) {
        return String.valueOf(of(problem).getMessage());
    }

    /** Whether the node answered with an error, in {@link #text}; otherwise there is no reply or an invalid one. */
    public boolean isErrorReply() {
        return kind == Kind.ERROR_REPLY;
    }

    /** What went wrong: the text of the error reply, or the reason why there is no usable reply. */
    public String text() {
        return text;
    }

    /** The text as an error reply for a client, with an error code in front. */
    public String errorText() {
        return kind == Kind.INVALID_REPLY ? "ERR " + text : text;
    }
}
