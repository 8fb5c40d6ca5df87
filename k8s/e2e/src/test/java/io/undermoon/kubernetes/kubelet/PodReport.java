package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells the API server about one pod, when there is news. */
final class PodReport {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    /**
     * What is to be told.
     *
     * @param initialized whether the init containers have succeeded
     * @param pod the object, for the conditions of others
     */
    record State(
            String phase,
            @Nullable String address,
            boolean initialized,
            boolean containersReady,
            List<ContainerStatus> initContainers,
            List<ContainerStatus> containers,
            Pod pod) {}

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String uid;
    private final String startTime = now();
    private final Map<String, PodCondition> conditions = new HashMap<>();
    private String told = "";
    private @Nullable String problem;

    PodReport(KubernetesClient client, Pod pod) {
        this.client = client;
        this.namespace = pod.getMetadata().getNamespace();
        this.name = pod.getMetadata().getName();
        this.uid = pod.getMetadata().getUid();
    }

    /** What keeps the pod from starting, null for nothing; it is told with the next state. */
    void problem(@Nullable String message) {
        problem = message;
    }

    void tell(State state) {
        boolean ready = state.containersReady() && passesGates(state.pod());
        PodStatusBuilder status = new PodStatusBuilder()
                .withPhase(state.phase())
                .withHostIP(PodNetwork.NODE)
                .withStartTime(startTime)
                .withInitContainerStatuses(state.initContainers())
                .withContainerStatuses(state.containers())
                .withConditions(List.of(
                        condition("Initialized", state.initialized()),
                        condition("ContainersReady", state.containersReady()),
                        condition("Ready", ready)));
        if (state.address() != null) {
            status.withPodIP(state.address()).addNewPodIP(state.address());
        }
        if (problem != null) {
            status.withMessage(problem);
        }
        PodStatus built = status.build();
        String text = Serialization.asJson(Map.of("metadata", Map.of("uid", uid), "status", built));
        if (!text.equals(told)) {
            client.pods()
                    .inNamespace(namespace)
                    .withName(name)
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), text);
            told = text;
        }
    }

    /**
     * Lets the object go, as all processes have ended.
     *
     * @return whether it is gone, or stays for its finalizers only
     */
    boolean remove() {
        try {
            client.raw(
                    "/api/v1/namespaces/" + namespace + "/pods/" + name,
                    "DELETE",
                    Map.of(
                            "apiVersion",
                            "v1",
                            "kind",
                            "DeleteOptions",
                            "gracePeriodSeconds",
                            0,
                            "preconditions",
                            Map.of("uid", uid)));
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == NOT_FOUND || e.getCode() == CONFLICT) {
                return true;
            }
            throw e;
        }
    }

    private static boolean passesGates(Pod pod) {
        for (PodReadinessGate gate : pod.getSpec().getReadinessGates()) {
            List<PodCondition> all = new ArrayList<>(pod.getStatus().getConditions());
            if (all.stream()
                    .noneMatch(condition -> condition.getType().equals(gate.getConditionType())
                            && condition.getStatus().equals("True"))) {
                return false;
            }
        }
        return true;
    }

    private PodCondition condition(String type, boolean value) {
        String text = value ? "True" : "False";
        PodCondition former = conditions.get(type);
        if (former == null || !former.getStatus().equals(text)) {
            conditions.put(
                    type,
                    new PodConditionBuilder()
                            .withType(type)
                            .withStatus(text)
                            .withLastTransitionTime(now())
                            .build());
        }
        return conditions.get(type);
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
