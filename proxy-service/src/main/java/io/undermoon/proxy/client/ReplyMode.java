package io.undermoon.proxy.client;

/** Whether a client gets the replies to its commands: {@code CLIENT REPLY}. */
public enum ReplyMode {
    ON,
    OFF,
    /** The command after the present one has no reply. */
    SKIP_NEXT,
    /** The present command has no reply. */
    SKIP;

    boolean isSilent() {
        return this == OFF || this == SKIP;
    }

    /** The mode of the next command. */
    ReplyMode next() {
        return switch (this) {
            case ON, SKIP -> ON;
            case OFF -> OFF;
            case SKIP_NEXT -> SKIP;
        };
    }
}
