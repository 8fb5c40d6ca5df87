package io.undermoon.coordinator.migrate;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.KeyedExecutor;
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
 * Asks the proxies of running migrations for their progress.
 *
 * <ul>
 *   <li>A migration that its source reports as finished, with exactly the slots, addresses and epoch that the broker
 *       has, is committed, and the new metadata is pushed to the destination before the source, so that no slot is
 *       without an owner.
 *   <li>A migration that its source has aborted without the broker receiving the reply is aborted at the broker.
 *   <li>The progress of the others is reported to the broker.
 * </ul>
 *
 * <p>Proxies that do not answer probes are not asked. Belongs to the thread of one loop.
 */
public final class MigrationCommit {
    private static final Logger LOG = Logger.getLogger(MigrationCommit.class);
    /** One slow proxy must not delay the commits of the others; the next round finds late answers. */
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(3);

    private final MetadataSource source;
    private final ProxyControl proxies;
    private final ProxyStatuses statuses;
    private final MetadataPush push;
    private final LoopMetrics metrics;
    private final KeyedExecutor executor;
    private final RunningMigrations running;

    /** The answers of the proxies in one round. */
    private static final class Answers {
        final Set<MigrationTask> finished = ConcurrentHashMap.newKeySet();
        final Set<MigrationTask> aborted = ConcurrentHashMap.newKeySet();
        final Map<ProxyAddress, List<ProgressReport>> progress = new ConcurrentHashMap<>();
    }

    public MigrationCommit(
            MetadataSource source,
            ProxyControl proxies,
            ProxyStatuses statuses,
            MetadataPush push,
            LoopMetrics metrics,
            KeyedExecutor executor) {
        this.source = source;
        this.proxies = proxies;
        this.statuses = statuses;
        this.push = push;
        this.metrics = metrics;
        this.executor = executor;
        this.running = new RunningMigrations(source);
    }

    /**
     * @throws BrokerException if the broker does not answer
     */
    public void round() {
        running.refresh();
        Answers answers = ask(running.proxies());
        end(answers);
        reportProgress(List.copyOf(answers.progress.values()));
    }

    /** Whether there were migrations when the last round began that have not ended since. */
    public boolean areRunning() {
        return !running.isEmpty();
    }

    /** Commits or aborts those of the running migrations that have ended since; to be called between two rounds. */
    public void endFinished() {
        end(ask(running.sources()));
    }

    private Answers ask(Set<ProxyAddress> asked) {
        List<ProxyAddress> answering =
                asked.stream().filter(statuses.snapshot()::containsKey).sorted().toList();
        Answers answers = new Answers();
        executor.forEach(answering, proxy -> collect(proxy, answers), WAIT_LIMIT);
        return answers;
    }

    private void end(Answers answers) {
        // Copies: answers that arrive after the wait has ended are left for the next time.
        Set.copyOf(answers.finished).forEach(task -> orRetryLater(task, this::commit));
        Set.copyOf(answers.aborted).forEach(task -> orRetryLater(task, this::abort));
    }

    private void collect(ProxyAddress proxy, Answers answers) {
        try {
            ProxyControl.Migrations migrations = proxies.migrations(proxy);
            migrations
                    .finished()
                    .forEach(task -> ofSource(proxy, task.slotRange()).ifPresent(answers.finished::add));
            migrations.progress().stream()
                    .filter(progress -> progress.state() == MigrationProgress.State.ABORTED)
                    .forEach(progress -> ofSource(proxy, progress.task()).ifPresent(answers.aborted::add));
            answers.progress.put(
                    proxy,
                    migrations.progress().stream()
                            .flatMap(progress -> running
                                    .find(progress.task())
                                    .map(task -> new ProgressReport(task.clusterName(), progress))
                                    .stream())
                            .toList());
        } catch (RespClientException e) {
            LOG.debugf("Migrations unknown: proxy=%s reason=%s", proxy, e.getMessage());
        }
    }

    /** The migration that a proxy reports, if the proxy is its source, which decides who owns the slots. */
    private Optional<MigrationTask> ofSource(ProxyAddress proxy, TaggedSlots reported) {
        return running.find(reported)
                .filter(task -> reported.isMigrating()
                        && task.slotRange()
                                .migration()
                                .map(MigrationMeta::srcProxyAddress)
                                .equals(Optional.of(proxy)));
    }

    /** A task that the broker fails to process must not delay the others. */
    private static void orRetryLater(MigrationTask task, Consumer<MigrationTask> work) {
        try {
            work.accept(task);
        } catch (BrokerException e) {
            LOG.warnf(
                    "End of migration not recorded, will be retried: cluster=%s slots=%s reason=%s",
                    task.clusterName(), task.slotRange().rangeList(), e.getMessage());
        }
    }

    private void commit(MigrationTask task) {
        CommitOutcome outcome = source.commit(task);
        metrics.committed(outcome);
        switch (outcome) {
            case COMMITTED -> {
                running.forget(task);
                LOG.infof("Migration committed: %s", fields(task));
                pushBoth(task);
            }
            // The commit of another coordinator raised the epoch, so synchronisation pushes to both proxies.
            case GONE -> {
                running.forget(task);
                LOG.debugf("Migration unknown to the broker: %s", fields(task));
            }
            case RETRY -> LOG.debugf("Migration not committed, the broker is busy: %s", fields(task));
        }
    }

    private void abort(MigrationTask task) {
        if (source.abort(task)) {
            running.forget(task);
            metrics.migrationAborted();
            LOG.infof("Migration aborted: %s", fields(task));
            pushBoth(task);
        }
    }

    private void pushBoth(MigrationTask task) {
        task.slotRange().migration().ifPresent(meta -> {
            push.push(meta.dstProxyAddress());
            push.push(meta.srcProxyAddress());
        });
    }

    private void reportProgress(List<List<ProgressReport>> progress) {
        List<ProgressReport> reports = progress.stream().flatMap(List::stream).toList();
        if (reports.isEmpty()) {
            return;
        }
        try {
            source.reportProgress(reports);
        } catch (BrokerException e) {
            LOG.debugf("Progress not reported: reason=%s", e.getMessage());
        }
    }

    private static String fields(MigrationTask task) {
        return "cluster=" + task.clusterName() + " slots=" + task.slotRange().rangeList()
                + task.slotRange()
                        .migration()
                        .map(meta -> " epoch=" + meta.epoch() + " source=" + meta.srcProxyAddress() + " destination="
                                + meta.dstProxyAddress())
                        .orElse("");
    }
}
