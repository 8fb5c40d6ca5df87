package io.undermoon.proxy.topology;

/** What became of a metadata message. */
public enum ApplyResult {
    APPLIED,
    /** The proxy knows something newer or the same already; nothing changed. */
    OLD_EPOCH,
    /** The message names nodes that are not behind this proxy; nothing changed. */
    NOT_MY_META
}
