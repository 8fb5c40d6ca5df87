package io.undermoon.broker.store;

import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationTask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * Aborts migrations. Waiting migrations are removed at once, so that none of them starts meanwhile. The source of a
 * running one is asked first, and the migration is removed only if the source agreed never to switch it. So a slot
 * has one owner at any time, also when a process fails in between.
 */
public final class MigrationAborts {
    private static final Logger LOG = Logger.getLogger(MigrationAborts.class);

    private final MetadataWriter metadata;
    private final MigrationControl control;
    private final Executor executor;

    /** The result for one migration. */
    public record Result(MigrationTask task, AbortStatus status, String message) {}

    /** The outcome of an abort for one migration. */
    public enum AbortStatus {
        /** The migration is removed; its slots stay with the source. */
        ABORTED,
        /** The migration is past its switch and will be committed. */
        ALREADY_SWITCHED,
        /** The source does not know the migration yet, or cannot give it up; nothing has changed. */
        REFUSED,
        /** The source did not answer; nothing has changed. */
        NOT_ANSWERED,
        /** The migration was committed or restarted meanwhile. */
        CHANGED
    }

    /**
     * @param executor runs what blocks
     */
    public MigrationAborts(MetadataWriter metadata, MigrationControl control, Executor executor) {
        this.metadata = metadata;
        this.control = control;
        this.executor = executor;
    }

    /**
     * Aborts the selected migrations of a cluster where that is possible. Blocks while the removal of waiting
     * migrations is stored.
     */
    public CompletionStage<List<Result>> abort(ClusterName name, Aborts.Selection selection) {
        ClusterView before = cluster(name);
        List<Result> results = new ArrayList<>();
        for (MigratingSlots task :
                metadata.change((state, context) -> Aborts.withdrawWaiting(state, context, name, selection))) {
            results.add(new Result(before.task(task), AbortStatus.ABORTED, "it had not started"));
        }
        ClusterView now = cluster(name);
        Map<MigrationTask, MigratingSlots> running = new LinkedHashMap<>();
        for (MigratingSlots task : Aborts.select(now.stored(), selection)) {
            running.put(now.task(task), task);
        }
        return control.abort(running.keySet())
                .thenApplyAsync(
                        answers -> {
                            results.addAll(withdraw(name, running, answers));
                            return results;
                        },
                        executor);
    }

    private List<Result> withdraw(
            ClusterName name,
            Map<MigrationTask, MigratingSlots> running,
            Map<MigrationTask, MigrationControl.Answer> answers) {
        List<MigratingSlots> agreed = new ArrayList<>();
        answers.forEach((task, answer) -> {
            MigratingSlots stored = running.get(task);
            if (stored != null && answer.kind() == MigrationControl.Answer.Kind.AGREED) {
                agreed.add(stored);
            }
        });
        List<MigratingSlots> withdrawn =
                metadata.change((state, context) -> Aborts.withdraw(state, context, name, agreed));
        List<Result> results = new ArrayList<>();
        running.forEach((task, stored) -> {
            MigrationControl.Answer answer = answers.getOrDefault(
                    task, new MigrationControl.Answer(MigrationControl.Answer.Kind.NO_ANSWER, "not asked"));
            AbortStatus status = status(answer.kind(), withdrawn.contains(stored));
            results.add(new Result(task, status, answer.message()));
            LOG.infof(
                    "Migration abort answered: cluster=%s slots=%s status=%s message=%s",
                    name, task.slotRange().rangeList(), status, answer.message());
        });
        return results;
    }

    private static AbortStatus status(MigrationControl.Answer.Kind answer, boolean withdrawn) {
        return switch (answer) {
            case AGREED -> withdrawn ? AbortStatus.ABORTED : AbortStatus.CHANGED;
            case ALREADY_SWITCHED -> AbortStatus.ALREADY_SWITCHED;
            case REFUSED -> AbortStatus.REFUSED;
            case NO_ANSWER -> AbortStatus.NOT_ANSWERED;
        };
    }

    private ClusterView cluster(ClusterName name) {
        return metadata.view()
                .cluster(name)
                .orElseThrow(() ->
                        new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'"));
    }
}
