package io.undermoon.operator.plan;

import static io.undermoon.operator.plan.Step.waiting;
import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;

import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.broker.BrokerView.Chunk;
import io.undermoon.operator.broker.BrokerView.Cluster;
import io.undermoon.operator.broker.BrokerView.Maintenance;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.ClusterObjects;
import io.undermoon.operator.objects.Digest;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.plan.Observed.ProxyPod;
import io.undermoon.operator.plan.Step.Action;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The next step of a cluster. Whatever it is in the middle of is known from what is observed, not from memory, so that
 * another operator can go on. The order of precedence:
 *
 * <ol>
 *   <li>where proxies run, which the broker has to know before it chooses some;
 *   <li>more pods, when the spec asks for them; the cluster itself, when their proxies have registered;
 *   <li>the pod that is being restarted: until it is back no other one is touched;
 *   <li>slots that move: to their end, or back when the spec has changed meanwhile;
 *   <li>more chunks, or fewer: slots move off the chunks with the highest ordinals first, then these chunks leave the
 *       cluster, then proxies in use with ordinals that are to go are drained, and only then are pods deleted, by
 *       lowering the number of replicas;
 *   <li>larger volumes; restarts of pods with an old template or on nodes that are being emptied, spares first;
 *   <li>chunks whose halves have got into one zone or onto one node;
 *   <li>the next step of replacing the secrets, when all pods have been made anew after the one before.
 * </ol>
 *
 * <p>While a copy of data is missing, or a failover goes on, nothing is moved and nothing restarted.
 */
public final class Planner {
    /** How long clients have to learn that a chunk has no slots any more. */
    static final long EMPTY_MILLIS = 30_000;

    /** Below it maintenance is prolonged before a pod is deleted. */
    private static final long MIN_MAINTENANCE_SECONDS = 120;

    private static final int NODES_PER_CHUNK = 4;

    private final Observed observed;
    private final UndermoonClusterSpec spec;
    private final Names names;
    private final BrokerView broker;
    private final int wantedPods;
    private final Placement placement;

    private Planner(Observed observed, BrokerView broker) {
        this.observed = observed;
        this.spec = observed.spec();
        this.names = observed.names();
        this.broker = broker;
        this.wantedPods = ClusterObjects.wantedProxies(spec);
        this.placement = new Placement(observed, broker);
    }

    public static Step next(Observed observed) {
        if (observed.spec().pause) {
            return waiting("Paused", "spec.pause is true: nothing is changed");
        }
        int wanted = ClusterObjects.wantedProxies(observed.spec());
        if (observed.replicas().orElse(0) < wanted) {
            return new Step("StartingPods", "starts proxy pods up to " + wanted, new Action.Scale(wanted));
        }
        return observed.broker()
                .map(broker -> new Planner(observed, broker).next())
                .orElseGet(() -> waiting("WaitingForBroker", observed.brokerProblem()));
    }

    private Step next() {
        if (broker.cluster().isEmpty() && observed.status().created) {
            return lost();
        }
        Map<String, BrokerView.Location> untold = placement.untold();
        if (!untold.isEmpty()) {
            return new Step(
                    "Locating",
                    "tells the broker where " + untold.size() + " proxies run",
                    new Action.TellLocations(untold));
        }
        if (broker.cluster().isEmpty()) {
            return create();
        }
        Cluster cluster = broker.cluster().get();
        return restarting(cluster)
                .or(() -> endDrainOfPodsThatStay(cluster))
                .or(() -> configuration(cluster))
                .or(() -> moving(cluster))
                .or(() -> draining(cluster))
                .or(() -> chunks(cluster))
                .or(() -> fewerPods(cluster))
                .or(() -> forgetting())
                .or(() -> volumes())
                .or(() -> restarts(cluster))
                .or(() -> growing())
                .or(() -> separation(cluster))
                .or(() -> secrets(cluster))
                .orElseGet(() -> trouble(cluster)
                        .map(trouble -> waiting("Recovering", trouble))
                        .orElseGet(() -> waiting(Step.STEADY, "as the spec says")));
    }

