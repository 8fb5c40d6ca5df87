package io.undermoon.proxy.topology;

/** Who owns slots that move from or to a node behind this proxy, and how the proxy routes commands for them. */
public enum SlotOwnership {
    /** The node behind this proxy owns the slots and serves them. */
    LOCAL,
    /** Like {@link #LOCAL}, but commands that may write are held for the moment, so that a copy catches up. */
    SLOWED,
    /** Like {@link #LOCAL}, but no client may begin to watch keys: the slots are about to be switched. */
    SETTLING,
    /** The other side of the migration owns the slots; clients are redirected there. */
    REMOTE,
    /** The slots are being switched, or the owner is being found out; commands are held. */
    HELD,
    /** The owner could not be found out in time; commands are refused until it is known. */
    REFUSED
}
