package io.undermoon.coordinator.migrate;

import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The migrations that the broker has, read again only when its epoch has changed. Belongs to the thread of one loop,
 * except {@link #find}, which is thread-safe.
 */
final class RunningMigrations {
    private final MetadataSource source;
    private final Set<ProxyAddress> proxies = new LinkedHashSet<>();
    private volatile Map<TaggedSlots, ClusterName> clusters = Map.of();
    private @Nullable Epoch knownEpoch;

    RunningMigrations(MetadataSource source) {
        this.source = source;
    }

    /**
     * @throws io.undermoon.coordinator.port.BrokerException if the broker does not answer
     */
    void refresh() {
        // The epoch first: the next round then finds a change that is made while the clusters are read.
        Epoch epoch = source.epoch();
        if (epoch.equals(knownEpoch)) {
            return;
        }
        Map<TaggedSlots, ClusterName> found = new ConcurrentHashMap<>();
        for (ClusterName name : source.clusterNames()) {
            if (source.clusterInfo(name).filter(ClusterInfo::isMigrating).isPresent()) {
                source.cluster(name)
                        .ifPresent(cluster -> cluster.nodes().stream()
                                .map(Node::slots)
                                .forEach(slots -> slots.stream()
                                        .filter(TaggedSlots::isMigrating)
                                        .forEach(moving -> found.put(moving, name))));
            }
        }
        clusters = found;
        proxies.clear();
        found.keySet().forEach(moving -> moving.migration().ifPresent(this::addProxies));
        knownEpoch = epoch;
    }

    boolean isEmpty() {
        return clusters.isEmpty();
    }

    /** The sources of the migrations that have not ended. */
    Set<ProxyAddress> sources() {
        return clusters.keySet().stream()
                .flatMap(moving -> moving.migration().map(MigrationMeta::srcProxyAddress).stream())
                .collect(Collectors.toSet());
    }

    /** The source and the destination of every migration. */
    Set<ProxyAddress> proxies() {
        return Set.copyOf(proxies);
    }

    /**
     * The migration that a report of its source or destination belongs to; empty if none runs with these slots,
     * addresses and epoch.
     */
    Optional<MigrationTask> find(TaggedSlots reported) {
        return reported.migration()
                .map(meta -> new TaggedSlots(reported.rangeList(), new SlotState.Migrating(meta)))
                .flatMap(moving ->
                        Optional.ofNullable(clusters.get(moving)).map(cluster -> new MigrationTask(cluster, moving)));
    }

    /** Removes an ended migration; the broker is not asked for it again before its epoch changes. */
    void forget(MigrationTask task) {
        clusters.remove(task.slotRange());
    }

    private void addProxies(MigrationMeta meta) {
        proxies.add(meta.srcProxyAddress());
        proxies.add(meta.dstProxyAddress());
    }
}
