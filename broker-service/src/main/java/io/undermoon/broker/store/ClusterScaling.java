package io.undermoon.broker.store;

import static java.util.Objects.requireNonNull;

import io.undermoon.broker.plan.AutoScaling;
import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.plan.Expansion;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.Plan;
import io.undermoon.broker.plan.Shrinking;
import io.undermoon.broker.state.ClusterView;
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
 * The operations that change how many nodes a cluster has or uses. One of them runs per cluster at a time; another one is
 * refused with {@code NODE_NUMBER_CHANGING} meanwhile, which matters because automatic scaling waits for proxies.
 */
public final class ClusterScaling {
    private final MetadataStore store;
    private final ProxyEpochs proxyEpochs;
    private final Executor executor;
    private final Patience patience;
    private final Set<ClusterName> changing = ConcurrentHashMap.newKeySet();

    /**
     * How automatic scaling waits for the proxies of new nodes.
     *
     * @param interval between two rounds of asking
     * @param timeout after which it gives up
     */
    public record Patience(Duration interval, Duration timeout) {}

    /**
     * @param executor runs what blocks
     */
    public ClusterScaling(MetadataStore store, ProxyEpochs proxyEpochs, Executor executor, Patience patience) {
        this.store = store;
        this.proxyEpochs = proxyEpochs;
        this.executor = executor;
        this.patience = patience;
    }

    /** Returns the new nodes. */
    public List<Node> addNodes(ClusterName name, long added) {
        return withNewNodes(name, (state, rules) -> Clusters.addNodes(state, rules, name, added));
    }

    /** Returns the new nodes. */
    public List<Node> growTo(ClusterName name, long total) {
        return withNewNodes(name, (state, rules) -> Clusters.growTo(state, rules, name, total));
    }

    public void deleteFreeNodes(ClusterName name) {
        changeAlone(name, (state, rules) -> Clusters.deleteFreeNodes(state, name));
    }

    public void expand(ClusterName name) {
        changeAlone(name, (state, rules) -> Expansion.expand(state, name));
    }

    public void shrink(ClusterName name, long total) {
        changeAlone(name, (state, rules) -> Shrinking.shrink(state, name, total));
    }

    /**
     * Brings a cluster to a number of nodes. Where nodes are added, the slots begin to move once all proxies of the cluster
     * know their new metadata; if they do not in time, the result is {@code PROXY_NOT_SYNC} and the nodes stay.
     */
    public CompletionStage<Void> scaleTo(ClusterName name, long total) {
        begin(name);
        CompletionStage<Void> scaled;
        try {
            AutoScaling.Next next = store.change((state, rules) -> AutoScaling.begin(state, rules, name, total));
            scaled = next == AutoScaling.Next.NOTHING
                    ? CompletableFuture.completedStage(null)
                    : awaitProxies(name, System.nanoTime() + patience.timeout().toNanos())
                            .thenRunAsync(() -> finishExpansion(name, total), executor);
        } catch (RuntimeException e) {
            changing.remove(name);
            throw e;
        }
        return scaled.whenComplete((done, failure) -> changing.remove(name));
    }

    private void finishExpansion(ClusterName name, long total) {
        store.change((state, rules) -> AutoScaling.expand(state, rules, name, total));
    }

    private CompletionStage<Void> awaitProxies(ClusterName name, long deadlineNanos) {
        return later(() -> proxyEpochs.ask(cluster(name).store().proxies().toList()))
                .thenCompose(answers -> {
                    Optional<ProxyAddress> behind =
                            behind(answers, cluster(name).store().epoch());
                    if (behind.isEmpty()) {
                        return CompletableFuture.completedStage(null);
                    }
                    if (System.nanoTime() - deadlineNanos >= 0) {
                        return CompletableFuture.failedStage(notInSync(name, behind.get()));
                    }
                    return awaitProxies(name, deadlineNanos);
                });
    }

    private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> call) {
        Executor delayed =
                CompletableFuture.delayedExecutor(patience.interval().toMillis(), TimeUnit.MILLISECONDS, executor);
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
                        + patience.timeout().toSeconds()
                        + " s; the new nodes were added and have no slots yet; call again when it does");
    }

    private List<Node> withNewNodes(ClusterName name, Plan<Integer> plan) {
        begin(name);
        try {
            // The view is computed in the plan: afterwards somebody may have changed the cluster again.
            return store.change((state, rules) -> {
                Outcome<Integer> added = plan.apply(state, rules);
                ClusterView view =
                        ClusterView.of(requireNonNull(added.state().clusters().get(name)), rules.migrationLimit());
                return new Outcome<>(added.state(), view.nodesFromChunk(added.result()));
            });
        } finally {
            changing.remove(name);
        }
    }

    private void changeAlone(ClusterName name, Plan<Outcome.Done> plan) {
        begin(name);
        try {
            store.change(plan);
        } finally {
            changing.remove(name);
        }
    }

    private void begin(ClusterName name) {
        if (!changing.add(name)) {
            throw new UndermoonException(
                    ErrorCode.NODE_NUMBER_CHANGING,
                    "another operation that changes the nodes of cluster '" + name + "' is running");
        }
    }

    private ClusterView cluster(ClusterName name) {
        return store.view()
                .cluster(name)
                .orElseThrow(() -> new UndermoonException(
                        ErrorCode.CLUSTER_NOT_FOUND, "cluster '" + name + "' was removed meanwhile"));
    }
}
