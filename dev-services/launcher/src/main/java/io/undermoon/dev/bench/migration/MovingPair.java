package io.undermoon.dev.bench.migration;

import io.undermoon.metadata.HostPort;
import io.undermoon.slot.SlotRanges;

/** Two nodes of a cluster, running, between which slots can be moved. The first has the lower half of all slots. Closing ends them. */
interface MovingPair extends AutoCloseable {
    /** Slots of the first node. */
    SlotRanges SLOTS = SlotRanges.of(0, 8191);

    /** Those of them that move: the lower half. */
    SlotRanges MOVING = SlotRanges.of(0, 4095);

    /** In the report. */
    String name();

    /** Where clients find the slots of the first node at the start. */
    HostPort entry();

    /** The Redis of the first node, to be filled. */
    HostPort storage();

    /** Moves to the second node; returns when all is done. */
    void move();

    /** Moves what was moved to the first node again. */
    void moveBack();

    @Override
    void close();
}
