package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.broker.config.Settings;
import io.undermoon.broker.observe.ClusterFigures;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.plan.AutoScaling;
import io.undermoon.broker.plan.Balancing;
import io.undermoon.broker.plan.Changes;
import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.plan.Failover;
import io.undermoon.broker.plan.HostDrains;
import io.undermoon.broker.plan.Maintenance;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.plan.Proxies;
import io.undermoon.broker.plan.Rebalancing;
import io.undermoon.broker.plan.Resharding;
import io.undermoon.broker.plan.Switchover;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What calls that change something would do, without doing it: the same plans, made from the present metadata. */
@Path("/api/v3/preview")
@Tag(name = "overview")
public final class PreviewResource {
    private static final String UNKNOWN =
            "expected create, remove, scale, free_nodes, reshard, rebalance, balance, config, abort, switchover,"
                    + " failover, maintenance, end_maintenance, remove_proxy, drain or cancel_drain";

    private final MetadataWriter metadata;
    private final Settings settings;
    private final ProxyObserver observer;

    PreviewResource(MetadataWriter metadata, Settings settings, ProxyObserver observer) {
        this.metadata = metadata;
        this.settings = settings;
        this.observer = observer;
    }

    /**
     * What is to be done. Which members are needed, and what they may be, depends on the action, as in the
     * call itself.
     *
     * @param action what to do
     * @param cluster with which
     * @param nodeNumber for {@code create} and {@code scale}
     * @param copies for {@code create}
     * @param config for {@code config}
     * @param node that is to be master, for {@code switchover} of a node
     * @param proxy for {@code switchover} of a proxy, {@code failover}, maintenance and {@code remove_proxy}
     * @param host for {@code drain} and {@code cancel_drain}
     * @param force accept a loss, as in the calls that take it
     * @param seconds of maintenance
     * @param destination for {@code reshard}
     * @param sources for {@code reshard}
     * @param slotNumber for {@code reshard}
     * @param rangeList for {@code reshard}
     * @param weights for {@code rebalance}
     * @param threshold for {@code rebalance}
     */
    public record PreviewRequest(
            @Schema(required = true, examples = "balance") @Nullable
            String action,

            @Schema(examples = "orders") @Nullable String cluster,

            @Schema(examples = "8") @Nullable Long nodeNumber,

            @Schema(examples = "2") @Nullable Integer copies,

            @Nullable Map<String, String> config,

            @Schema(examples = "10.0.0.1:7001") @Nullable String node,

            @Schema(examples = "10.0.0.1:5299") @Nullable String proxy,

            @Schema(examples = "rack-1") @Nullable String host,

            @Schema(examples = "false") @Nullable Boolean force,

            @Schema(examples = "300") @Nullable Long seconds,

            @Schema(examples = "10.0.0.3:7001") @Nullable String destination,

            @Schema(examples = "[\"10.0.0.1:7001\"]") @Nullable
            List<String> sources,

            @Schema(examples = "500") @Nullable Integer slotNumber,

            @Nullable SlotRanges rangeList,

            @Schema(examples = "{\"10.0.0.1:5299\":2}") @Nullable
            Map<String, Double> weights,

            @Schema(examples = "2") @Nullable Double threshold) {}

    /**
     * What would happen.
     *
     * @param changes in words; empty if nothing would change
     * @param moves of slots
     * @param slots that move
     * @param keys that move, about; absent if the keys of the cluster are not known
     * @param bytes of memory that they take, about; absent likewise
     */
    @Schema(name = "Preview")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PreviewReply(
            List<String> changes,
            List<Changes.Move> moves,
            int slots,
            @Nullable Long keys,
            @Nullable Long bytes) {}