    private Step lost() {
        return waiting(
                Step.METADATA_LOST,
                "the brokers do not know the cluster any more: restore a backup of the metadata; a new cluster would be"
                        + " empty, so none is made");
    }

    private Step create() {
        int needed = 2 * spec.chunks;
        long registered = observed.pods().stream()
                .filter(pod -> broker.proxies().contains(names.proxyAddress(pod.name())))
                .count();
        if (registered < needed) {
            return waiting(
                    "WaitingForProxies", registered + " of " + needed + " proxies have registered" + waitingPod());
        }
        return new Step(
                "Creating",
                "creates a cluster of " + spec.chunks + " chunks",
                new Action.CreateCluster(spec.chunks, spec.copies));
    }

    private String waitingPod() {
        return observed.pods().stream()
                .filter(pod -> !pod.waitsFor().isEmpty())
                .findFirst()
                .map(pod -> "; pod " + pod.name() + ": " + pod.waitsFor())
                .orElse("");
    }

    /** The pods under maintenance, whoever began it: until they are back nothing else is done. */
    private Optional<Step> restarting(Cluster cluster) {
        for (Maintenance maintenance : broker.maintenance()) {
            String name = Names.podOf(maintenance.proxy());
            Optional<ProxyPod> pod = observed.pod(name);
            if (pod.isEmpty() || pod.get().isDeleted()) {
                return Optional.of(waiting("Restarting", "pod " + name + " is being made anew"));
            }
            return Optional.of(
                    pod.get().mustRestart() ? restart(maintenance, pod.get()) : back(cluster, maintenance, pod.get()));
        }
        return Optional.empty();
    }

    private Step restart(Maintenance maintenance, ProxyPod pod) {
        return switch (maintenance.state()) {
            case "ready" ->
                maintenance.secondsLeft() < MIN_MAINTENANCE_SECONDS
                        ? new Step(
                                "Restarting",
                                "gives pod " + pod.name() + " more time",
                                new Action.StartMaintenance(maintenance.proxy()))
                        : new Step(
                                "Restarting",
                                "deletes pod " + pod.name() + ", the other half of its chunk serves",
                                new Action.DeletePod(pod.name(), pod.uid()));
            case "last_copy" ->
                new Step(
                        "Restarting",
                        "leaves pod " + pod.name() + " as it is: it has the last copy of its data",
                        new Action.EndMaintenance(maintenance.proxy()));
            default -> waiting("Restarting", "masters leave pod " + pod.name() + ": " + maintenance.message());
        };
    }

    private Step back(Cluster cluster, Maintenance maintenance, ProxyPod pod) {
        String proxy = maintenance.proxy();
        boolean isBack = (cluster.uses(proxy) ? pod.isReady() : pod.isRunning())
                && broker.proxies().contains(proxy)
                && !broker.failed().contains(proxy)
                && !broker.failing().contains(proxy);
        if (isBack) {
            return new Step(
                    "Restarting", "pod " + pod.name() + " is back", new Action.EndMaintenance(maintenance.proxy()));
        }
        return waiting(
                "Restarting",
                "waits for pod " + pod.name() + " to come back"
                        + (pod.waitsFor().isEmpty() ? "" : ": " + pod.waitsFor()));
    }

    /** After a scale-in that was taken back, and when a chunk has been moved, or cannot be. */
    private Optional<Step> endDrainOfPodsThatStay(Cluster cluster) {
        return broker.draining().keySet().stream()
                .filter(host -> names.ordinal(host).orElse(wantedPods) < wantedPods)
                .filter(host -> !host.equals(observed.status().separating)
                        || !cluster.uses(names.proxyAddress(host))
                        || !broker.draining().getOrDefault(host, "").isEmpty())
                .sorted()
                .findFirst()
                .map(host -> new Step("Scaling", "keeps pod " + host, new Action.EndDrain(host)));
    }

