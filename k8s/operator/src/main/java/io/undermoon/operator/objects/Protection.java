package io.undermoon.operator.objects;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.Map;

/** What protects the pods: disruption budgets, and a policy of who reaches them. */
final class Protection {
    private final Owner owner;
    private final UndermoonClusterSpec spec;
    private final Names names;

    Protection(Owner owner) {
        this.owner = owner;
        this.spec = owner.spec();
        this.names = owner.names();
    }

    PodDisruptionBudget budget(Component component, String name, Map<String, String> selector, int unavailable) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(owner.meta(name, component))
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(selector)
                .endSelector()
                .withMaxUnavailable(new IntOrString(unavailable))
                .endSpec()
                .build();
    }

    /**
     * No proxy of a chunk is evicted: the operator moves its masters away and deletes the pod itself when its node is
     * being drained. Spares may be evicted at any time.
     */
    PodDisruptionBudget proxyBudget() {
        Map<String, String> selector = names.selector(Component.PROXY);
        selector.put(Names.IN_USE_LABEL, "true");
        return budget(Component.PROXY, names.proxy(), selector, 0);
    }

    /** Clients and monitoring reach what is theirs, everything else is for the pods of the cluster. */
    NetworkPolicy networkPolicy() {
        return new NetworkPolicyBuilder()
                .withMetadata(owner.meta(names.cluster(), null))
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(names.selector())
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .withIngress(
                        new NetworkPolicyIngressRuleBuilder()
                                .addNewFrom()
                                .withNewPodSelector()
                                .withMatchLabels(names.selector())
                                .endPodSelector()
                                .endFrom()
                                .build(),
                        spec.external == null
                                ? fromEverywhere(Names.RESP_PORT, Names.REPLICA_PORT)
                                : fromEverywhere(
                                        Names.RESP_PORT,
                                        Names.REPLICA_PORT,
                                        Names.EXTERNAL_PORT,
                                        Names.EXTERNAL_REPLICA_PORT),
                        // Health, metrics, and the API of the broker, which asks for an account.
                        fromEverywhere(Names.PROXY_HTTP_PORT, Names.COORDINATOR_PORT, Names.BROKER_PORT))
                .endSpec()
                .build();
    }

    private static NetworkPolicyIngressRule fromEverywhere(int... ports) {
        NetworkPolicyIngressRuleBuilder rule = new NetworkPolicyIngressRuleBuilder();
        for (int port : ports) {
            rule.addNewPort()
                    .withPort(new IntOrString(port))
                    .withProtocol("TCP")
                    .endPort();
        }
        return rule.build();
    }
}
