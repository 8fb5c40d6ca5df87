package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.Epoch;

/**
 * A change of the metadata that was made.
 *
 * @param time in Unix seconds
 * @param who the account or address that asked for it, {@code broker} for the broker itself
 * @param what the request
 */
public record AuditEntry(long time, String who, String what, Epoch epochBefore, Epoch epochAfter) {
    /** The longest text of a member; the log has room for a bounded number of entries. */
    private static final int MAX_TEXT = 200;

    public AuditEntry {
        who = shortened(requireNonNull(who, "who"));
        what = shortened(requireNonNull(what, "what"));
        requireNonNull(epochBefore, "epoch_before");
        requireNonNull(epochAfter, "epoch_after");
    }

    private static String shortened(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }
}
