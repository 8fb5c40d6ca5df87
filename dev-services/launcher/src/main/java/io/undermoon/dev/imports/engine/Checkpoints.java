package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.destination.ImportRecord;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes one checkpoint after the other: notes the positions, waits until all changes before them are in the
 * destination, writes the positions into the record, and has every slot told. A slot that has been told of a
 * checkpoint, in the same place as its keys, has all changes up to it, whatever happens to other slots. Owned by the
 * thread of the import.
 */
final class Checkpoints {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** A failover may bring a slot back to what it was some checkpoints ago. */
    private static final int KEPT = 20;

    private final Backlog backlog;
    private final ImportRecord record;
    private final long attempt;
    private long number;
    private @Nullable Checkpoint open;
    private boolean isTold;
    private long doneNanos = System.nanoTime() - INTERVAL_NANOS;

    /** @param last the number of the last one that may be anywhere */
    Checkpoints(Backlog backlog, ImportRecord record, long attempt, long last) {
        this.backlog = backlog;
        this.record = record;
        this.attempt = attempt;
        this.number = last;
    }

    /**
     * Goes as far as it can without waiting.
     *
     * @param masters of the source
     */
    void step(Set<HostPort> masters) throws IOException {
        Checkpoint current = open;
        if (current == null) {
            if (System.nanoTime() - doneNanos > INTERVAL_NANOS) {
                open = backlog.begin(number + 1, masters);
                number += open == null ? 0 : 1;
                isTold = false;
            }
            return;
        }
        if (!isTold && backlog.isClosed(current.generation())) {
            // Before any slot has it, as a slot without the positions would have to be copied anew.
            record.update(
                    attempt,
                    Map.of(
                            ImportRecord.checkpoint(current.number()),
                            current.text(),
                            ImportRecord.checkpoint(current.number() - KEPT),
                            ""));
            backlog.tellSlots(current.number());
            isTold = true;
        }
        if (isTold && backlog.haveBeenTold(current.number())) {
            open = null;
            doneNanos = System.nanoTime();
        }
    }

    /** The last one that all slots have been told of. */
    long last() {
        return open == null ? number : number - 1;
    }
}
