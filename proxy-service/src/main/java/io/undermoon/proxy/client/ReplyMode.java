package io.undermoon.proxy.client;

/** The mode of {@code CLIENT REPLY}. */
public enum ReplyMode {
    ON,
    OFF,
    /** The next command gets no reply. */
    SKIP_NEXT,
    /** The current command gets no reply. */
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
