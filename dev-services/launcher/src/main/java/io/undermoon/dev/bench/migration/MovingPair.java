package io.undermoon.dev.bench.migration;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.SlotRanges;
import java.util.List;

/**
 * Two nodes of a cluster between which slots can be moved. The first has the lower half of all slots. Not thread-safe,
 * but for {@link #close}, which a shutdown hook may call at any time.
 */
interface MovingPair extends AutoCloseable {
    /** Slots of the first node. */
    SlotRanges SLOTS = SlotRanges.of(0, 8191);

    /** Those of them that move: the lower half. */
    SlotRanges MOVING = SlotRanges.of(0, 4095);

    /** In the report. */
    String name();

    /**
     * Starts them, once.
     *
     * @throws LaunchException if something does not start; what does is left until {@link #close}
     */
    void start();

    /** Where clients find both nodes; the first one has all keys at the start. */
    List<HostPort> nodes();

    /** The Redis of the first node, to be filled. */
    HostPort storage();

    /** Moves to the second node; returns when all is done. */
    void move();

    /** Moves what was moved to the first node again. */
    void moveBack();

    /** Returns when nothing that moved away is left where it was. */
    void awaitCleanUp();

    @Override
    void close();
}
