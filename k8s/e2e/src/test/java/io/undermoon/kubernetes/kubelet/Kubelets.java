package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The kubelets of all nodes. Nodes are objects with a zone; their pods are processes of this machine, each pod with
 * namespaces and an address of its own. Nodes and pods can be lost on demand.
 *
 * <p>What a kubelet does and this does not: other users than one, limits of CPU and memory, the policies of the
 * network, ephemeral and sidecar containers, gRPC probes, volumes of other kinds, variables for Services.
 */
public final class Kubelets implements AutoCloseable {
    private static final int LEASE_SECONDS = 4;
    private static final String LEASES = "kube-node-lease";

    private final KubernetesClient client;
    private final Images images;
    private final Path directory;
    private final Namespaces namespaces;
    private final PodNetwork network;
    private final ContainerEnvironment environments;
    private final Set<String> nodes = new HashSet<>();
    private final Map<String, PodRun> runs = new HashMap<>();
    private final AtomicInteger started = new AtomicInteger();
    private final ScheduledExecutorService leases = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "node-leases");
        thread.setDaemon(true);
        return thread;
    });
    private final SharedIndexInformer<Pod> pods;

    /**
     * @param scripts the directory of the scripts for namespaces
     * @param apiServer the address that Kubernetes has for it inside of pods
     * @param directory for files of pods
     */
    public Kubelets(KubernetesClient client, Images images, Path scripts, String apiServer, Path directory) {
        this.client = client;
        this.images = images;
        this.directory = directory;
        this.namespaces = new Namespaces(scripts);
        this.network = new PodNetwork(namespaces);
        this.environments = new ContainerEnvironment(
                client, Map.of("KUBERNETES_SERVICE_HOST", apiServer, "KUBERNETES_SERVICE_PORT", "443"));
        this.pods = client.pods().inAnyNamespace().inform(new Assignments());
        leases.scheduleWithFixedDelay(this::renewLeases, 0, 1, TimeUnit.SECONDS);
    }

    /** Registers a node with all the room one may want. */
    public void addNode(String name, String zone) {
        Node node = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels("kubernetes.io/os", "linux")
                .addToLabels("topology.kubernetes.io/zone", zone)
                .addToLabels("topology.kubernetes.io/region", "region-1")
                .endMetadata()
                .build();
        client.nodes().resource(node).create();
        bringUp(name);
    }

    /** Has the node come back with those pods that it still is to run, all of them new processes. */
    public void restoreNode(String name) {
        bringUp(name);
        pods.getStore().list().forEach(this::assigned);
    }

    /** Switches a node off: its processes end at once, and nobody says so. */
    public void loseNode(String name) {
        List<PodRun> lost;
        synchronized (runs) {
            nodes.remove(name);
            lost = runs.values().stream().filter(run -> run.node().equals(name)).toList();
            runs.values().removeAll(lost);
        }
        lost.parallelStream().forEach(PodRun::switchOff);
    }

    /** Kills all containers of a pod; the pod stays. */
    public void killContainers(String namespace, String pod) {
        run(namespace, pod).kill(Optional.empty());
    }

    public void killContainer(String namespace, String pod, String container) {
        run(namespace, pod).kill(Optional.of(container));
    }

    @Override
    public void close() {
        leases.shutdownNow();
        pods.close();
        List<PodRun> all;
        synchronized (runs) {
            nodes.clear();
            all = List.copyOf(runs.values());
            runs.clear();
        }
        all.parallelStream().forEach(PodRun::cutOff);
    }

    Images images() {
        return images;
    }

    ContainerEnvironment environments() {
        return environments;
    }

    Sandbox sandbox(Pod pod, Path own) throws IOException {
        return new Sandbox(namespaces, network, pod.getMetadata().getName(), own);
    }

    private PodRun run(String namespace, String name) {
        Predicate<Pod> wanted = pod -> pod.getMetadata().getNamespace().equals(namespace)
                && pod.getMetadata().getName().equals(name);
        synchronized (runs) {
            return runs.values().stream()
                    .filter(run -> wanted.test(run.pod()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no pod " + name + " runs"));
        }
    }

    private void bringUp(String name) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        NodeStatus status = new NodeStatusBuilder()
                .withCapacity(room())
                .withAllocatable(room())
                .addNewAddress(PodNetwork.NODE, "InternalIP")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withReason("KubeletReady")
                .withLastHeartbeatTime(now)
                .withLastTransitionTime(now)
                .endCondition()
                .build();
        client.nodes()
                .withName(name)
                .subresource("status")
                .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), Serialization.asJson(Map.of("status", status)));
        synchronized (runs) {
            nodes.add(name);
        }
        renewLeases();
    }

    private static Map<String, Quantity> room() {
        return Map.of("cpu", new Quantity("64"), "memory", new Quantity("256Gi"), "pods", new Quantity("110"));
    }

    private void renewLeases() {
        Set<String> names;
        synchronized (runs) {
            names = Set.copyOf(nodes);
        }
        for (String name : names) {
            try {
                Lease lease = new LeaseBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(LEASES)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity(name)
                        .withLeaseDurationSeconds(LEASE_SECONDS)
                        .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                        .endSpec()
                        .build();
                client.resource(lease).forceConflicts().serverSideApply();
            } catch (KubernetesClientException e) {
                // Renewed the next time.
            }
        }
    }

    /** Runs a pod if it is for a node that is up, and is not run yet. */
    private void assigned(Pod pod) {
        String node = pod.getSpec().getNodeName();
        String phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
        synchronized (runs) {
            PodRun run = runs.get(pod.getMetadata().getUid());
            if (run != null) {
                run.update(pod);
            } else if (node != null && nodes.contains(node) && !phase.equals("Succeeded") && !phase.equals("Failed")) {
                Path own = directory.resolve(pod.getMetadata().getName() + "-" + started.incrementAndGet());
                PodRun begun = new PodRun(this, client, pod, own);
                runs.put(pod.getMetadata().getUid(), begun);
                begun.start();
            }
        }
    }

    /** What the API server says about pods. */
    private final class Assignments implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            assigned(pod);
        }

        @Override
        public void onUpdate(Pod former, Pod pod) {
            assigned(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean stateUnknown) {
            PodRun run;
            synchronized (runs) {
                run = runs.remove(pod.getMetadata().getUid());
            }
            if (run != null) {
                run.cutOff();
            }
        }
    }
}
