package io.undermoon.proxy.topology;

/** Who has slots that move to or from this proxy, as far as this proxy knows and dares to act on it. */
public enum SlotOwnership {
    /** The node behind this proxy: it serves them. */
    LOCAL,
    /** The other side of the migration: clients are sent there. */
    REMOTE,
    /** It is being handed over or found out: commands wait. */
    HELD,
    /** It could not be found out in time: commands are refused until it is. */
    REFUSED
}
