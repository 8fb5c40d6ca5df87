package io.undermoon.coordinator.migrate;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.MetadataSource.CommitOutcome;
import io.undermoon.coordinator.port.MetadataSource.ProgressReport;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.sync.MetadataPush;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.MigrationProgress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Asks the proxies of running migrations how far they are.
 *
 * <ul>
 *   <li>A migration that its source says is finished, with exactly the slots, addresses and epoch of the broker, is
 *       committed, and the new metadata is pushed to the destination before the source, so that no slot is without an owner.
 *   <li>One that its source has given up, because somebody aborted it and the broker did not hear the answer, is taken back at
 *       the broker.
 *   <li>How far the others are is handed on to the broker.
 * </ul>
 *
 * <p>Proxies that do not answer probes are not asked. ScheduledLoops must not overlap.
 */
public final class MigrationCommit {
    private static final Logger LOG = Logger.getLogger(MigrationCommit.class);
    /** One slow proxy must not hold up the commits of the others; what comes late is found by the next round. */
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(3);

    private final MetadataSource source;
    private final ProxyControl proxies;
    private final ProxyStatuses statuses;
    private final MetadataPush push;
    private final LoopMetrics metrics;
    private final KeyedExecutor executor;
    private final RunningMigrations running;

    /** What the proxies said in one round. */
    private static final class Findings {
        final Set<MigrationTask> finished = ConcurrentHashMap.newKeySet();
        final Set<MigrationTask> aborted = ConcurrentHashMap.newKeySet();
        final Map<ProxyAddress, List<ProgressReport>> progress = new ConcurrentHashMap<>();
    }

    public MigrationCommit(
            MetadataSource source, ProxyControl proxies, ProxyStatuses statuses, MetadataPush push, LoopMetrics metrics, KeyedExecutor executor) {
        this.source = source;
        this.proxies = proxies;
        this.statuses = statuses;
        this.push = push;
        this.metrics = metrics;
        this.executor = executor;
        this.running = new RunningMigrations(source);
    }

    /**
     * @throws BrokerException if the broker cannot be asked
     */
    public void round() {
        running.refresh();
        List<ProxyAddress> answering = running.proxies().stream()
                .filter(statuses.snapshot()::containsKey)
                .sorted()
                .toList();
        Findings findings = new Findings();
        executor.forEach(answering, proxy -> collect(proxy, findings), WAIT_LIMIT);
        // Copies: what comes after the patience has ended is left for the next round.
        Set.copyOf(findings.finished).forEach(task -> orPostpone(task, this::commit));
        Set.copyOf(findings.aborted).forEach(task -> orPostpone(task, this::carryAbortThrough));
        handOver(List.copyOf(findings.progress.values()));
    }

    private void collect(ProxyAddress proxy, Findings findings) {
        try {
            ProxyControl.Migrations said = proxies.migrations(proxy);
            said.finished().forEach(task -> ofSource(proxy, task.slotRange()).ifPresent(findings.finished::add));
            said.progress().stream()
                    .filter(progress -> progress.state() == MigrationProgress.State.ABORTED)
                    .forEach(progress -> ofSource(proxy, progress.task()).ifPresent(findings.aborted::add));
            findings.progress.put(
                    proxy,
                    said.progress().stream()
                            .flatMap(progress -> running
                                    .find(progress.task())
                                    .map(task -> new ProgressReport(task.clusterName(), progress))
                                    .stream())
                            .toList());
        } catch (RespClientException e) {
            LOG.debugf("migrations not learned proxy=%s: %s", proxy, e.getMessage());
        }
    }

    /** The migration that a proxy speaks of, if it is the source, whose word counts: it says what it has given away. */
    private Optional<MigrationTask> ofSource(ProxyAddress proxy, TaggedSlots reported) {
        return running.find(reported)
                .filter(task -> reported.isMigrating()
                        && task.slotRange()
                                .migration()
                                .map(MigrationMeta::srcProxyAddress)
                                .equals(Optional.of(proxy)));
    }

    /** One task the broker has trouble with must not hold up the others. */
    private static void orPostpone(MigrationTask task, Consumer<MigrationTask> work) {
        try {
            work.accept(task);
        } catch (BrokerException e) {
            LOG.warnf(
                    "end of migration not recorded, will be tried again cluster=%s slots=%s: %s",
                    task.clusterName(), task.slotRange().rangeList(), e.getMessage());
        }
    }

    private void commit(MigrationTask task) {
        CommitOutcome outcome = source.commit(task);
        metrics.committed(outcome);
        switch (outcome) {
            case COMMITTED -> {
                running.forget(task);
                LOG.infof("migration committed %s", words(task));
                pushBoth(task);
            }
            // Both are brought up to date by synchronisation: whoever was faster has raised the epoch.
            case GONE -> {
                running.forget(task);
                LOG.debugf("migration is not the broker's any more: %s", words(task));
            }
            case RETRY -> LOG.debugf("the broker is busy, migration will be committed later: %s", words(task));
        }
    }

    private void carryAbortThrough(MigrationTask task) {
        if (source.abort(task)) {
            running.forget(task);
            metrics.migrationAborted();
            LOG.infof("migration aborted %s", words(task));
            pushBoth(task);
        }
    }

    private void pushBoth(MigrationTask task) {
        task.slotRange().migration().ifPresent(meta -> {
            push.push(meta.dstProxyAddress());
            push.push(meta.srcProxyAddress());
        });
    }

    private void handOver(List<List<ProgressReport>> progress) {
        List<ProgressReport> reports = progress.stream().flatMap(List::stream).toList();
        if (reports.isEmpty()) {
            return;
        }
        try {
            source.reportProgress(reports);
        } catch (BrokerException e) {
            LOG.debugf("progress not handed on: %s", e.getMessage());
        }
    }

    private static String words(MigrationTask task) {
        return "cluster=" + task.clusterName() + " slots=" + task.slotRange().rangeList()
                + task.slotRange()
                        .migration()
                        .map(meta -> " epoch=" + meta.epoch() + " from proxy=" + meta.srcProxyAddress() + " to proxy="
                                + meta.dstProxyAddress())
                        .orElse("");
    }
}
