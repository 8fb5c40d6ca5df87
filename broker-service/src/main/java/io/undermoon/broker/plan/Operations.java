package io.undermoon.broker.plan;

import io.undermoon.broker.state.AuditEntry;
import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.LongOperation;
import io.undermoon.broker.state.LongOperation.Kind;
import io.undermoon.broker.state.LongOperation.State;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The record of the work that outlasts its request. No plan keeps it: it is read off each change, by what work there is
 * before and after. So whatever begins or ends some work, a failover or a restored backup too, is in the record.
 */
public final class Operations {
    /** How many that have ended are kept. */
    static final int MAX_ENDED = 100;

    private Operations() {}

    /**
     * The metadata after a change, with the record of that change.
     *
     * @param next as a plan has made it from {@code before}
     */
    public static Metadata followed(Metadata before, Metadata next, AuditEntry change) {
        // A copy of another broker's metadata has counted already.
        boolean isCounted = !next.operations().equals(before.operations());
        List<LongOperation> operations = new ArrayList<>();
        for (LongOperation operation : next.operations()) {
            operations.add(operation.isRunning() ? advanced(operation, before, next, change, isCounted) : operation);
        }
        next.clusters().forEach((name, cluster) -> {
            if (cluster.runsMigrations()) {
                begin(operations, Kind.MOVE_SLOTS, name.value(), moving(cluster).size(), change);
            }
        });
        for (String host : next.drainingHosts()) {
            HostDrains.Progress progress = HostDrains.progress(next, host);
            if (!progress.isDrained()) {
                begin(operations, Kind.DRAIN_HOST, host, progress.slotsLeft(), change);
            }
        }
        for (ProxyAddress proxy : next.maintenance().keySet()) {
            if (isMaintained(next, proxy, change)) {
                begin(operations, Kind.MAINTAIN_PROXY, proxy.value(), 0, change);
            }
        }
        List<LongOperation> kept = withoutOldest(operations);
        return kept.equals(next.operations()) ? next : next.withOperations(kept);
    }

    /** Those that have ended first fall out when there are many. */
    private static List<LongOperation> withoutOldest(List<LongOperation> operations) {
        long surplus =
                operations.stream().filter(operation -> !operation.isRunning()).count() - MAX_ENDED;
        List<LongOperation> kept = new ArrayList<>();
        for (LongOperation operation : operations) {
            if (surplus > 0 && !operation.isRunning()) {
                surplus--;
            } else {
                kept.add(operation);
            }
        }
        return kept;
    }

    /** Maintenance that has run out stays in the metadata until somebody looks. */
    private static boolean isMaintained(Metadata state, ProxyAddress proxy, AuditEntry change) {
        return state.maintenance().getOrDefault(proxy, 0L) > change.time();
    }

    private static void begin(List<LongOperation> operations, Kind kind, String subject, int slots, AuditEntry change) {
        if (operations.stream().noneMatch(operation -> operation.isRunning(kind, subject))) {
            long last = operations.isEmpty()
                    ? 0
                    : operations.get(operations.size() - 1).id();
            operations.add(LongOperation.begun(last + 1, kind, subject, slots, change));
        }
    }

    private static LongOperation advanced(
            LongOperation operation, Metadata before, Metadata next, AuditEntry change, boolean isCounted) {
        return switch (operation.kind()) {
            case MOVE_SLOTS -> {
                ClusterName name = new ClusterName(operation.subject());
                yield moved(
                        operation, before.clusters().get(name), next.clusters().get(name), change, isCounted);
            }
            case DRAIN_HOST -> drained(operation, next, change);
            case MAINTAIN_PROXY ->
                isMaintained(next, new ProxyAddress(operation.subject()), change)
                        ? operation
                        : operation.ended(State.DONE, change.time());
        };
    }

    private static LongOperation moved(
            LongOperation operation,
            @Nullable StoredCluster before,
            @Nullable StoredCluster next,
            AuditEntry change,
            boolean isCounted) {
        if (before == next) {
            return operation;
        }
        int left = next == null ? 0 : moving(next).size();
        int moved = operation.slotsMoved();
        int returned = operation.slotsReturned();
        if (before != null && !isCounted) {
            int ended = moving(before)
                    .minus(next == null ? SlotRanges.NONE : moving(next))
                    .size();
            int arrived = next == null ? 0 : arrived(before, next);
            moved += arrived;
            returned += ended - arrived;
        }
        LongOperation counted = isCounted ? operation : operation.withSlots(moved + returned + left, moved, returned);
        if (next != null && next.runsMigrations()) {
            return counted;
        }
        return counted.ended(moved == counted.slots() ? State.DONE : State.CANCELLED, change.time());
    }

    /** How many slots have come to the destination of their migration. */
    private static int arrived(StoredCluster before, StoredCluster next) {
        SlotRanges left = moving(next);
        int arrived = 0;
        for (MigratingSlots task : before.tasks()) {
            ChunkPart destination = task.meta().destination();
            if (destination.chunk() < next.chunks().size()) {
                SlotRanges ended = task.rangeList().minus(left);
                StoredChunk chunk = next.chunks().get(destination.chunk());
                arrived += ended.size()
                        - ended.minus(chunk.stable(destination.part())).size();
            }
        }
        return arrived;
    }

    private static SlotRanges moving(StoredCluster cluster) {
        return cluster.tasks().stream().map(MigratingSlots::rangeList).reduce(SlotRanges.NONE, SlotRanges::union);
    }

    private static LongOperation drained(LongOperation operation, Metadata next, AuditEntry change) {
        if (!next.drainingHosts().contains(operation.subject())) {
            return operation.ended(State.CANCELLED, change.time());
        }
        HostDrains.Progress progress = HostDrains.progress(next, operation.subject());
        int moved = Math.max(0, operation.slots() - progress.slotsLeft());
        LongOperation counted = operation.withSlots(operation.slots(), moved, 0);
        return progress.isDrained() ? counted.ended(State.DONE, change.time()) : counted;
    }
}
