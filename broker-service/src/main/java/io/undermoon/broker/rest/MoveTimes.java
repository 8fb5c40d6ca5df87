package io.undermoon.broker.rest;

import io.undermoon.broker.rest.MigrationMessages.MigrationStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The estimate of when the moves of a cluster are done. */
final class MoveTimes {
    private MoveTimes() {}

    /**
     * Milliseconds until all are done. The time of those that wait is that of those that run, slot for slot. Absent if
     * one that runs does not tell how long it takes, or nothing runs.
     */
    static @Nullable Long etaMillis(List<MigrationStatus> moves) {
        long longest = 0;
        double millisPerSlot = 0;
        int running = 0;
        int waitingSlots = 0;
        for (MigrationStatus move : moves) {
            int slots = move.slotRange().rangeList().size();
            if (move.state().equals("waiting")) {
                waitingSlots += slots;
                continue;
            }
            Long left = millisLeft(move);
            if (left == null) {
                return null;
            }
            running++;
            longest = Math.max(longest, left);
            long elapsed = move.elapsedMs() == null ? 0 : move.elapsedMs();
            millisPerSlot += (double) (left + elapsed) / Math.max(1, slots);
        }
        return running == 0 ? null : longest + Math.round(waitingSlots * (millisPerSlot / running) / running);
    }

    /** One that has copied everything is about to switch. */
    private static @Nullable Long millisLeft(MigrationStatus move) {
        return switch (move.state()) {
            case "holding", "switching", "switched" -> 0L;
            default -> move.etaMs();
        };
    }
}
