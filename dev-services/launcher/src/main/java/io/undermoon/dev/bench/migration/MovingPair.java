package io.undermoon.dev.bench.migration;

import io.undermoon.metadata.HostPort;
import io.undermoon.slot.SlotRanges;
import java.util.List;

/**
 * Two running nodes of a cluster between which slots can be moved. The first has the lower half of all slots. Closing
 * ends them.
 */
interface MovingPair extends AutoCloseable {
    /** Slots of the first node. */
    SlotRanges SLOTS = SlotRanges.of(0, 8191);

    /** Those of them that move: the lower half. */
    SlotRanges MOVING = SlotRanges.of(0, 4095);

    /** In the report. */
    String name();

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
