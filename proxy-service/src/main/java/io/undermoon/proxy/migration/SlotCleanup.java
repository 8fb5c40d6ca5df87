package io.undermoon.proxy.migration;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.migration.copy.KeySweep;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what migrations leave behind in the masters behind this proxy: the keys of slots that were given to another
 * node, the keys of an unfinished copy, and the records, once the metadata agrees with them.
 *
 * <p>The cleanup reads the records, so it continues after a restart or a failover, and also empties a node that has
 * left its cluster. Keys of slots that the metadata has at the node, in whatever state, are never deleted. Owned by the
 * migration event loop.
 */
final class SlotCleanup {
    private static final Logger LOG = Logger.getLogger(SlotCleanup.class);
    private static final long CHECK_MILLIS = 2000;

    private final MigrationContext context;
    private final Map<Endpoint, Sweep> sweeps = new HashMap<>();

    /** The time since which the metadata has the slots of a {@code given} record at another node. */
    private final Map<String, Long> goneSinceNanos = new HashMap<>();

    private boolean checking;
    private boolean stopped;

    SlotCleanup(MigrationContext context) {
        this.context = context;
    }

    /** A sweep in progress. */
    private static final class Sweep {
        private final SweepConnection connection;
        private boolean removing;

        Sweep(SweepConnection connection) {
            this.connection = connection;
        }
    }

    void start() {
        check();
    }

    void stop() {
        stopped = true;
        List.copyOf(sweeps.values()).forEach(sweep -> sweep.connection.close());
    }

    /** Whether a batch of keys of a node is being deleted at present, possibly by metadata that has just changed. */
    boolean isRemoving(Endpoint node) {
        Sweep sweep = sweeps.get(node);
        return sweep != null && sweep.removing;
    }

    /** The masters behind this proxy. */
    Set<Endpoint> masters() {
        Topology now = context.topology().current();
        Set<Endpoint> masters = new LinkedHashSet<>();
        for (NodeAddress node : now.cluster().local().keySet()) {
            masters.add(context.endpoints().redis(node.value()));
        }
        for (SetRepl.Entry entry : now.replication().entries()) {
            Endpoint node = context.endpoints().redis(entry.node().value());
            if (entry.role() == Role.MASTER) {
                masters.add(node);
            } else {
                masters.remove(node);
            }
        }
        return masters;
    }

