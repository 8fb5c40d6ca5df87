package io.undermoon.operator.objects;

import static io.undermoon.operator.objects.Parts.port;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.List;
import java.util.TreeMap;

/** The Services: names for pods, and where clients connect. */
final class ServiceObjects {
    private final Owner owner;
    private final UndermoonClusterSpec spec;
    private final Names names;

    ServiceObjects(Owner owner) {
        this.owner = owner;
        this.spec = owner.spec();
        this.names = owner.names();
    }

    /** A Service for names, also of pods that are not ready: they have to reach each other before. */
    Service headless(String name, Component component, List<ServicePort> ports) {
        return new ServiceBuilder()
                .withMetadata(owner.meta(name, component))
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(names.selector(component))
                .withPorts(ports)
                .endSpec()
                .build();
    }

    /** What clients connect to first. Spares are not ready, so it leads to proxies with slots only. */
    Service clientService() {
        Service service = new ServiceBuilder()
                .withMetadata(owner.meta(names.cluster(), Component.PROXY))
                .withNewSpec()
                .withType(spec.service.type)
                .withSelector(names.selector(Component.PROXY))
                .withPorts(clientPort())
                .endSpec()
                .build();
        if (!spec.service.annotations.isEmpty()) {
            service.getMetadata().setAnnotations(new TreeMap<>(spec.service.annotations));
        }
        return service;
    }

    /** Whoever comes from outside is told the addresses outside, where there are any. */
    private ServicePort clientPort() {
        ServicePort port = port("resp", Names.RESP_PORT);
        if (spec.external != null && !spec.service.type.equals("ClusterIP")) {
            port.setTargetPort(new IntOrString("external"));
        }
        return port;
    }
}