    private Optional<Step> configuration(Cluster cluster) {
        Map<String, String> fields = new TreeMap<>(spec.config);
        fields.put("copies", Integer.toString(spec.copies));
        String digest = Digest.of(fields.toString());
        if (digest.equals(observed.status().configDigest) || cluster.isMigrating()) {
            return Optional.empty();
        }
        return Optional.of(
                new Step("Configuring", "sets the configuration of the cluster", new Action.Configure(fields, digest)));
    }

    private Optional<Step> moving(Cluster cluster) {
        if (!cluster.isMigrating()) {
            return Optional.empty();
        }
        int target = observed.status().movingTo;
        if (target != 0 && target != spec.chunks && broker.draining().isEmpty()) {
            return Optional.of(new Step(
                    "MovingSlots",
                    "stops moving slots to " + target + " chunks, as " + spec.chunks + " are wanted",
                    new Action.AbortMoves()));
        }
        BrokerView.Moves moves = cluster.moves();
        String error = moves.error().isEmpty() ? "" : "; " + moves.error();
        return Optional.of(waiting("MovingSlots", moves.slots() + " slots are still to move" + error));
    }

    /** A host that a chunk still uses; the broker empties it. */
    private Optional<Step> draining(Cluster cluster) {
        return broker.draining().keySet().stream()
                .filter(host -> cluster.uses(names.proxyAddress(host)))
                .sorted()
                .findFirst()
                .map(host -> {
                    String missing = broker.draining().getOrDefault(host, "");
                    return waiting("Draining", "empties proxy " + host + (missing.isEmpty() ? "" : ": " + missing));
                });
    }

    private Optional<Step> chunks(Cluster cluster) {
        int present = cluster.chunks().size();
        if (present == spec.chunks && observed.status().evenChunks == spec.chunks) {
            return Optional.empty();
        }
        Optional<String> trouble = trouble(cluster);
        if (trouble.isPresent()) {
            return Optional.of(waiting("Scaling", "waits before the number of chunks changes: " + trouble.get()));
        }
        if (present < spec.chunks) {
            return Optional.of(grow(cluster));
        }
        List<Chunk> leaving = leaving(cluster);
        List<Chunk> staying = new ArrayList<>(cluster.chunks());
        staying.removeAll(leaving);
        if (leaving.stream().anyMatch(Chunk::hasSlots)
                || staying.stream().anyMatch(chunk -> !chunk.hasSlots())
                || observed.status().evenChunks != spec.chunks) {
            Map<String, Integer> weights = new TreeMap<>();
            staying.forEach(chunk -> chunk.masters().forEach(master -> weights.put(master, 1)));
            leaving.forEach(chunk -> chunk.masters().forEach(master -> weights.put(master, 0)));
            return Optional.of(new Step(
                    "MovingSlots",
                    "spreads slots over " + spec.chunks + " chunks",
                    new Action.MoveSlots(weights, spec.chunks)));
        }
        return Optional.of(shrink(leaving.size()));
    }

    private Step grow(Cluster cluster) {
        int missing = 2 * (spec.chunks - cluster.chunks().size());
        long free = broker.proxies().stream()
                .filter(proxy -> !cluster.uses(proxy) && !broker.failed().contains(proxy))
                .count();
        if (free < missing) {
            return waiting(
                    "WaitingForProxies", free + " of " + missing + " more proxies have registered" + waitingPod());
        }
        return new Step("Scaling", "adds chunks up to " + spec.chunks, new Action.AddChunks(spec.chunks));
    }

    /** Those without slots, then those with the highest ordinals, whose pods are the first to be deleted. */
    private List<Chunk> leaving(Cluster cluster) {
        Comparator<Chunk> order = comparing(Chunk::hasSlots)
                .thenComparing(comparingInt(this::highestOrdinal).reversed());
        return cluster.chunks().stream()
                .sorted(order)
                .limit(cluster.chunks().size() - (long) spec.chunks)
                .toList();
    }

    private int highestOrdinal(Chunk chunk) {
        return chunk.proxies().stream().mapToInt(this::ordinal).max().orElse(0);
    }

