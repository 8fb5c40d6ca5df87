package io.undermoon.dev.imports.source;

import io.undermoon.metadata.HostPort;
import java.util.List;

/** Takes what one master sends. All methods are called by the thread of the link, in the order of the stream. */
public interface Follower {
    /** A full copy begins; what was known of the master is void until the snapshot has been read. */
    void snapshot(HostPort master, Spool spool);

    /**
     * The stream has come to a position.
     *
     * @param keys that have changed since the last one, or may have
     */
    void changed(HostPort master, List<byte[]> keys, Position position);

    /** All keys were removed, or exchanged with others. */
    void everythingChanged(HostPort master, String command);

    /** Libraries of functions were loaded or removed. */
    void functionsChanged(HostPort master);

    /** The connection was lost, and comes back by itself. */
    void lost(HostPort master, String reason);

    /** The link has ended for good. */
    void failed(HostPort master, Exception reason);
}
