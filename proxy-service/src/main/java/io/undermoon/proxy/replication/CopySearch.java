package io.undermoon.proxy.replication;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.replication.NodeRun.Answer;
import io.undermoon.proxy.route.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the replicas of one master in a new run what they have of the run before. Owned by the control loop; stages
 * complete on any thread.
 */
final class CopySearch {
    /** Replicas that are silent for so long, and were not heard to have newer data, have none. */
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(5);

    private static final long ANSWER_MILLIS = 1000;

    private final NodeAddress master;
    private final NodeClient client;
    private List<Endpoint> replicas = List.of();

    /** Since when a run has waited for an answer, as {@link System#nanoTime}; null while none waits. */
    private @Nullable Long waitingSinceNanos;

    CopySearch(NodeAddress master, NodeClient client) {
        this.master = master;
        this.client = client;
    }

    void replicas(List<Endpoint> known) {
        replicas = known;
    }

    List<Endpoint> replicas() {
        return replicas;
    }

    /** No run waits for an answer. */
    void end() {
        waitingSinceNanos = null;
    }

    /** @param now the report of the master */
    CompletionStage<Answer> ask(@Nullable Mastership before, InfoReport now) {
        if (replicas.isEmpty() || before != null && !before.hasCopy()) {
            return CompletableFuture.completedStage(Answer.NOTHING);
        }
        List<CompletableFuture<Answer>> answers = replicas.stream()
                .map(replica -> client.state(replica)
                        .toCompletableFuture()
                        .orTimeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                        .thenApply(report -> keeps(before, now, report) ? Answer.NEWER : Answer.NOTHING)
                        .exceptionally(problem -> Answer.UNKNOWN))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done ->
                        best(answers.stream().map(CompletableFuture::join).toList()));
    }

    /** Whether replicas that do not answer have been waited for long enough. */
    boolean isOver() {
        long now = System.nanoTime();
        Long since = waitingSinceNanos;
        if (since == null) {
            waitingSinceNanos = now;
        }
        return since != null && now - since >= SILENCE_LIMIT.toNanos();
    }

    private boolean keeps(@Nullable Mastership before, InfoReport now, InfoReport replica) {
        return before == null ? Mastership.isUnseenOneKeptBy(master, now, replica) : before.isKeptBy(replica);
    }

    private static Answer best(List<Answer> answers) {
        if (answers.contains(Answer.NEWER)) {
            return Answer.NEWER;
        }
        return answers.contains(Answer.UNKNOWN) ? Answer.UNKNOWN : Answer.NOTHING;
    }
}
