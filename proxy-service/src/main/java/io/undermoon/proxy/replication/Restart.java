package io.undermoon.proxy.replication;

import java.util.Locale;

/** What the keeper of a master knows about a restart of the node. */
public enum Restart {
    /** The node serves in the run in which it was cleared. */
    NONE,

    /** The node is in a new run; whether a replica has newer data is being asked. */
    CHECKING,

    /** A replica has all that the former run acknowledged, and has to take over; the node is not served. */
    OUTDATED,

    /**
     * As {@link #OUTDATED}, but how much the present replica has cannot be told: the proxy did not see the former run,
     * or the node has another replica since.
     */
    UNSEEN,

    /** The node has restarted and is served although no replica is known to have newer data: it may lack writes. */
    ACCEPTED;

    /** The word in replies. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the node may not be served now. */
    public boolean isWithheld() {
        return this == CHECKING || waitsForReplica();
    }

    /** Whether the replica is to take over. */
    public boolean waitsForReplica() {
        return this == OUTDATED || this == UNSEEN;
    }
}