    private void check() {
        if (stopped) {
            return;
        }
        if (!checking && context.topology().current().epoch().value() > 0) {
            checking = true;
            List<CompletableFuture<?>> checks = new ArrayList<>();
            masters().forEach(node -> checks.add(check(node).toCompletableFuture()));
            CompletableFuture.allOf(checks.toArray(CompletableFuture<?>[]::new)).whenComplete((done, problem) -> {
                checking = false;
                if (problem != null) {
                    LOG.debugf("Migration records cannot be read: reason=%s", NodeException.reason(problem));
                }
            });
        }
        context.loop().eventLoop().schedule((Runnable) this::check, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * A node in no cluster is left alone while others follow it: one of them may be about to take its place, and would
     * lose the records as well.
     */
    private CompletionStage<@Nullable Void> check(Endpoint node) {
        if (context.topology().current().clusterName() != null) {
            return checkRecords(node);
        }
        return context.nodes()
                .info(node, "replication")
                .thenCompose(info -> info.hasReplica()
                        ? CompletableFuture.<@Nullable Void>completedFuture(null)
                        : checkRecords(node));
    }

    private CompletionStage<@Nullable Void> checkRecords(Endpoint node) {
        return context.records()
                .readAll(node, MigrationRecords.EXPORTS)
                .thenCompose(exports -> context.records()
                        .readAll(node, MigrationRecords.IMPORTS)
                        .thenAccept(imports -> {
                            exports.forEach((slots, record) -> checkExport(node, slots, record));
                            imports.forEach((slots, record) -> checkImport(node, slots, record));
                        }));
    }

    private void checkExport(Endpoint node, SlotRanges slots, MigrationRecord record) {
        if (isMigrating(node, slots)) {
            return;
        }
        SlotRanges gone = slots.minus(slotsAt(node));
        if (!record.is(Status.GIVEN) || gone.isEmpty()) {
            removeRecord(node, MigrationRecords.EXPORTS, slots, record);
            return;
        }
        long since = goneSinceNanos.computeIfAbsent(node + " " + slots + " " + record, key -> System.nanoTime());
        long delay = TimeUnit.MILLISECONDS.toNanos(context.settings().cleanupDelayMillis());
        if (System.nanoTime() - since >= delay) {
            goneSinceNanos.remove(node + " " + slots + " " + record);
            sweep(node, MigrationRecords.EXPORTS, slots, record);
        }
    }

    private void checkImport(Endpoint node, SlotRanges slots, MigrationRecord record) {
        if (isMigrating(node, slots)) {
            return;
        }
        SlotRanges elsewhere = slots.minus(slotsAt(node));
        if (record.is(Status.OWNED) || elsewhere.isEmpty()) {
            // The metadata agrees with the record, or has the slots elsewhere although the node owns them: the keys
            // stay.
            if (elsewhere.isEmpty() || context.topology().current().clusterName() == null) {
                removeRecord(node, MigrationRecords.IMPORTS, slots, record);
            }
        } else {
            sweep(node, MigrationRecords.IMPORTS, slots, record);
        }
    }

    private void sweep(Endpoint node, String hash, SlotRanges slots, MigrationRecord record) {
        if (sweeps.containsKey(node)) {
            return;
        }
        Sweep sweep = new Sweep(new SweepConnection(context.loop(), node));
        sweeps.put(node, sweep);
        LOG.infof("Deleting keys that a migration left behind: node=%s slots=%s record=%s", node, slots, record);
        sweep.connection
                .whenReady()
                .thenCompose(connection -> KeySweep.start(
                        context.loop(),
                        connection::call,
                        key -> isElsewhere(node, slots, Slot.of(key)),
                        this::delayNanos,
                        removing -> sweep.removing = removing))
                .whenComplete((removed, problem) -> {
                    sweeps.remove(node);
                    sweep.connection.close();
                    if (problem != null) {
                        LOG.warnf(
                                "Keys that a migration left behind cannot be deleted: node=%s slots=%s reason=%s",
                                node, slots, NodeException.reason(problem));
                    } else {
                        LOG.infof(
                                "Deleted keys that a migration left behind: node=%s slots=%s keys=%d",
                                node, slots, removed);
                        removeRecord(node, hash, slots, record);
                    }
                });
    }

    private boolean isElsewhere(Endpoint node, SlotRanges slots, int slot) {
        return slots.contains(slot) && !slotsAt(node).contains(slot);
    }

    private long delayNanos(int scanned, int removed) {
        long most = context.settings().cleanupKeysPerSecond();
        return most == 0 ? 0 : TimeUnit.SECONDS.toNanos(removed) / most;
    }

    private void removeRecord(Endpoint node, String hash, SlotRanges slots, MigrationRecord record) {
        context.records().replace(node, hash, slots, record, null).whenComplete((done, problem) -> {
            if (problem != null) {
                LOG.debugf(
                        "Migration record cannot be removed: node=%s slots=%s reason=%s",
                        node, slots, NodeException.reason(problem));
            }
        });
    }

    /** Whether the metadata has a migration of some of these slots from or to the node. */
    private boolean isMigrating(Endpoint node, SlotRanges slots) {
        return tagsAt(node).stream()
                .anyMatch(range -> !range.isStable() && range.rangeList().intersects(slots));
    }

    private SlotRanges slotsAt(Endpoint node) {
        SlotRanges slots = SlotRanges.NONE;
        for (TaggedSlots range : tagsAt(node)) {
            slots = slots.union(range.rangeList());
        }
        return slots;
    }

    private List<TaggedSlots> tagsAt(Endpoint node) {
        return context.topology()
                .current()
                .cluster()
                .local()
                .getOrDefault(new NodeAddress(node.address().toString()), List.of());
    }
}
