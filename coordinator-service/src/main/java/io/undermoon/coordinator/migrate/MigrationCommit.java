package io.undermoon.coordinator.migrate;

import io.undermoon.coordinator.pace.Crew;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.Journal;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.MetadataSource.CommitOutcome;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyException;
import io.undermoon.coordinator.push.MetadataPush;
import io.undermoon.coordinator.roster.Roster;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the proxies of migrating clusters for finished migrations, commits each once, and pushes the new metadata to the
 * destination before the source, so that no slot is without an owner. Who migrates is asked of the broker again only when
 * its epoch has changed; proxies that do not answer probes are not asked. Rounds must not overlap.
 */
public final class MigrationCommit {
    private static final Logger LOG = Logger.getLogger(MigrationCommit.class);
    /** One slow proxy must not hold up the commits of the others; what comes late is found by the next round. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final MetadataSource source;
    private final ProxyControl proxies;
    private final Roster roster;
    private final MetadataPush push;
    private final Journal journal;
    private final Crew crew;
    private @Nullable Epoch knownEpoch;
    private Set<ProxyAddress> migrating = Set.of();

    /** What makes both sides' reports of a migration the same one. */
    private record TaskKey(ClusterName cluster, SlotRanges slots, MigrationMeta meta) {}

    public MigrationCommit(
            MetadataSource source, ProxyControl proxies, Roster roster, MetadataPush push, Journal journal, Crew crew) {
        this.source = source;
        this.proxies = proxies;
        this.roster = roster;
        this.push = push;
        this.journal = journal;
        this.crew = crew;
    }

    /**
     * @throws BrokerException if the broker cannot be asked
     */
    public void round() {
        learnWhoMigrates();
        Map<TaskKey, MigrationTask> finished = new ConcurrentHashMap<>();
        List<ProxyAddress> answering =
                migrating.stream().filter(roster.snapshot()::containsKey).toList();
        crew.each(answering, proxy -> collect(proxy, finished), PATIENCE);
        finished.values().forEach(this::commitOrPostpone);
    }

    private void learnWhoMigrates() {
        // The epoch first: a change that comes while the clusters are read is then found by the next round.
        Epoch epoch = source.epoch();
        if (epoch.equals(knownEpoch)) {
            return;
        }
        Set<ProxyAddress> found = new LinkedHashSet<>();
        for (ClusterName name : source.clusterNames()) {
            if (source.clusterInfo(name).filter(ClusterInfo::isMigrating).isPresent()) {
                source.cluster(name)
                        .ifPresent(cluster -> cluster.nodes().stream()
                                .filter(MigrationCommit::takesPart)
                                .map(Node::proxyAddress)
                                .forEach(found::add));
            }
        }
        migrating = found;
        knownEpoch = epoch;
    }

    private static boolean takesPart(Node node) {
        return node.slots().stream().anyMatch(slots -> !slots.isStable());
    }

    private void collect(ProxyAddress proxy, Map<TaskKey, MigrationTask> finished) {
        try {
            for (MigrationTask task : proxies.finishedMigrations(proxy)) {
                finished.putIfAbsent(keyOf(task), task);
            }
        } catch (ProxyException e) {
            LOG.debugf("finished migrations not learned proxy=%s: %s", proxy, e.getMessage());
        }
    }

    /** One commit the broker refuses must not hold up the others. */
    private void commitOrPostpone(MigrationTask task) {
        try {
            commit(task);
        } catch (BrokerException e) {
            LOG.warnf(
                    "migration not committed, will be tried again cluster=%s slots=%s: %s",
                    task.clusterName(), task.slotRange().rangeList(), e.getMessage());
        }
    }

    private void commit(MigrationTask task) {
        MigrationMeta meta = metaOf(task.slotRange());
        CommitOutcome outcome = source.commit(task);
        journal.committed(outcome);
        switch (outcome) {
            case COMMITTED -> {
                LOG.infof(
                        "migration committed cluster=%s epoch=%s slots=%s from proxy=%s to proxy=%s",
                        task.clusterName(),
                        meta.epoch(),
                        task.slotRange().rangeList(),
                        meta.srcProxyAddress(),
                        meta.dstProxyAddress());
                push.push(meta.dstProxyAddress());
                push.push(meta.srcProxyAddress());
            }
            // Both are brought up to date by synchronisation: whoever was faster has raised the epoch.
            case GONE -> LOG.debugf("migration was committed before: %s", task);
            case RETRY -> LOG.debugf("the broker is busy, migration will be committed later: %s", task);
        }
    }

    private static TaskKey keyOf(MigrationTask task) {
        return new TaskKey(task.clusterName(), task.slotRange().rangeList(), metaOf(task.slotRange()));
    }

    private static MigrationMeta metaOf(TaggedSlots slots) {
        if (slots.tag() instanceof SlotState.Migrating tag) {
            return tag.meta();
        }
        if (slots.tag() instanceof SlotState.Importing tag) {
            return tag.meta();
        }
        throw new IllegalArgumentException("stable slots " + slots.rangeList() + " are no migration");
    }
}