    private int ordinal(String proxy) {
        return names.ordinal(Names.podOf(proxy)).orElse(Integer.MAX_VALUE);
    }

    private Step shrink(int chunks) {
        long since = observed.status().emptySince;
        if (since == 0) {
            return new Step("Scaling", chunks + " chunks are empty", new Action.NoteEmpty());
        }
        long left = since + EMPTY_MILLIS - observed.nowMillis();
        if (left > 0) {
            return waiting("Scaling", chunks + " chunks are empty and leave in " + (left + 999) / 1000 + " s");
        }
        return new Step("Scaling", "removes " + chunks + " empty chunks", new Action.FreeChunks());
    }

    /** Pods are only deleted when the broker has put nothing on them and will put nothing on them. */
    private Optional<Step> fewerPods(Cluster cluster) {
        int present = observed.replicas().orElse(0);
        if (present <= wantedPods) {
            return Optional.empty();
        }
        for (int ordinal = present - 1; ordinal >= wantedPods; ordinal--) {
            String pod = names.proxyPod(ordinal);
            String proxy = names.proxyAddress(pod);
            if (broker.proxies().contains(proxy) && !broker.draining().containsKey(pod)) {
                Optional<String> trouble = cluster.uses(proxy) ? trouble(cluster) : Optional.empty();
                return Optional.of(
                        trouble.map(reason -> waiting("Draining", "waits before pod " + pod + " is emptied: " + reason))
                                .orElseGet(() -> new Step(
                                        "Draining", "begins to empty pod " + pod, new Action.StartDrain(pod))));
            }
        }
        return Optional.of(
                new Step("Scaling", "deletes the empty pods down to " + wantedPods, new Action.Scale(wantedPods)));
    }

    /** Proxies whose pods are gone for good. */
    private Optional<Step> forgetting() {
        int replicas = observed.replicas().orElse(0);
        for (String proxy : broker.proxies().stream().sorted().toList()) {
            String pod = Names.podOf(proxy);
            if (proxy.equals(names.proxyAddress(pod)) && ordinal(proxy) >= replicas) {
                return Optional.of(
                        observed.pod(pod).isPresent()
                                ? waiting("Scaling", "waits for pod " + pod + " to end")
                                : new Step("Scaling", "forgets proxy " + pod, new Action.Deregister(proxy)));
            }
        }
        return broker.draining().keySet().stream()
                .sorted()
                .findFirst()
                .map(host -> new Step("Scaling", "forgets pod " + host, new Action.EndDrain(host)));
    }

    private Optional<Step> volumes() {
        UndermoonClusterSpec.Storage storage = spec.storage;
        if (storage == null
                || observed.claims().isEmpty()
                || storage.size.equals(observed.status().volumeSizeRefused)) {
            return Optional.empty();
        }
        return Optional.of(new Step(
                "ResizingVolumes",
                "enlarges volumes to " + storage.size,
                new Action.ResizeVolumes(observed.claims(), storage.size)));
    }

    /** Volumes grow by themselves, some only while their pods are restarted, so nothing waits for them. */
    private Optional<Step> growing() {
        return observed.growing().stream()
                .filter(claim -> !claim.hasFailed())
                .findFirst()
                .map(claim -> waiting("ResizingVolumes", "volume claim " + claim.name() + ": " + claim.progress()));
    }

