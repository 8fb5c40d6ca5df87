package io.undermoon.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.kube.ObjectWrites;
import io.undermoon.operator.kube.Writer;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.ClusterObjects;
import io.undermoon.testsupport.KubeApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** On a real API server, with server-side apply and the rules of the CRDs. */
@EnabledIf(
        value = "io.undermoon.testsupport.KubeApiServer#isInstalled",
        disabledReason = "KUBE_API_TEST_DIR names no directory with a kube-apiserver")
class RealClusterLifeTest extends ClusterLife {
    @TempDir
    static Path directory;

    private static KubeApiServer server;
    private static KubernetesClient client;

    @BeforeAll
    static void startServer() throws IOException {
        server = KubeApiServer.start(directory);
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://" + server.address())
                .withOauthToken(server.adminToken())
                .withCaCertFile(server.authorities().toString())
                .build();
        client = new KubernetesClientBuilder().withConfig(config).build();
        try (Stream<Path> crds = Files.list(Path.of("..", "helm", "undermoon-operator", "crds"))) {
            for (Path crd : crds.toList()) {
                client.load(Files.newInputStream(crd)).serverSideApply();
            }
        }
        await().ignoreExceptions()
                .until(() -> client.resources(UndermoonCluster.class)
                        .inAnyNamespace()
                        .list()
                        .getItems()
                        .isEmpty());
    }

    @AfterAll
    static void stopServer() {
        client.close();
        server.close();
    }

    @Override
    KubernetesClient client() {
        return client;
    }

    @Override
    Writer writer() {
        return ObjectWrites.serverSideApply(client);
    }

