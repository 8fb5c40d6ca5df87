package io.undermoon.operator.plan;

import static io.undermoon.operator.broker.BrokerView.Location.UNKNOWN;

import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.api.UndermoonClusterStatus;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.broker.BrokerView.Chunk;
import io.undermoon.operator.broker.BrokerView.Location;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.ClusterObjects;
import io.undermoon.operator.objects.Digest;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.plan.Observed.ProxyPod;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What is observed of a cluster, made step by step: at first as the spec says, with chunks of neighbouring ordinals.
 */
final class Situation {
    static final Names NAMES = new Names("shop", "orders", "cluster.local");

    final UndermoonClusterSpec spec = new UndermoonClusterSpec();
    final UndermoonClusterStatus status = new UndermoonClusterStatus();
    final List<ProxyPod> pods = new ArrayList<>();
    final List<Chunk> chunks = new ArrayList<>();
    final Set<String> spares = new HashSet<>();
    final Set<String> registered = new HashSet<>();
    final Set<String> failed = new HashSet<>();
    final Set<String> failing = new HashSet<>();
    final Set<String> notInSync = new HashSet<>();
    final List<BrokerView.Maintenance> maintenance = new ArrayList<>();
    final Map<String, String> draining = new HashMap<>();
    final Set<String> drained = new HashSet<>();
    final Map<String, Location> locations = new HashMap<>();
    final List<String> claims = new ArrayList<>();
    final List<Observed.GrowingClaim> growing = new ArrayList<>();
    Access access = Access.generated(new SecureRandom(), null);
    Optional<String> rollout = Optional.empty();
    boolean isMigrating;
    boolean knowsCluster = true;
    boolean answers = true;
    boolean knowsLocations = true;
    boolean isTemplateSeen = true;
    int replicas;
    long now = 1_000_000;

    static Situation steady(int chunks) {
        Situation situation = new Situation();
        situation.spec.chunks = chunks;
        situation.replicas = ClusterObjects.wantedProxies(situation.spec);
        for (int i = 0; i < situation.replicas; i++) {
            situation.pods.add(pod(i));
            situation.registered.add(proxy(i));
        }
        for (int i = 0; i < chunks; i++) {
            situation.chunks.add(chunk(2 * i, 2 * i + 1, true));
        }
        situation.status.created = true;
        situation.status.evenChunks = chunks;
        situation.status.configDigest = Digest.of(Map.of("copies", "2").toString());
        return situation;
    }

    static String proxy(int ordinal) {
        return NAMES.proxyAddress(NAMES.proxyPod(ordinal));
    }

    /** The one that a proxy has when nothing has failed. */
    static String master(int ordinal) {
        return NAMES.proxyHost(NAMES.proxyPod(ordinal)) + ":7001";
    }

    static Chunk chunk(int first, int second, boolean hasSlots) {
        return new Chunk(
                List.of(proxy(first), proxy(second)), List.of(master(first), master(second)), hasSlots, hasSlots);
    }

    static ProxyPod pod(int ordinal) {
        return new ProxyPod(
                NAMES.proxyPod(ordinal), "uid-" + ordinal, ordinal, true, false, true, true, false, "", UNKNOWN);
    }

    static ProxyPod old(ProxyPod pod) {
        return new ProxyPod(
                pod.name(),
                pod.uid(),
                pod.ordinal(),
                false,
                false,
                pod.isRunning(),
                pod.isReady(),
                false,
                "",
                pod.location());
    }

    static ProxyPod leaving(ProxyPod pod) {
        return new ProxyPod(pod.name(), pod.uid(), pod.ordinal(), true, true, true, true, false, "", pod.location());
    }

    static ProxyPod stuck(ProxyPod pod, String why) {
        return new ProxyPod(
                pod.name(),
                pod.uid(),
                pod.ordinal(),
                pod.isCurrent(),
                pod.isLeaving(),
                false,
                false,
                false,
                why,
                pod.location());
    }

    /** Puts a pod onto a node, and tells the broker. */
    Situation place(int ordinal, String zone, String node) {
        Location location = new Location(zone, node);
        locations.put(proxy(ordinal), location);
        return change(
                ordinal,
                pod -> new ProxyPod(
                        pod.name(),
                        pod.uid(),
                        ordinal,
                        pod.isCurrent(),
                        pod.isLeaving(),
                        pod.isRunning(),
                        pod.isReady(),
                        pod.isDeleted(),
                        pod.waitsFor(),
                        location));
    }

    Situation change(int ordinal, UnaryOperator<ProxyPod> change) {
        pods.replaceAll(pod -> pod.ordinal() == ordinal ? change.apply(pod) : pod);
        return this;
    }

    Observed observed() {
        Optional<BrokerView.Cluster> cluster = knowsCluster
                ? Optional.of(new BrokerView.Cluster(
                        chunks,
                        spares,
                        isMigrating,
                        new BrokerView.Moves(isMigrating ? 100 : 0, 30, 100, Optional.of(1500L), ""),
                        notInSync))
                : Optional.empty();
        Optional<BrokerView> broker = answers
                ? Optional.of(new BrokerView(
                        registered,
                        failed,
                        failing,
                        cluster,
                        maintenance,
                        draining,
                        drained,
                        knowsLocations ? Optional.of(locations) : Optional.empty()))
                : Optional.empty();
        return new Observed(
                spec,
                status,
                NAMES,
                replicas == 0 ? Optional.empty() : Optional.of(replicas),
                isTemplateSeen,
                rollout,
                pods,
                claims,
                growing,
                broker,
                answers ? "" : "broker 10.0.0.1:7799 cannot be reached",
                List.of(),
                List.of(),
                access,
                now);
    }

    Step next() {
        return Planner.next(observed());
    }
}