    /** One pod at a time. Spares first: where the new template does not work nothing has been lost. */
    private Optional<Step> restarts(Cluster cluster) {
        List<ProxyPod> due = observed.pods().stream()
                .filter(ProxyPod::mustRestart)
                .sorted(comparing((ProxyPod pod) -> cluster.uses(names.proxyAddress(pod.name())))
                        .thenComparing(ProxyPod::ordinal))
                .toList();
        if (due.isEmpty()) {
            return observed.isTemplateSeen()
                    ? Optional.empty()
                    : Optional.of(waiting("Restarting", "waits for the controller of StatefulSets"));
        }
        if (observed.rollout().isPresent()) {
            return Optional.of(waiting(
                    "Restarting",
                    "waits before proxies are restarted: " + observed.rollout().get()));
        }
        Optional<ProxyPod> away = observed.pods().stream()
                .filter(pod -> pod.isDeleted() || (!pod.isRunning() && !pod.mustRestart()))
                .findFirst();
        if (away.isPresent() || observed.pods().size() < observed.replicas().orElse(0)) {
            return Optional.of(waiting(
                    "Restarting", "waits for " + away.map(Planner::described).orElse("a pod")));
        }
        ProxyPod pod = due.get(0);
        String proxy = names.proxyAddress(pod.name());
        if (!cluster.uses(proxy)) {
            return Optional.of(new Step(
                    "Restarting", "deletes the spare pod " + pod.name(), new Action.DeletePod(pod.name(), pod.uid())));
        }
        return Optional.of(trouble(cluster)
                .map(trouble -> waiting("Restarting", "waits before pod " + pod.name() + " is restarted: " + trouble))
                .orElseGet(() -> new Step(
                        "Restarting", "has the masters leave pod " + pod.name(), new Action.StartMaintenance(proxy))));
    }

    /** A chunk whose halves would fail together moves to free proxies that would not, if there are any. */
    private Optional<Step> separation(Cluster cluster) {
        if (trouble(cluster).isPresent()) {
            return Optional.empty();
        }
        return placement
                .near(cluster)
                .filter(chunk -> placement.canSeparate(cluster, chunk))
                .map(chunk -> new Step(
                        "Draining",
                        "moves a chunk to proxies that are farther apart: " + placement.described(chunk),
                        new Action.Separate(
                                Names.podOf(Collections.max(chunk.proxies(), comparingInt(this::ordinal))))));
    }

    private Optional<Step> secrets(Cluster cluster) {
        Access access = observed.access();
        String wanted = spec.auth.rotation == null ? access.rotation() : spec.auth.rotation;
        if (access.phase() == Access.Phase.SETTLED && wanted.equals(access.rotation())) {
            return Optional.empty();
        }
        Optional<String> reason = observed.rollout()
                .or(() -> trouble(cluster))
                .or(() -> observed.pods().stream()
                        .filter(pod -> pod.isDeleted() || !pod.isRunning())
                        .findFirst()
                        .map(Planner::described));
        if (reason.isPresent() || observed.pods().size() < observed.replicas().orElse(0)) {
            return Optional.of(waiting(
                    "ReplacingSecrets", "waits before secrets are replaced: " + reason.orElse("a pod is away")));
        }
        String step = switch (access.phase()) {
            case SETTLED -> "has all pods accept new secrets";
            case ACCEPT -> "has all pods use the new secrets";
            case USE -> "has no pod accept the former secrets any more";
        };
        return Optional.of(new Step("ReplacingSecrets", step, new Action.ReplaceSecrets(wanted)));
    }

    private static String described(ProxyPod pod) {
        return "pod " + pod.name() + (pod.waitsFor().isEmpty() ? "" : ": " + pod.waitsFor());
    }

    /** Why nothing may be moved or restarted: a copy is missing, or a failover goes on. */
    private Optional<String> trouble(Cluster cluster) {
        return trouble(broker, cluster);
    }

    static Optional<String> trouble(BrokerView broker, Cluster cluster) {
        Optional<String> down = broker.failing().stream()
                .filter(cluster::uses)
                .sorted()
                .findFirst()
                .or(() ->
                        broker.failed().stream().filter(cluster::uses).sorted().findFirst());
        if (down.isPresent()) {
            return Optional.of("proxy " + Names.podOf(down.get()) + " has failed");
        }
        return cluster.notInSync().stream().sorted().findFirst().map(node -> "the replica " + node + " is not in sync");
    }

    /** The nodes of a number of chunks. */
    public static int nodes(int chunks) {
        return NODES_PER_CHUNK * chunks;
    }
}
