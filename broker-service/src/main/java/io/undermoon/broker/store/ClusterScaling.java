package io.undermoon.broker.store;

import static java.util.Objects.requireNonNull;

import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.plan.AutoScaling;
import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.plan.Expansion;
import io.undermoon.broker.plan.HostDrains;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.Plan;
import io.undermoon.broker.plan.Rebalancing;
import io.undermoon.broker.plan.Resharding;
import io.undermoon.broker.plan.Shrinking;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The operations that change the nodes of a cluster or the distribution of its slots. One operation runs per cluster
 * at a time; others are refused with {@code NODE_NUMBER_CHANGING}, which matters while automatic scaling waits for
 * proxies. Another automatic scaling and a cancellation are accepted then: they end the wait.
 */
public final class ClusterScaling {
    private final MetadataWriter metadata;
    private final ProxyEpochs proxyEpochs;
    private final Executor executor;
    private final EpochPolling epochPolling;
    private final MigrationAborts aborts;
    private final EmptyChunks emptyChunks;
    private final Map<ClusterName, ScalingOperation> operations = new ConcurrentHashMap<>();

    /**
     * How automatic scaling polls the epochs of the cluster's proxies.
     *
     * @param interval between two polls
     * @param timeout after which the scaling fails
     */
    public record EpochPolling(Duration interval, Duration timeout) {}

    /**
     * @param executor runs what blocks
     */
    public ClusterScaling(
            MetadataWriter metadata,
            ProxyEpochs proxyEpochs,
            MigrationAborts aborts,
            EmptyChunks emptyChunks,
            Executor executor,
            EpochPolling epochPolling) {
        this.metadata = metadata;
        this.proxyEpochs = proxyEpochs;
        this.aborts = aborts;
        this.emptyChunks = emptyChunks;
        this.executor = executor;
        this.epochPolling = epochPolling;
    }

    /** Returns the new nodes. */
    public List<Node> addNodes(ClusterName name, long added) {
        return withNewNodes(name, (state, context) -> Clusters.addNodes(state, context, name, added));
    }

    /** Returns the new nodes. */
    public List<Node> growTo(ClusterName name, long total) {
        return withNewNodes(name, (state, context) -> Clusters.growTo(state, context, name, total));
    }

    public void deleteFreeNodes(ClusterName name) {
        changeAlone(name, (state, context) -> Clusters.deleteFreeNodes(state, name));
    }

    public void expand(ClusterName name) {
        changeAlone(name, (state, context) -> Expansion.expand(state, context, name));
    }

    public void shrink(ClusterName name, long total) {
        changeAlone(name, (state, context) -> Shrinking.shrink(state, context, name, total));
    }

    /** Returns the planned migrations. */
    public List<MigratingSlots> reshard(ClusterName name, Resharding.Request request) {
        return changeAlone(name, (state, context) -> Resharding.reshard(state, context, name, request));
    }

    /** Returns the planned migrations. */
    public List<MigratingSlots> rebalance(ClusterName name, Rebalancing.Request request) {
        return changeAlone(name, (state, context) -> Rebalancing.rebalance(state, context, name, request));
    }

    /** Starts draining a host. */
    public void drain(String host) {
        metadata.change((state, context) -> HostDrains.request(state, context, host));
        advanceDrains();
    }

    /** Continues draining hosts where that has become possible; called periodically. */
    public void advanceDrains() {
        if (metadata.state().drainingHosts().isEmpty()) {
            return;
        }
        Set<List<ProxyAddress>> removable;
        synchronized (emptyChunks) {
            removable = emptyChunks.removable(HostDrains.emptied(metadata.state()));
        }
        metadata.change((state, context) -> HostDrains.advance(
                state, context, operations::containsKey, chunk -> removable.contains(chunk.proxyAddresses())));
    }

    /**
     * Scales a cluster to a number of nodes. Migrations that lead to another number are aborted first, and an
     * automatic scaling that waits is cancelled. After nodes were added, slots start to move once all proxies of the
     * cluster have its new epoch; if that takes too long, the result is {@code PROXY_NOT_SYNC} and the nodes stay.
     */
    public CompletionStage<Void> scaleTo(ClusterName name, long total) {
        // Later steps are made by other threads, which do not know who has asked.
        ChangeCause cause = metadata.cause();
        ScalingOperation operation = takeOver(name, total);
        CompletionStage<Void> scaled = CompletableFuture.completedStage(null)
                .thenCompose(start -> endMigrationsElsewhere(name, total))
                .thenCompose(ended -> begin(name, total, operation, cause));
        return scaled.whenComplete((done, failure) -> operations.remove(name, operation));
    }

    /** Cancels an automatic scaling that waits for proxies; returns whether there was one. */
    public boolean cancel(ClusterName name) {
        ScalingOperation operation = operations.get(name);
        if (operation == null || !operation.isCancellable() || !operations.remove(name, operation)) {
            return false;
        }
        operation.cancel(name, "cancelled");
        return true;
    }