    /** Where an action leads, with what people should know beside what changes in the metadata. */
    private record Planned(Metadata after, List<String> notes) {
        static Planned of(Outcome<?> outcome, String... notes) {
            return new Planned(outcome.state(), List.of(notes));
        }
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "What an action would do, or why it would be refused; changes nothing")
    public PreviewReply preview(@Nullable PreviewRequest body) {
        PreviewRequest request = Input.body(body);
        Metadata before = metadata.state();
        Planned planned = plan(before, metadata.planContext(), request);
        Changes changes = Changes.between(before, planned.after());
        List<String> sentences = new ArrayList<>(changes.sentences());
        sentences.addAll(planned.notes());
        int slots = changes.moves().stream().mapToInt(Changes.Move::slots).sum();
        return new PreviewReply(
                sentences, changes.moves(), slots, share(before, changes, true), share(before, changes, false));
    }

    /** Keys are taken to be spread evenly over the slots of a cluster. */
    private @Nullable Long share(Metadata before, Changes changes, boolean ofKeys) {
        double sum = 0;
        for (Changes.Move move : changes.moves()) {
            StoredCluster cluster = before.clusters().get(move.cluster());
            ClusterFigures figures = cluster == null ? null : ClusterFigures.of(cluster, observer);
            Long all = figures == null ? null : ofKeys ? figures.keys() : figures.usedMemory();
            if (figures == null || all == null || figures.proxiesKnown() < figures.proxies()) {
                return null;
            }
            sum += (double) all * move.slots() / Slot.COUNT;
        }
        return changes.moves().isEmpty() ? null : Math.round(sum);
    }

    private Planned plan(Metadata state, PlanContext context, PreviewRequest request) {
        return switch (Input.member("action", request.action())) {
            case "create" -> create(state, context, request);
            case "remove" -> Planned.of(Clusters.remove(state, cluster(request)));
            case "scale" -> scale(state, context, cluster(request), Input.member("node_number", request.nodeNumber()));
            case "free_nodes" -> Planned.of(Clusters.deleteFreeNodes(state, cluster(request)));
            case "reshard" -> Planned.of(Resharding.reshard(state, context, cluster(request), reshard(request)));
            case "rebalance" -> Planned.of(Rebalancing.rebalance(state, context, cluster(request), rebalance(request)));
            case "balance" -> Planned.of(Balancing.balanceMasters(state, context, cluster(request)));
            case "config" ->
                Planned.of(
                        Clusters.configure(state, context, cluster(request), Input.member("config", request.config())));
            case "abort" -> abort(state, context, cluster(request));
            case "switchover" -> switchOver(state, context, request);
            case "failover" -> failOver(state, context, request);
            case "maintenance" ->
                Planned.of(Maintenance.begin(
                        state,
                        context,
                        Input.knownProxyAddress(Input.member("proxy", request.proxy())),
                        request.seconds() == null ? 300 : request.seconds()));
            case "end_maintenance" ->
                Planned.of(Maintenance.end(
                        state, context, Input.knownProxyAddress(Input.member("proxy", request.proxy()))));
            case "remove_proxy" ->
                Planned.of(Proxies.remove(state, Input.knownProxyAddress(Input.member("proxy", request.proxy()))));
            case "drain" -> drain(state, context, Input.member("host", request.host()));
            case "cancel_drain" ->
                Planned.of(
                        HostDrains.cancel(state, Input.member("host", request.host())),
                        "Moves that have been planned go on unless they are aborted as well.");
            default ->
                throw new UndermoonException(
                        ErrorCode.INVALID_REQUEST, "action '" + request.action() + "' is not known; " + UNKNOWN);
        };
    }

    private static ClusterName cluster(PreviewRequest request) {
        return Input.clusterName(Input.member("cluster", request.cluster()));
    }

    private Planned create(Metadata state, PlanContext context, PreviewRequest request) {
        ClusterConfig config = settings.newClusterConfig();
        ClusterConfig wanted = request.copies() == null
                ? config
                : Clusters.with(config, "copies", request.copies().toString());
        return Planned.of(Clusters.create(
                state, context, cluster(request), Input.member("node_number", request.nodeNumber()), wanted));
    }