    @Override
    void namespaceMade(String namespace) {
        // Pods need it, and nobody else makes it here.
        client.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName("default")
                        .withNamespace(namespace)
                        .endMetadata()
                        .build())
                .create();
    }

    @Test
    void a_volume_that_would_shrink_is_refused_with_a_reason() {
        create(1, spec -> {
            spec.storage = new UndermoonClusterSpec.Storage();
            spec.storage.size = "2Gi";
        });
        assertThatThrownBy(() -> change(cluster -> cluster.getSpec().storage.size = "1Gi"))
                .hasMessageContaining("storage.size cannot become smaller: volumes do not shrink");
        assertThatThrownBy(() -> change(cluster -> cluster.getSpec().storage = null))
                .hasMessageContaining("spec.storage cannot be added or removed later");
    }

    @Test
    void a_volume_that_cannot_grow_is_asked_for_once_and_is_a_condition() {
        create(1, spec -> {
            spec.storage = new UndermoonClusterSpec.Storage();
            spec.storage.size = "1Gi";
        });
        untilSteady();
        change(cluster -> cluster.getSpec().storage.size = "2Gi");
        untilSteady();
        assertThat(cluster().getStatus().conditions)
                .filteredOn(condition -> condition.getType().equals("Degraded"))
                .singleElement()
                .satisfies(condition -> {
                    assertThat(condition.getReason()).isEqualTo("VolumesNotResized");
                    assertThat(condition.getMessage()).contains("cannot be enlarged", "must support resize");
                });
        String version = cluster().getMetadata().getResourceVersion();
        round();
        round();
        assertThat(cluster().getMetadata().getResourceVersion())
                .as("no endless loop")
                .isEqualTo(version);
    }

    @Test
    void node_ports_that_kubernetes_gives_are_told_and_stay() {
        scheduleOntoNode("a", "192.0.2.4");
        create(1, spec -> {
            spec.external = new UndermoonClusterSpec.External();
            spec.external.type = "NodePort";
        });
        untilSteady();
        Service first = external().stream()
                .filter(service -> service.getMetadata().getName().equals("orders-external-0"))
                .findFirst()
                .orElseThrow();
        int port = first.getSpec().getPorts().get(0).getNodePort();
        int replicaPort = first.getSpec().getPorts().get(1).getNodePort();
        assertThat(outside())
                .contains(names().proxyAddress("orders-proxy-0") + " 192.0.2.4:" + port + "\n")
                .contains(names().proxyHost("orders-proxy-0") + ":15299 192.0.2.4:" + replicaPort + "\n");
        change(cluster -> cluster.getSpec().external.annotations.put("example.org/note", "another"));
        untilSteady();
        assertThat(external()).anySatisfy(service -> {
            assertThat(service.getMetadata().getAnnotations()).containsEntry("example.org/note", "another");
            assertThat(service.getSpec().getPorts().get(0).getNodePort()).isEqualTo(port);
        });
        assertThatThrownBy(() -> change(cluster -> cluster.getSpec().external.type = "ClusterIP"))
                .hasMessageContaining("external.host must be there with external.type ClusterIP");
    }

    @Test
    void a_pod_monitor_is_made_where_prometheus_is_installed() {
        String group = "monitoring.coreos.com";
        create(1, spec -> spec.podMonitor = true);
        untilSteady();
        client.resource(new CustomResourceDefinitionBuilder()
                        .withNewMetadata()
                        .withName("podmonitors." + group)
                        .endMetadata()
                        .withNewSpec()
                        .withGroup(group)
                        .withScope("Namespaced")
                        .withNewNames()
                        .withKind("PodMonitor")
                        .withPlural("podmonitors")
                        .endNames()
                        .addNewVersion()
                        .withName("v1")
                        .withServed(true)
                        .withStorage(true)
                        .withNewSchema()
                        .withNewOpenAPIV3Schema()
                        .withType("object")
                        .withXKubernetesPreserveUnknownFields(true)
                        .endOpenAPIV3Schema()
                        .endSchema()
                        .endVersion()
                        .endSpec()
                        .build())
                .create();
        await().until(() -> client.supports(group + "/v1", "PodMonitor"));
        untilSteady();
        round();
        var monitors =
                client.genericKubernetesResources(group + "/v1", "PodMonitor").inNamespace(namespace());
        assertThat(monitors.list().getItems()).singleElement().satisfies(monitor -> {
            assertThat(monitor.getMetadata().getOwnerReferences()).hasSize(1);
            assertThat(monitor.<String>get("spec", "podMetricsEndpoints", 0, "path"))
                    .isEqualTo("/q/metrics");
            assertThat(monitor.<String>get("spec", "selector", "matchLabels", "undermoon.io/cluster"))
                    .isEqualTo("orders");
        });
        change(cluster -> cluster.getSpec().podMonitor = false);
        round();
        assertThat(monitors.list().getItems()).isEmpty();
    }

    @Test
    void the_framework_calls_the_reconciler_and_a_deletion_does_not_hang() {
        Operator operator = new Operator(configuration -> configuration
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withUseSSAToPatchPrimaryResource(false) // as in application.properties
                .checkingCRDAndValidateLocalModel(false));
        operator.register(operator(), controller -> controller.settingNamespace(namespace()));
        operator.start();
        try {
            create(2, spec -> spec.coordinators = 1);
            until(() -> cluster().getStatus().state, "Steady");
            assertThat(cluster().getFinalizers()).isNotEmpty();
            assertThat(cluster().getSpec().chunks).isEqualTo(2);
            assertThat(cluster().getSpec().coordinators).isEqualTo(1);
            metadata("orders-metadata", "orders-metadata");
            metadata("other-metadata", "other-metadata");
            // No broker answers any more.
            broker().close();
            client.resource(cluster()).delete();
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                playKubernetes();
                return cluster() == null;
            });
            assertThat(client.configMaps()
                            .inNamespace(namespace())
                            .withLabel("app.kubernetes.io/managed-by", "undermoon-broker")
                            .list()
                            .getItems())
                    .extracting(map -> map.getMetadata().getName())
                    .containsExactly("other-metadata");
        } finally {
            operator.stop();
        }
    }

    @Test
    void a_pod_template_that_kubernetes_refuses_is_in_the_status() throws IOException {
        create(1, spec -> {});
        untilSteady();
        var template = new ObjectMapper().readTree("{\"spec\":{\"restartPolicy\":\"Never\"}}");
        change(cluster -> cluster.getSpec().proxyPods.template = template);
        assertThat(round().state()).isEqualTo("ObjectsRefused");
        assertThat(cluster().getStatus().message).contains("restartPolicy");
        change(cluster -> cluster.getSpec().proxyPods.template = null);
        untilSteady();
    }

    private void metadata(String name, String instance) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace())
                        .addToLabels("app.kubernetes.io/managed-by", "undermoon-broker")
                        .addToLabels("app.kubernetes.io/instance", instance)
                        .endMetadata()
                        .build())
                .create();
    }

    @Test
    void every_object_is_accepted_as_it_is() {
        create(1, spec -> {
            spec.storage = new UndermoonClusterSpec.Storage();
            spec.tls = new UndermoonClusterSpec.Tls();
            spec.tls.secret = "certificate";
            spec.networkPolicy = true;
            spec.podMonitor = true;
            spec.images.pullSecrets = List.of("registry");
        });
        untilSteady();
        List<HasMetadata> objects = new ClusterObjects(cluster(), names(), Access.NONE).all(3, null);
        assertThat(objects).allMatch(object -> client.resource(object).get() != null);
    }
}
