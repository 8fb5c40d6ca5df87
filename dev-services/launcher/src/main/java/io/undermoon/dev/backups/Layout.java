package io.undermoon.dev.backups;

import io.undermoon.metadata.HostPort;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A cluster as its metadata say.
 *
 * @param epoch changes with everything else
 * @param moving whether slots move or are to move
 * @param compression the strategy, as it is written
 * @param masters the slots of each master that has any, in the order of the nodes
 * @param proxies where clients connect
 */
public record Layout(
        String cluster,
        long epoch,
        boolean moving,
        String compression,
        Map<HostPort, SlotRanges> masters,
        List<HostPort> proxies) {
    /** Tells the layout as it is now. */
    public interface Source {
        /** @throws IOException if nobody can tell */
        Layout now() throws IOException;
    }

    public Layout {
        masters = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(masters));
        proxies = List.copyOf(proxies);
    }

    /** The number of slots that a master has. */
    public int served() {
        return masters.values().stream().mapToInt(SlotRanges::size).sum();
    }
}
