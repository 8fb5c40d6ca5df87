package io.undermoon.proxy.migration;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.umctl.MigrationProgress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The destination side of one migration. It owns the slots when the record in its node, which only the source writes,
 * says so. It reads the record at the start, when the source sends {@code FINALSWITCH}, and periodically until then.
 * Owned by the migration event loop, except {@link #progress}.
 */
final class ImportTask {
    private static final Logger LOG = Logger.getLogger(ImportTask.class);
    private static final long POLL_MILLIS = 1000;
    private static final long FIRST_POLL_MILLIS = 50;

    private final MigrationContext context;
    private final ClusterName cluster;
    private final TaggedSlots tag;
    private final MigrationMeta meta;
    private final Endpoint source;
    private final Endpoint node;
    private final long startNanos = System.nanoTime();
    private final ScheduledFuture<?> overdue;

    private volatile SlotOwnership ownership;
    private volatile String error = "";
    private boolean stopped;

    ImportTask(
            MigrationContext context,
            ClusterName cluster,
            TaggedSlots tag,
            MigrationMeta meta,
            MigrationConfig config,
            SlotOwnership now) {
        this.context = context;
        this.cluster = cluster;
        this.tag = tag;
        this.meta = meta;
        this.source = context.endpoints().redis(meta.srcNodeAddress().value());
        this.node = context.endpoints().redis(meta.dstNodeAddress().value());
        this.ownership = now;
        this.overdue = context.loop()
                .eventLoop()
                .schedule(this::heldTooLong, context.maxHoldMillis(config), TimeUnit.MILLISECONDS);
    }

    void start() {
        LOG.infof("Slot import starts: %s ownership=%s", this, ownership);
        poll();
    }

    void stop() {
        stopped = true;
        overdue.cancel(false);
    }

    List<Endpoint> endpoints() {
        return List.of(source, node);
    }

    MigrationTask task() {
        return new MigrationTask(cluster, tag);
    }

    /** The destination node. */
    Endpoint node() {
        return node;
    }

    boolean isOwned() {
        return ownership == SlotOwnership.LOCAL;
    }

    /** The progress of the migration; may be called from any thread. */
    MigrationProgress progress() {
        boolean owned = ownership == SlotOwnership.LOCAL;
        long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        MigrationProgress.State state = owned ? MigrationProgress.State.OWNED : MigrationProgress.State.IMPORTING;
        return new MigrationProgress(
                tag, MigrationProgress.Side.DESTINATION, state, 0, 0, 0, 0, 0, elapsed, 0, 0, 0, 0, 0, error);
    }

    /**
     * Handles the source's message that the slots are switched. Completes with whether the node's record confirms it.
     */
    CompletionStage<Boolean> finalSwitch() {
        if (ownership == SlotOwnership.LOCAL) {
            return CompletableFuture.completedFuture(true);
        }
        return context.records()
                .read(node, MigrationRecords.IMPORTS, tag.rangeList())
                .thenApply(record -> {
                    boolean owned = record != null && record.is(Status.OWNED);
                    if (owned) {
                        apply(SlotOwnership.LOCAL);
                    }
                    return owned && !stopped;
                });
    }

    private void poll() {
        if (stopped || ownership == SlotOwnership.LOCAL) {
            return;
        }
        readOwnership().whenComplete((found, problem) -> {
            if (stopped || ownership == SlotOwnership.LOCAL) {
                return;
            }
            if (problem == null) {
                error = "";
                apply(found);
            } else {
                error = NodeException.reason(problem);
            }
            boolean settled = ownership == SlotOwnership.REMOTE;
            context.loop()
                    .eventLoop()
                    .schedule(this::poll, settled ? POLL_MILLIS : FIRST_POLL_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    /** The ownership by the node's record, unless the source can be reached and has a record of a later attempt. */
    private CompletionStage<SlotOwnership> readOwnership() {
        return context.records()
                .read(node, MigrationRecords.IMPORTS, tag.rangeList())
                .thenCompose(record -> {
                    if (record == null || !record.is(Status.OWNED)) {
                        return CompletableFuture.completedFuture(SlotOwnership.REMOTE);
                    }
                    return context.records()
                            .read(source, MigrationRecords.EXPORTS, tag.rangeList())
                            .exceptionally(problem -> null)
                            .thenApply(
                                    given -> contradicts(given, record) ? SlotOwnership.REMOTE : SlotOwnership.LOCAL);
                });
    }

    private static boolean contradicts(@Nullable MigrationRecord given, MigrationRecord owned) {
        return given != null && !given.is(Status.GIVEN) && given.attempt().compareTo(owned.attempt()) > 0;
    }

    private void heldTooLong() {
        if (!stopped && ownership == SlotOwnership.HELD) {
            apply(SlotOwnership.REFUSED);
        }
    }

    private void apply(SlotOwnership next) {
        if (stopped || ownership == next) {
            return;
        }
        if (!context.topology().setOwnership(tag, next)) {
            stop();
            return;
        }
        ownership = next;
        LOG.infof("Slot ownership changed: %s ownership=%s", this, next);
    }

    @Override
    public String toString() {
        return "cluster=" + cluster + " epoch=" + meta.epoch() + " slots=" + tag.rangeList() + " source=" + source
                + " destination=" + node;
    }
}
