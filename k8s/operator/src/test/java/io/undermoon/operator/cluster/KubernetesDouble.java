package io.undermoon.operator.cluster;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceStatusBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.undermoon.operator.objects.Digest;
import io.undermoon.operator.objects.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plays the controllers of StatefulSets and Deployments, the scheduler and the kubelets, one round at each call, on
 * any API server. Proxies register with the broker when their pods run. Each pod that is made has another IP address.
 */
final class KubernetesDouble {
    private static final String REVISION = "controller-revision-hash";

    private final KubernetesClient client;
    private final Names names;
    private final BrokerDouble broker;
    private final Map<String, String> running = new TreeMap<>();
    private int addresses;
    private int loadBalancers;

    /** The node of each pod that is made; null, as at first, for none. */
    UnaryOperator<@Nullable String> scheduler = pod -> null;

    /** Whether load balancers get addresses. */
    boolean givesAddresses = true;

    /** The image that cannot be pulled. */
    String brokenImage = "";

    KubernetesDouble(KubernetesClient client, Names names, BrokerDouble broker) {
        this.client = client;
        this.names = names;
        this.broker = broker;
    }

    /** Everything that Kubernetes does by itself, once; what is there is asked for as lists, which is few requests. */
    void round() {
        Map<String, Pod> pods = new TreeMap<>();
        pods().forEach(pod -> pods.put(pod.getMetadata().getName(), pod));
        Set<String> owners = new TreeSet<>();
        for (StatefulSet set : client.apps()
                .statefulSets()
                .inNamespace(names.namespace())
                .list()
                .getItems()) {
            owners.add(set.getMetadata().getName());
            statefulSet(set, pods);
        }
        client.apps()
                .deployments()
                .inNamespace(names.namespace())
                .list()
                .getItems()
                .forEach(this::deployment);
        if (givesAddresses) {
            loadBalancers();
        }
        Map<String, String> alive = new TreeMap<>();
        for (Pod pod : pods()) {
            if (pod.getMetadata().getDeletionTimestamp() != null || !owners.contains(owner(pod))) {
                client.resource(pod).withGracePeriod(0).delete();
            } else if (kubelet(pod)) {
                alive.put(pod.getMetadata().getName(), pod.getMetadata().getUid());
            }
        }
        running.forEach((name, uid) -> {
            if (!uid.equals(alive.get(name))) {
                broker.deletedWithoutWarning(names.proxyAddress(name));
                broker.down(names.proxyAddress(name));
            }
        });
        running.clear();
        running.putAll(alive);
        alive.keySet().stream()
                .filter(name -> names.ordinal(name).isPresent())
                .forEach(name -> broker.up(names.proxyAddress(name)));
    }

    /** What the collector of garbage looks at. */
    private static String owner(Pod pod) {
        String name = pod.getMetadata().getName();
        return name.substring(0, name.lastIndexOf('-'));
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(names.namespace()).list().getItems();
    }

    /** All machines go off at the same time: what failed by itself is nobody's mistake. */
    void everythingEnds() {
        client.pods()
                .inNamespace(names.namespace())
                .withLabels(names.selector())
                .withGracePeriod(0)
                .delete();
        running.clear();
    }

    private static String revision(PodTemplateSpec template) {
        return Digest.of(Serialization.asJson(template)).substring(0, 10);
    }

    /** @param pods of the namespace, by name */
    private void statefulSet(StatefulSet set, Map<String, Pod> pods) {
        String revision = revision(set.getSpec().getTemplate());
        int replicas = set.getSpec().getReplicas();
        boolean onDelete = set.getSpec().getUpdateStrategy() != null
                && "OnDelete".equals(set.getSpec().getUpdateStrategy().getType());
        int updated = 0;
        for (int i = 0; i < replicas; i++) {
            Pod pod = pods.get(set.getMetadata().getName() + "-" + i);
            if (pod == null) {
                create(set, set.getMetadata().getName() + "-" + i, revision);
            } else if (revision.equals(pod.getMetadata().getLabels().get(REVISION))) {
                updated++;
            } else if (!onDelete) {
                client.resource(pod).delete();
            }
        }
        for (int i = replicas; pods.containsKey(set.getMetadata().getName() + "-" + i); i++) {
            client.resource(pods.get(set.getMetadata().getName() + "-" + i)).delete();
        }
        var status = new StatefulSetStatusBuilder()
                .withObservedGeneration(set.getMetadata().getGeneration())
                .withReplicas(replicas)
                .withUpdatedReplicas(updated)
                .withReadyReplicas(updated)
                .withUpdateRevision(revision)
                .build();
        if (!status.equals(set.getStatus())) {
            client.resource(set).editStatus(present -> {
                present.setStatus(status);
                return present;
            });
        }
    }