    private CompletionStage<Void> begin(ClusterName name, long total, ScalingOperation operation, ChangeCause cause) {
        operation.requireValid();
        AutoScaling.Next next =
                metadata.change(cause, (state, context) -> AutoScaling.begin(state, context, name, total));
        return next == AutoScaling.Next.NOTHING
                ? CompletableFuture.completedStage(null)
                : awaitProxies(name, System.nanoTime() + epochPolling.timeout().toNanos(), operation)
                        .thenRunAsync(() -> finishExpansion(name, total, operation, cause), executor);
    }

    /** A migration past its switch cannot be aborted; the next step is refused until it is committed. */
    private CompletionStage<?> endMigrationsElsewhere(ClusterName name, long total) {
        StoredCluster present = cluster(name).stored();
        if (!present.runsMigrations() || AutoScaling.leadsTo(present, total)) {
            return CompletableFuture.completedStage(null);
        }
        metadata.change((state, context) -> AutoScaling.check(state, context, name, total));
        return aborts.abort(name, Aborts.Selection.ALL);
    }

    private void finishExpansion(ClusterName name, long total, ScalingOperation operation, ChangeCause cause) {
        operation.requireValid();
        metadata.change(cause, (state, context) -> AutoScaling.expand(state, context, name, total));
    }

    private CompletionStage<Void> awaitProxies(ClusterName name, long deadlineNanos, ScalingOperation operation) {
        CompletableFuture<Void> round = later(
                        () -> proxyEpochs.ask(cluster(name).stored().halves().toList()))
                .thenCompose(answers -> {
                    Optional<ProxyAddress> behind =
                            behind(answers, cluster(name).stored().epoch());
                    if (behind.isEmpty()) {
                        return CompletableFuture.completedStage((Void) null);
                    }
                    if (operation.cancelled().isDone()) {
                        return operation.cancelled();
                    }
                    if (System.nanoTime() - deadlineNanos >= 0) {
                        return CompletableFuture.failedStage(notInSync(name, behind.get()));
                    }
                    return awaitProxies(name, deadlineNanos, operation);
                })
                .toCompletableFuture();
        return round.applyToEither(operation.cancelled(), done -> done);
    }

    private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> call) {
        Executor delayed =
                CompletableFuture.delayedExecutor(epochPolling.interval().toMillis(), TimeUnit.MILLISECONDS, executor);
        return CompletableFuture.supplyAsync(call, delayed).thenCompose(stage -> stage);
    }

    private static Optional<ProxyAddress> behind(Map<ProxyAddress, Optional<Epoch>> answers, Epoch wanted) {
        return answers.entrySet().stream()
                .filter(answer -> answer.getValue().map(wanted::isAfter).orElse(true))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst();
    }

    private UndermoonException notInSync(ClusterName name, ProxyAddress behind) {
        return new UndermoonException(
                ErrorCode.PROXY_NOT_SYNC,
                "proxy '" + behind + "' does not know its metadata in cluster '" + name + "' after "
                        + epochPolling.timeout().toSeconds()
                        + " s; the new nodes were added and have no slots yet; call again when it does");
    }

    private List<Node> withNewNodes(ClusterName name, Plan<Integer> plan) {
        // The view is computed in the plan, because another request may change the cluster afterwards.
        return changeAlone(name, (state, context) -> {
            Outcome<Integer> added = plan.apply(state, context);
            ClusterView view =
                    ClusterView.of(requireNonNull(added.state().clusters().get(name)));
            return new Outcome<>(added.state(), view.nodesFromChunk(added.result()));
        });
    }

    private <R> R changeAlone(ClusterName name, Plan<R> plan) {
        ScalingOperation operation = new ScalingOperation(false);
        if (operations.putIfAbsent(name, operation) != null) {
            throw busy(name);
        }
        try {
            return metadata.change(plan);
        } finally {
            operations.remove(name, operation);
        }
    }

    private ScalingOperation takeOver(ClusterName name, long total) {
        ScalingOperation operation = new ScalingOperation(true);
        ScalingOperation before = operations.putIfAbsent(name, operation);
        if (before != null) {
            if (!before.isCancellable() || !operations.replace(name, before, operation)) {
                throw busy(name);
            }
            before.cancel(name, "redirected to " + total + " nodes");
        }
        return operation;
    }

    private static UndermoonException busy(ClusterName name) {
        return new UndermoonException(
                ErrorCode.NODE_NUMBER_CHANGING,
                "another operation that changes the nodes of cluster '" + name + "' is running");
    }

    private ClusterView cluster(ClusterName name) {
        return metadata.view()
                .cluster(name)
                .orElseThrow(() ->
                        new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'"));
    }
}
