package io.undermoon.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What clients outside of Kubernetes are told, by the type of the Services. */
class ExternalObjectsTest {
    private static final Names NAMES = new Names("shop", "orders", "cluster.local");
    private static final String MASTERS = "orders-proxy-1.orders-proxies.shop.svc.cluster.local:5299";
    private static final String REPLICAS = "orders-proxy-1.orders-proxies.shop.svc.cluster.local:15299";

    private final UndermoonCluster cluster = new UndermoonCluster();
    private final UndermoonClusterSpec.External external = new UndermoonClusterSpec.External();
    private final ExternalObjects objects = new ExternalObjects(cluster, NAMES, external);

    private Optional<Map<String, String>> lines(Service service, String node) {
        return objects.lines(1, service, Optional.ofNullable(node));
    }

    @Test
    void a_service_leads_to_one_pod_also_while_it_is_not_ready() {
        Service service = objects.service(1);
        assertThat(service.getMetadata().getName()).isEqualTo("orders-external-1");
        assertThat(service.getSpec().getSelector())
                .containsEntry("statefulset.kubernetes.io/pod-name", "orders-proxy-1");
        assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(service.getSpec().getPorts())
                .extracting(ServicePort::getPort, port -> port.getTargetPort().getStrVal())
                .containsExactly(tuple(5299, "external"), tuple(15299, "external-reads"));
    }

    @Test
    void a_load_balancer_has_an_address_or_a_name() {
        Service service = objects.service(1);
        assertThat(lines(service, "10.0.0.1")).isEmpty();
        service = ingress(service, "2001:db8::7", null);
        assertThat(lines(service, null))
                .contains(Map.of(MASTERS, "[2001:db8::7]:5299", REPLICAS, "[2001:db8::7]:15299"));
        assertThat(lines(ingress(service, null, "lb.example.org"), null).orElseThrow())
                .containsEntry(MASTERS, "lb.example.org:5299");
        external.host = "redis-{ordinal}.example.org";
        assertThat(lines(objects.service(1), null).orElseThrow())
                .as("a name that somebody points to it")
                .containsEntry(MASTERS, "redis-1.example.org:5299");
    }

    private static Service ingress(Service service, String ip, String name) {
        return service.toBuilder()
                .withNewStatus()
                .withNewLoadBalancer()
                .addNewIngress()
                .withIp(ip)
                .withHostname(name)
                .endIngress()
                .endLoadBalancer()
                .endStatus()
                .build();
    }

    @Test
    void node_ports_are_at_the_node_of_the_pod() {
        external.type = "NodePort";
        Service service = objects.service(1);
        assertThat(lines(service, "192.0.2.4")).as("before it has ports").isEmpty();
        service.getSpec().getPorts().get(0).setNodePort(30001);
        service.getSpec().getPorts().get(1).setNodePort(30002);
        assertThat(lines(service, null)).as("before the pod has a node").isEmpty();
        assertThat(lines(service, "192.0.2.4"))
                .contains(Map.of(MASTERS, "192.0.2.4:30001", REPLICAS, "192.0.2.4:30002"));
    }

    @Test
    void given_addresses_differ_by_name_or_by_port() {
        external.type = "ClusterIP";
        external.host = "redis-{ordinal}.example.org";
        assertThat(lines(objects.service(1), null))
                .contains(Map.of(MASTERS, "redis-1.example.org:5299", REPLICAS, "redis-1.example.org:15299"));
        external.host = "redis.example.org";
        external.port = 7000;
        external.replicaPort = 8000;
        assertThat(lines(objects.service(1), null))
                .contains(Map.of(MASTERS, "redis.example.org:7001", REPLICAS, "redis.example.org:8001"));
    }

    @Test
    void the_file_is_read_as_it_is_written() {
        Map<String, String> lines = Map.of(MASTERS, "redis-1.example.org:5299");
        assertThat(ExternalObjects.linesOf(objects.configMap(lines))).isEqualTo(lines);
    }

    @Test
    void proxies_listen_for_them_and_find_the_file() {
        cluster.getMetadata().setName("orders");
        cluster.getMetadata().setNamespace("shop");
        cluster.getSpec().external = external;
        cluster.getSpec().service.type = "LoadBalancer";
        ClusterObjects all = new ClusterObjects(cluster, NAMES, Access.NONE);
        Container proxy = all.all(3, null).stream()
                .filter(StatefulSet.class::isInstance)
                .map(StatefulSet.class::cast)
                .filter(set -> set.getMetadata().getName().equals("orders-proxy"))
                .findFirst()
                .orElseThrow()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0);
        assertThat(proxy.getEnv())
                .extracting(EnvVar::getName, EnvVar::getValue)
                .contains(
                        tuple("UNDERMOON_EXTERNAL_ADDRESS", "0.0.0.0:5300"),
                        tuple("UNDERMOON_EXTERNAL_ADDRESSES_FILE", "/etc/undermoon/external/addresses"));
        assertThat(proxy.getPorts()).extracting(port -> port.getName()).contains("external", "external-reads");
        assertThat(all.all(3, null).stream()
                        .filter(Service.class::isInstance)
                        .map(Service.class::cast)
                        .filter(service -> service.getMetadata().getName().equals("orders")))
                .singleElement()
                .satisfies(service -> assertThat(service.getSpec()
                                .getPorts()
                                .get(0)
                                .getTargetPort()
                                .getStrVal())
                        .isEqualTo("external"));
    }
}
