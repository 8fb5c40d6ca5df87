package io.undermoon.proxy.migration;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.migration.copy.KeySweep;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.Topology;
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

/**
 * Removes what migrations leave behind in the masters behind this proxy: the keys of slots that were given away, those of a
 * copy that was never finished, and the records themselves once the metadata says the same.
 *
 * <p>It goes by the records, so it goes on after a restart or a failover, and also empties a node that has left its cluster.
 * Keys of slots that the metadata has at the node, in whatever state, are never touched. Owned by the migration event loop.
 */
final class SlotCleanup {
    private static final Logger LOG = Logger.getLogger(SlotCleanup.class);
    private static final long CHECK_MILLIS = 2000;

    private final MigrationContext context;
    private final Map<Endpoint, Sweep> sweeps = new HashMap<>();

    /** Since when the metadata has had slots elsewhere that a record says were given away. */
    private final Map<String, Long> goneSinceNanos = new HashMap<>();

    private boolean checking;
    private boolean stopped;

    SlotCleanup(MigrationContext context) {
        this.context = context;
    }

    /** A sweep that goes on. */
    private static final class Sweep {
        private boolean removing;
    }

    void start() {
        check();
    }

    void stop() {
        stopped = true;
    }

    /** Whether keys of a node are being removed this moment, by what was right a moment ago. */
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
                    LOG.debugf("records of migrations cannot be read now: %s", Calls.reason(problem));
                }
            });
        }
        context.loop().eventLoop().schedule((Runnable) this::check, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private CompletionStage<?> check(Endpoint node) {
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
        if (isOnTheMove(node, slots)) {
            return;
        }
        SlotRanges gone = slots.minus(slotsAt(node));
        if (!record.is(Status.GIVEN) || gone.isEmpty()) {
            remove(node, MigrationRecords.EXPORTS, slots, record);
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
        if (isOnTheMove(node, slots)) {
            return;
        }
        SlotRanges elsewhere = slots.minus(slotsAt(node));
        if (record.is(Status.OWNED) || elsewhere.isEmpty()) {
            // The metadata has caught up with the record, or has other plans that nobody asked the node about; the keys
            // stay.
            if (elsewhere.isEmpty() || context.topology().current().clusterName() == null) {
                remove(node, MigrationRecords.IMPORTS, slots, record);
            }
        } else {
            sweep(node, MigrationRecords.IMPORTS, slots, record);
        }
    }

    private void sweep(Endpoint node, String hash, SlotRanges slots, MigrationRecord record) {
        if (sweeps.containsKey(node)) {
            return;
        }
        Sweep sweep = new Sweep();
        sweeps.put(node, sweep);
        LOG.infof("node=%s: removing what is left of slots %s (%s)", node, slots, record);
        KeySweep.start(
                        context.loop(),
                        context.calls(),
                        node,
                        slot -> slots.contains(slot) && !slotsAt(node).contains(slot),
                        this::cleanUpDelayNanos,
                        removing -> sweep.removing = removing)
                .whenComplete((removed, problem) -> {
                    sweeps.remove(node);
                    if (problem != null) {
                        LOG.warnf(
                                "node=%s: what is left of slots %s is still there: %s",
                                node, slots, Calls.reason(problem));
                    } else {
                        LOG.infof("node=%s: removed %d keys that were left of slots %s", node, removed, slots);
                        remove(node, hash, slots, record);
                    }
                });
    }

    private long cleanUpDelayNanos(int scanned, int removed) {
        long most = context.settings().cleanupKeysPerSecond();
        return most == 0 ? 0 : TimeUnit.SECONDS.toNanos(removed) / most;
    }

    private void remove(Endpoint node, String hash, SlotRanges slots, MigrationRecord record) {
        context.records().replace(node, hash, slots, record, null).whenComplete((done, problem) -> {
            if (problem != null) {
                LOG.debugf("node=%s: record of slots %s is still there: %s", node, slots, Calls.reason(problem));
            }
        });
    }

    /** Whether the metadata has a migration of some of these slots from or to the node. */
    private boolean isOnTheMove(Endpoint node, SlotRanges slots) {
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
