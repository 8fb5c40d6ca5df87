package io.undermoon.operator.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.undermoon.client.BoundedHttp;
import io.undermoon.metadata.HostPort;
import io.undermoon.operator.broker.BrokerClient;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.Names;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The brokers of clusters, as the operator calls them. */
@FunctionalInterface
public interface Brokers {
    BrokerClient of(Names names);

    /** Those in pods, by the addresses of these: also the ones that are not ready, which answer reads. */
    static Brokers inPods(KubernetesClient client) {
        BoundedHttp http = BrokerClient.http();
        return names -> {
            List<HostPort> addresses = client
                    .pods()
                    .inNamespace(names.namespace())
                    .withLabels(names.selector(Names.Component.BROKER))
                    .list()
                    .getItems()
                    .stream()
                    .map(pod -> pod.getStatus() == null ? null : pod.getStatus().getPodIP())
                    .filter(Objects::nonNull)
                    .sorted()
                    .map(ip -> new HostPort(ip, Names.BROKER_PORT))
                    .toList();
            return new BrokerClient(http, addresses, token(client, names));
        };
    }

    private static String token(KubernetesClient client, Names names) {
        return Optional.ofNullable(client.secrets()
                        .inNamespace(names.namespace())
                        .withName(names.access())
                        .get())
                .map(secret -> Secrets.value(secret, Access.ADMIN_TOKEN))
                .orElse("");
    }
}
