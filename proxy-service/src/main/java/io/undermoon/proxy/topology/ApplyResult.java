package io.undermoon.proxy.topology;

/** The outcome of applying a metadata message. */
public enum ApplyResult {
    APPLIED,
    /** The proxy has metadata of the same or a newer epoch; nothing was changed. */
    OLD_EPOCH,
    /** The message names nodes that are not behind this proxy; nothing was changed. */
    NOT_MY_META,
    /** The message is of another installation than the proxy or its nodes; nothing was changed. */
    OTHER_INSTALLATION,
    /** The proxy has other metadata than what the message changes; nothing was changed. */
    UNKNOWN_BASE
}
