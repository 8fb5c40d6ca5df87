package io.undermoon.operator.cluster;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.undermoon.operator.api.SecretKey;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.broker.BrokerClient;
import io.undermoon.operator.broker.BrokerException;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.broker.BrokerViews;
import io.undermoon.operator.kube.Secrets;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.objects.Names.Component;
import io.undermoon.operator.plan.Observed;
import io.undermoon.operator.plan.Observed.ProxyPod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at one cluster: at its objects in Kubernetes, and at what its broker says. */
final class Observer {
    private static final String REVISION = "controller-revision-hash";

    private final KubernetesClient client;
    private final UndermoonCluster cluster;
    private final Names names;
    private final Nodes nodes;
    private final Map<String, HasMetadata> seen = new HashMap<>();
    private @Nullable List<Pod> pods;
    private @Nullable Access access;

    /** Looks once: what it has seen it does not ask for again. */
    Observer(KubernetesClient client, UndermoonCluster cluster, Names names, Nodes nodes) {
        this.client = client;
        this.cluster = cluster;
        this.names = names;
        this.nodes = nodes;
    }

    /** Takes note of an object that has just been read or written. */
    void saw(HasMetadata object) {
        seen.put(object.getKind() + "/" + object.getMetadata().getName(), object);
    }

    Observed observe(BrokerClient broker, List<String> problems, List<String> unreachable, long nowMillis) {
        Optional<StatefulSet> proxies = statefulSet(names.proxy());
        Optional<BrokerView> view = Optional.empty();
        String problem = "";
        try {
            view = Optional.of(BrokerViews.read(broker, names.cluster()));
        } catch (BrokerException e) {
            problem = Optional.ofNullable(e.getMessage()).orElse(e.code());
        }
        Claims claims = claims();
        return new Observed(
                cluster.getSpec(),
                cluster.getStatus(),
                names,
                proxies.map(set -> set.getSpec().getReplicas()),
                proxies.filter(Observer::isSeen).isPresent(),
                rollout(),
                pods(proxies),
                claims.small(),
                claims.growing(),
                view,
                problem,
                problems,
                unreachable,
                access(),
                nowMillis);
    }

    Optional<StatefulSet> statefulSet(String name) {
        if (seen.get("StatefulSet/" + name) instanceof StatefulSet set) {
            return Optional.of(set);
        }
        StatefulSet set = client.apps()
                .statefulSets()
                .inNamespace(names.namespace())
                .withName(name)
                .get();
        if (set != null) {
            saw(set);
        }
        return Optional.ofNullable(set);
    }

    private @Nullable Deployment deployment(String name) {
        return seen.get("Deployment/" + name) instanceof Deployment deployment
                ? deployment
                : client.apps()
                        .deployments()
                        .inNamespace(names.namespace())
                        .withName(name)
                        .get();
    }

    List<Pod> podsOf(Component component) {
        List<Pod> all = pods;
        if (all == null) {
            all = client.pods()
                    .inNamespace(names.namespace())
                    .withLabels(names.selector())
                    .list()
                    .getItems();
            pods = all;
        }
        return all.stream()
                .filter(pod ->
                        component.label().equals(pod.getMetadata().getLabels().get(Names.COMPONENT_LABEL)))
                .toList();
    }

    private Optional<String> rollout() {
        Optional<StatefulSet> brokers = statefulSet(names.broker());
        boolean brokersDone = brokers.filter(set -> isSeen(set)
                        && value(set.getStatus().getUpdatedReplicas())
                                == value(set.getSpec().getReplicas())
                        && value(set.getStatus().getReadyReplicas())
                                == value(set.getSpec().getReplicas()))
                .isPresent();
        if (!brokersDone) {
            return Optional.of("brokers are being restarted or are not ready");
        }
        Deployment coordinators = deployment(names.coordinator());
        boolean coordinatorsDone = coordinators != null
                && coordinators.getStatus() != null
                && Objects.equals(
                        coordinators.getStatus().getObservedGeneration(),
                        coordinators.getMetadata().getGeneration())
                && value(coordinators.getStatus().getUpdatedReplicas())
                        == value(coordinators.getSpec().getReplicas())
                && value(coordinators.getStatus().getAvailableReplicas())
                        == value(coordinators.getSpec().getReplicas());
        return coordinatorsDone ? Optional.empty() : Optional.of("coordinators are being restarted or are not ready");
    }

