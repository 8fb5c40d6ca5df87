package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Services and what is behind them, as the controllers of Kubernetes find out. Thread-safe. */
final class Endpoints implements AutoCloseable {
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";

    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<EndpointSlice> slices;

    Endpoints(KubernetesClient client) {
        this.services = client.services().inAnyNamespace().inform();
        this.slices = client.discovery().v1().endpointSlices().inAnyNamespace().inform();
    }

    List<Service> services() {
        return services.getStore().list();
    }

    Optional<Service> service(String namespace, String name) {
        return Optional.ofNullable(services.getStore().getByKey(namespace + "/" + name));
    }

    /** The addresses of the pods behind a service that are ready, or of all where it says so. */
    List<String> addresses(String namespace, String service) {
        return slices(namespace, service)
                .flatMap(slice -> ready(slice).stream())
                .flatMap(endpoint -> endpoint.getAddresses().stream())
                .distinct()
                .toList();
    }

    /** The address of the pod with a name of its own behind a service. */
    List<String> addresses(String namespace, String service, String hostname) {
        return slices(namespace, service)
                .flatMap(slice -> ready(slice).stream())
                .filter(endpoint -> hostname.equals(endpoint.getHostname()))
                .flatMap(endpoint -> endpoint.getAddresses().stream())
                .distinct()
                .toList();
    }

    /** Where a port of a service leads to. */
    List<InetSocketAddress> targets(Service service, String port) {
        List<InetSocketAddress> targets = new ArrayList<>();
        slices(service.getMetadata().getNamespace(), service.getMetadata().getName())
                .forEach(slice -> {
                    for (EndpointPort declared :
                            Optional.ofNullable(slice.getPorts()).orElse(List.of())) {
                        if (Objects.equals(
                                Optional.ofNullable(declared.getName()).orElse(""), port)) {
                            ready(slice).stream()
                                    .flatMap(endpoint -> endpoint.getAddresses().stream())
                                    .map(address -> new InetSocketAddress(address, declared.getPort()))
                                    .forEach(targets::add);
                        }
                    }
                });
        return targets;
    }

    private Stream<EndpointSlice> slices(String namespace, String service) {
        return slices.getStore().list().stream()
                .filter(slice -> slice.getMetadata().getNamespace().equals(namespace))
                .filter(slice -> slice.getMetadata().getLabels() != null
                        && service.equals(slice.getMetadata().getLabels().get(SERVICE_LABEL)));
    }

    private static List<Endpoint> ready(EndpointSlice slice) {
        return Optional.ofNullable(slice.getEndpoints()).orElse(List.of()).stream()
                .filter(endpoint -> endpoint.getConditions() == null
                        || !Boolean.FALSE.equals(endpoint.getConditions().getReady()))
                .toList();
    }

    @Override
    public void close() {
        services.close();
        slices.close();
    }
}