    /** As {@code POST /clusters/migrations/auto}, with both of its steps. */
    private static Planned scale(Metadata state, PlanContext context, ClusterName name, long total) {
        StoredCluster present = state.clusters().get(name);
        Metadata quiet = state;
        List<String> notes = new ArrayList<>();
        if (present != null && present.runsMigrations() && !AutoScaling.leadsTo(present, total)) {
            AutoScaling.check(state, context, name, total);
            quiet = Aborts.withdraw(state, context, name, present.tasks()).state();
            notes.add("Moves that run are aborted first; one that is past its switch has to end before.");
        }
        Outcome<AutoScaling.Next> begun = AutoScaling.begin(quiet, context, name, total);
        Metadata after = begun.result() == AutoScaling.Next.NOTHING
                ? begun.state()
                : AutoScaling.expand(begun.state(), context, name, total).state();
        if (begun.result() == AutoScaling.Next.EXPAND) {
            notes.add("Slots begin to move as soon as all proxies of the cluster know the new nodes.");
        } else if (present != null && total < present.nodeNumber()) {
            notes.add("The emptied nodes stay in the cluster until they are freed.");
        }
        return new Planned(after, notes);
    }

    private static Resharding.Request reshard(PreviewRequest request) {
        return new Resharding.Request(
                request.sources() == null ? List.of() : request.sources(),
                Input.member("destination", request.destination()),
                request.slotNumber(),
                request.rangeList());
    }

    private static Rebalancing.Request rebalance(PreviewRequest request) {
        return new Rebalancing.Request(
                request.weights() == null ? Map.of() : request.weights(),
                request.threshold() == null ? Rebalancing.DEFAULT_THRESHOLD_PERCENT : request.threshold());
    }

    private static Planned abort(Metadata state, PlanContext context, ClusterName name) {
        StoredCluster cluster = state.clusters().get(name);
        if (cluster == null) {
            throw new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'");
        }
        return Planned.of(
                Aborts.withdraw(state, context, name, cluster.tasks()),
                "Each source is asked first; a move that is past its switch is committed instead.");
    }

    private static Planned switchOver(Metadata state, PlanContext context, PreviewRequest request) {
        String note = "No write is lost: clients wait some milliseconds while the roles change.";
        if (request.node() != null) {
            NodeAddress node = Input.nodeAddress("node", request.node());
            return Planned.of(Switchover.to(state, context, cluster(request), node), note);
        }
        return Planned.of(
                Switchover.away(
                        state,
                        context,
                        Input.knownProxyAddress(Input.member("proxy", request.proxy())),
                        null,
                        Boolean.TRUE.equals(request.force())),
                note);
    }

    private static Planned failOver(Metadata state, PlanContext context, PreviewRequest request) {
        boolean isForced = Boolean.TRUE.equals(request.force());
        Outcome<Failover.Result> outcome = Failover.failOver(
                state, context, Input.knownProxyAddress(Input.member("proxy", request.proxy())), isForced);
        List<String> notes = new ArrayList<>();
        if (outcome.result() instanceof Failover.Result.NotPossible notPossible) {
            notes.add("It is not replaced: " + notPossible.reason() + ".");
        } else if (outcome.result() instanceof Failover.Result.Replaced replaced) {
            notes.add("Proxy " + replaced.replacement() + " takes its place, and copies the data from the partner.");
        }
        if (isForced) {
            notes.add("With force, writes that only this proxy has are lost.");
        }
        return new Planned(outcome.state(), notes);
    }

    /** The request, and the first steps: masters move away, and then slots. */
    private static Planned drain(Metadata state, PlanContext context, String host) {
        Metadata after = HostDrains.request(state, context, host).state();
        for (int step = 0; step < 2; step++) {
            after = HostDrains.advance(after, context, busy -> false, removable -> false)
                    .state();
        }
        return new Planned(
                after,
                List.of("Clusters whose slots move already come later. The proxies of the host leave their clusters"
                        + " when they have been empty for 30 s."));
    }
}
