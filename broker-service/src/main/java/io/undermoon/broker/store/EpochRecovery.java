package io.undermoon.broker.store;

import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.plan.ProxyReport;
import io.undermoon.broker.plan.Reconciliation;
import io.undermoon.broker.state.Metadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The use of older metadata: that of a broker which has lost changes, or of a backup. It is compared with what the
 * proxies have, learns from them, and gets epochs above theirs, so that they accept it. Where that cannot be done for
 * certain nothing is changed, unless somebody accepts what differs.
 */
public final class EpochRecovery {
    private static final Logger LOG = Logger.getLogger(EpochRecovery.class);
    private static final int SHOWN = 5;

    private final MetadataWriter metadata;
    private final ProxyReports proxies;
    private final Executor executor;

    /**
     * @param executor runs what blocks
     */
    public EpochRecovery(MetadataWriter metadata, ProxyReports proxies, Executor executor) {
        this.metadata = metadata;
        this.proxies = proxies;
        this.executor = executor;
    }

    /**
     * The result.
     *
     * @param epoch that all metadata has now, or would have
     * @param learned what the proxies knew better
     * @param conflicts what differs and was not learned
     * @param unanswered the proxies that did not answer with a possible epoch; if one of them has a higher epoch,
     *     another recovery is needed
     */
    public record RecoveryReport(
            Epoch epoch, List<String> learned, List<String> conflicts, List<ProxyAddress> unanswered) {}

    /**
     * Recovers the metadata of this broker.
     *
     * @return fails with {@code RECOVERY_UNDECIDED} if there are conflicts that are not accepted
     */
    public CompletionStage<RecoveryReport> recover(boolean acceptsConflicts) {
        return use(null, acceptsConflicts, false);
    }

    /**
     * Replaces the metadata of this broker by that of a backup.
     *
     * @param dryRun to change nothing
     * @return fails with {@code RECOVERY_UNDECIDED} if there are conflicts that are not accepted, and it is no dry run
     */
    public CompletionStage<RecoveryReport> restore(Metadata backup, boolean acceptsConflicts, boolean dryRun) {
        return use(backup, acceptsConflicts, dryRun);
    }

    private CompletionStage<RecoveryReport> use(@Nullable Metadata backup, boolean acceptsConflicts, boolean dryRun) {
        Metadata present = metadata.state();
        Metadata incoming = backup == null ? present : backup;
        Set<ProxyAddress> asked = new TreeSet<>(incoming.allProxies().keySet());
        // Those that are not in the backup may be in clusters that are not in it either.
        asked.addAll(present.allProxies().keySet());
        ChangeCause cause = metadata.cause();
        return proxies.ask(asked)
                .thenApplyAsync(
                        answers -> dryRun
                                ? report(recovered(incoming, answers, true), answers)
                                : stored(cause, backup, answers, acceptsConflicts),
                        executor);
    }

    private Reconciliation.Result recovered(
            Metadata incoming, Map<ProxyAddress, Optional<ProxyReport>> answers, boolean acceptsConflicts) {
        return Epochs.recover(metadata.state(), incoming, answers, acceptsConflicts)
                .result();
    }

    private RecoveryReport stored(
            ChangeCause cause,
            @Nullable Metadata backup,
            Map<ProxyAddress, Optional<ProxyReport>> answers,
            boolean acceptsConflicts) {
        Reconciliation.Result result = metadata.change(
                cause,
                (state, context) -> Epochs.recover(state, backup == null ? state : backup, answers, acceptsConflicts));
        if (!result.conflicts().isEmpty() && !acceptsConflicts) {
            throw new UndermoonException(ErrorCode.RECOVERY_UNDECIDED, undecided(result.conflicts()));
        }
        LOG.infof(
                "Epochs recovered: epoch=%s learned=%s conflicts=%s",
                result.state().globalEpoch(), result.learned(), result.conflicts());
        return report(result, answers);
    }

    private static String undecided(List<String> conflicts) {
        String more = conflicts.size() > SHOWN ? "; and " + (conflicts.size() - SHOWN) + " more" : "";
        return "the metadata is older than that of the proxies and cannot be brought up to date by what they say: "
                + String.join("; ", conflicts.subList(0, Math.min(SHOWN, conflicts.size()))) + more
                + ". Restore a newer backup, or bring back the proxies that do not answer; force=true uses the metadata"
                + " as it is, and what proxies have that is not in it is lost";
    }

    private static RecoveryReport report(
            Reconciliation.Result result, Map<ProxyAddress, Optional<ProxyReport>> answers) {
        List<ProxyAddress> unanswered = answers.entrySet().stream()
                .filter(answer -> answer.getValue()
                        .filter(report -> Epochs.isPossible(report.epoch()))
                        .isEmpty())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        return new RecoveryReport(result.state().globalEpoch(), result.learned(), result.conflicts(), unanswered);
    }
}