    /** Makes a claim, if there is none, and binds it. */
    private void claim(PersistentVolumeClaim template, String pod, Map<String, String> labels) {
        String name = template.getMetadata().getName() + "-" + pod;
        PersistentVolumeClaim claim = new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(names.namespace())
                .withLabels(labels)
                .endMetadata()
                .withNewSpecLike(template.getSpec())
                .withVolumeName("volume-" + name)
                .endSpec()
                .build();
        if (client.resource(claim).get() == null) {
            client.resource(claim).create();
            capacity(client.resource(claim).get());
        }
    }

    private void capacity(PersistentVolumeClaim claim) {
        client.resource(claim)
                .editStatus(present -> new PersistentVolumeClaimBuilder(present)
                        .withNewStatus()
                        .withPhase("Bound")
                        .withAccessModes(present.getSpec().getAccessModes())
                        .withCapacity(present.getSpec().getResources().getRequests())
                        .endStatus()
                        .build());
    }

    /** Plays the one who enlarges volumes. */
    void growVolumes() {
        client.persistentVolumeClaims()
                .inNamespace(names.namespace())
                .list()
                .getItems()
                .forEach(this::capacity);
    }

    private void loadBalancers() {
        for (Service service :
                client.services().inNamespace(names.namespace()).list().getItems()) {
            boolean isLoadBalancer = "LoadBalancer".equals(service.getSpec().getType());
            boolean hasAddress = service.getStatus() != null
                    && service.getStatus().getLoadBalancer() != null
                    && !service.getStatus().getLoadBalancer().getIngress().isEmpty();
            if (isLoadBalancer && !hasAddress) {
                loadBalancers++;
                var status = new ServiceStatusBuilder()
                        .withNewLoadBalancer()
                        .addNewIngress()
                        .withIp("203.0.113." + loadBalancers)
                        .endIngress()
                        .endLoadBalancer()
                        .build();
                client.resource(service).editStatus(present -> {
                    present.setStatus(status);
                    return present;
                });
            }
        }
    }

    private void create(HasMetadata owner, String name, String revision) {
        PodTemplateSpec template = ((StatefulSet) owner).getSpec().getTemplate();
        Map<String, String> labels = new TreeMap<>(template.getMetadata().getLabels());
        labels.put(REVISION, revision);
        PodSpec spec = Serialization.clone(template.getSpec());
        // Of the API server's own: it knows neither service accounts nor volumes here.
        spec.setServiceAccountName(null);
        ((StatefulSet) owner)
                .getSpec()
                .getVolumeClaimTemplates()
                .forEach(claim -> spec.getVolumes()
                        .add(new VolumeBuilder()
                                .withName(claim.getMetadata().getName())
                                .withNewPersistentVolumeClaim(
                                        claim.getMetadata().getName() + "-" + name, false)
                                .build()));
        ((StatefulSet) owner)
                .getSpec()
                .getVolumeClaimTemplates()
                .forEach(claim -> claim(
                        claim,
                        name,
                        ((StatefulSet) owner).getSpec().getSelector().getMatchLabels()));
        spec.setNodeName(scheduler.apply(name));
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(names.namespace())
                        .withLabels(labels)
                        .withAnnotations(template.getMetadata().getAnnotations())
                        .endMetadata()
                        .withSpec(spec)
                        .build())
                .create();
    }

    private void deployment(Deployment deployment) {
        var status = new DeploymentStatusBuilder()
                .withObservedGeneration(deployment.getMetadata().getGeneration())
                .withReplicas(deployment.getSpec().getReplicas())
                .withUpdatedReplicas(deployment.getSpec().getReplicas())
                .withReadyReplicas(deployment.getSpec().getReplicas())
                .withAvailableReplicas(deployment.getSpec().getReplicas())
                .build();
        if (!status.equals(deployment.getStatus())) {
            client.resource(deployment).editStatus(present -> {
                present.setStatus(status);
                return present;
            });
        }
    }

    /** Starts the containers of a pod; returns whether they run. */
    private boolean kubelet(Pod pod) {
        boolean isBroken = pod.getSpec().getContainers().stream()
                .anyMatch(container -> container.getImage().equals(brokenImage));
        if (!isBroken && (pod.getStatus() == null || pod.getStatus().getPodIP() == null)) {
            var containers = new ArrayList<io.fabric8.kubernetes.api.model.ContainerStatus>();
            pod.getSpec()
                    .getContainers()
                    .forEach(container -> containers.add(new ContainerStatusBuilder()
                            .withName(container.getName())
                            .withImage(container.getImage())
                            .withImageID("")
                            .withRestartCount(0)
                            .withReady(true)
                            .withNewState()
                            .withNewRunning()
                            .endRunning()
                            .endState()
                            .build()));
            addresses++;
            var status = new PodStatusBuilder()
                    .withPhase("Running")
                    .withPodIP("10.1." + addresses / 250 + "." + (1 + addresses % 250))
                    .withContainerStatuses(containers)
                    .build();
            client.resource(pod).editStatus(present -> {
                present.setStatus(status);
                return present;
            });
        }
        return !isBroken;
    }
}
