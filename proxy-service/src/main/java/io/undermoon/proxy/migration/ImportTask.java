package io.undermoon.proxy.migration;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.migration.record.MigrationRecords;
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
 * The destination side of one migration. It decides nothing: the slots are its own when the record in its node says so, which
 * the source has written. It looks when it begins, when the source tells it to, and now and then. Owned by the migration event loop,
 * but for {@link #progress}.
 */
final class ImportTask {
    private static final Logger LOG = Logger.getLogger(ImportTask.class);
    private static final long POLL_MILLIS = 1000;
    private static final long FIRST_POLL_MILLIS = 50;

    private final MigrationContext context;
    private final ClusterName cluster;
    private final TaggedSlots tag;
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
        this.source = context.endpoints().redis(meta.srcNodeAddress().value());
        this.node = context.endpoints().redis(meta.dstNodeAddress().value());
        this.ownership = now;
        this.overdue = context.loop()
                .eventLoop()
                .schedule(this::heldTooLong, Math.max(1, config.maxBlockingTime()), TimeUnit.MILLISECONDS);
    }

    void start() {
        LOG.infof("%s is expected; slots are %s", this, ownership);
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

    /** The node that gets the slots. */
    Endpoint node() {
        return node;
    }

    boolean isOwned() {
        return ownership == SlotOwnership.LOCAL;
    }

    /** How far it is; from any thread. */
    MigrationProgress progress() {
        boolean owned = ownership == SlotOwnership.LOCAL;
        long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        MigrationProgress.State state = owned ? MigrationProgress.State.OWNED : MigrationProgress.State.IMPORTING;
        return new MigrationProgress(
                tag, MigrationProgress.Side.DESTINATION, state, 0, 0, 0, 0, 0, elapsed, 0, 0, 0, 0, error);
    }

    /** The source says that the slots have been handed over. Tells whether the node has it on record. */
    CompletionStage<Boolean> finalSwitch() {
        if (ownership == SlotOwnership.LOCAL) {
            return CompletableFuture.completedFuture(true);
        }
        return context.records().read(node, MigrationRecords.IMPORTS, tag.rangeList()).thenApply(record -> {
            boolean owned = record != null && record.is(Status.OWNED);
            if (owned) {
                take(SlotOwnership.LOCAL);
            }
            return owned && !stopped;
        });
    }

    private void poll() {
        if (stopped || ownership == SlotOwnership.LOCAL) {
            return;
        }
        look().whenComplete((found, problem) -> {
            if (stopped || ownership == SlotOwnership.LOCAL) {
                return;
            }
            if (problem == null) {
                error = "";
                take(found);
            } else {
                error = Calls.reason(problem);
            }
            boolean settled = ownership == SlotOwnership.REMOTE;
            context.loop()
                    .eventLoop()
                    .schedule(this::poll, settled ? POLL_MILLIS : FIRST_POLL_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    /** Who has the slots by the node's record; a source that is there and is at a later attempt knows better. */
    private CompletionStage<SlotOwnership> look() {
        return context.records().read(node, MigrationRecords.IMPORTS, tag.rangeList()).thenCompose(record -> {
            if (record == null || !record.is(Status.OWNED)) {
                return CompletableFuture.completedFuture(SlotOwnership.REMOTE);
            }
            return context.records()
                    .read(source, MigrationRecords.EXPORTS, tag.rangeList())
                    .exceptionally(problem -> null)
                    .thenApply(given -> contradicts(given, record) ? SlotOwnership.REMOTE : SlotOwnership.LOCAL);
        });
    }

    private static boolean contradicts(@Nullable MigrationRecord given, MigrationRecord owned) {
        return given != null && !given.is(Status.GIVEN) && given.attempt().compareTo(owned.attempt()) > 0;
    }

    private void heldTooLong() {
        if (!stopped && ownership == SlotOwnership.HELD) {
            take(SlotOwnership.REFUSED);
        }
    }

    private void take(SlotOwnership next) {
        if (stopped || ownership == next) {
            return;
        }
        if (!context.topology().setOwnership(tag, next)) {
            stop();
            return;
        }
        ownership = next;
        LOG.infof("%s: slots are %s", this, next);
    }

    @Override
    public String toString() {
        return "cluster=" + cluster + " import of " + tag.rangeList() + " from " + source + " to " + node;
    }
}
