package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Work that goes on after the request that began it was answered, and how it ended.
 *
 * @param id in the order in which they began, from 1
 * @param subject the cluster, host or proxy; {@link IllegalArgumentException} if there can be none of this name
 * @param who the account or address that asked for it, {@code broker} for the broker itself
 * @param what the request
 * @param startedAt in Unix seconds
 * @param endedAt in Unix seconds; absent while it runs
 * @param slots how many slots it has to move in all; 0 for maintenance
 * @param slotsMoved of these, those that have arrived
 * @param slotsReturned of these, those that stayed at their source because their migration was aborted
 */
public record LongOperation(
        long id,
        Kind kind,
        String subject,
        String who,
        String what,
        long startedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long endedAt,
        State state,
        int slots,
        int slotsMoved,
        int slotsReturned) {
    /** What is done. */
    @Schema(name = "OperationKind")
    public enum Kind {
        /** Slots of a cluster move to other nodes, for whatever reason. */
        @JsonProperty("move_slots")
        MOVE_SLOTS,
        /** A host is emptied. */
        @JsonProperty("drain_host")
        DRAIN_HOST,
        /** A proxy and its nodes may be stopped for a while. */
        @JsonProperty("maintain_proxy")
        MAINTAIN_PROXY
    }

    /** How far it is. */
    @Schema(name = "OperationState")
    public enum State {
        @JsonProperty("running")
        RUNNING,
        /** All that it was to do is done. */
        @JsonProperty("done")
        DONE,
        /** It was ended before; what was done by then stays. */
        @JsonProperty("cancelled")
        CANCELLED
    }

    public LongOperation {
        requireNonNull(kind, "kind");
        requireNonNull(subject, "subject");
        requireNonNull(who, "who");
        requireNonNull(what, "what");
        requireNonNull(state, "state");
        // A dump from outside may have any.
        switch (kind) {
            case MOVE_SLOTS -> new ClusterName(subject);
            case MAINTAIN_PROXY -> new ProxyAddress(subject);
            case DRAIN_HOST -> {
                // A host may have any name.
            }
        }
    }

    /** One that begins with a change of the metadata. */
    public static LongOperation begun(long id, Kind kind, String subject, int slots, AuditEntry change) {
        return new LongOperation(
                id, kind, subject, change.who(), change.what(), change.time(), null, State.RUNNING, slots, 0, 0);
    }

    public boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Whether it is this work, on this subject, and goes on. */
    public boolean isRunning(Kind wanted, String on) {
        return isRunning() && kind == wanted && subject.equals(on);
    }

    public LongOperation withSlots(int newSlots, int moved, int returned) {
        return new LongOperation(id, kind, subject, who, what, startedAt, endedAt, state, newSlots, moved, returned);
    }

    public LongOperation ended(State as, long time) {
        return new LongOperation(id, kind, subject, who, what, startedAt, time, as, slots, slotsMoved, slotsReturned);
    }
}