    private static boolean isSeen(StatefulSet set) {
        return set.getStatus() != null
                && Objects.equals(
                        set.getStatus().getObservedGeneration(),
                        set.getMetadata().getGeneration());
    }

    private static int value(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    private List<ProxyPod> pods(Optional<StatefulSet> proxies) {
        // Until the StatefulSet has been looked at by its controller, its revision is that of an older template.
        Optional<String> revision =
                proxies.filter(Observer::isSeen).map(set -> set.getStatus().getUpdateRevision());
        List<ProxyPod> found = new ArrayList<>();
        for (Pod pod : podsOf(Component.PROXY)) {
            String name = pod.getMetadata().getName();
            names.ordinal(name).ifPresent(ordinal -> found.add(proxyPod(pod, ordinal, revision, factsOfNode(pod))));
        }
        return found;
    }

    private static ProxyPod proxyPod(Pod pod, int ordinal, Optional<String> revision, Nodes.Facts node) {
        List<ContainerStatus> containers =
                pod.getStatus() == null ? List.of() : pod.getStatus().getContainerStatuses();
        int wanted = pod.getSpec().getContainers().size();
        boolean isRunning = containers.size() == wanted
                && containers.stream()
                        .allMatch(container -> container.getState() != null
                                && container.getState().getRunning() != null);
        boolean isReady =
                isRunning && containers.stream().allMatch(container -> Boolean.TRUE.equals(container.getReady()));
        return new ProxyPod(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                ordinal,
                revision.isEmpty()
                        || revision.get().equals(pod.getMetadata().getLabels().get(REVISION)),
                node.isLeaving(),
                isRunning,
                isReady,
                pod.getMetadata().getDeletionTimestamp() != null,
                isRunning ? "" : waitsFor(pod, containers),
                node.location());
    }

    private static String waitsFor(Pod pod, List<ContainerStatus> containers) {
        for (ContainerStatus container : containers) {
            if (container.getState() != null && container.getState().getWaiting() != null) {
                return "container " + container.getName() + " waits: "
                        + container.getState().getWaiting().getReason();
            }
            if (container.getState() != null && container.getState().getTerminated() != null) {
                return "container " + container.getName() + " has ended";
            }
        }
        if (pod.getStatus() != null) {
            for (var condition : pod.getStatus().getConditions()) {
                if (condition.getType().equals("PodScheduled") && "False".equals(condition.getStatus())) {
                    return Optional.ofNullable(condition.getMessage()).orElse("it has no node yet");
                }
            }
        }
        return "it has not started yet";
    }

    private Nodes.Facts factsOfNode(Pod pod) {
        String name = pod.getSpec().getNodeName();
        return name == null ? Nodes.Facts.NONE : nodes.of(name);
    }

    private Claims claims() {
        UndermoonClusterSpec.Storage storage = cluster.getSpec().storage;
        return storage == null
                ? Claims.NONE
                : Claims.of(
                        client.persistentVolumeClaims()
                                .inNamespace(names.namespace())
                                .withLabels(names.selector(Component.PROXY))
                                .list()
                                .getItems(),
                        new Quantity(storage.size));
    }

    /** The secrets of the cluster. */
    Access access() {
        Access known = access;
        if (known == null) {
            known = secret(names.access()).map(Secrets::values).map(Access::of).orElse(Access.NONE);
            access = known == Access.NONE ? null : known;
        }
        return known;
    }

    /** The value of a key of a Secret in the namespace of the cluster. */
    Optional<String> secret(SecretKey key) {
        return secret(key.name).map(secret -> Secrets.value(secret, key.key));
    }

    Optional<Secret> secret(String name) {
        return Optional.ofNullable(
                client.secrets().inNamespace(names.namespace()).withName(name).get());
    }
}
