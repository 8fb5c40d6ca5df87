package io.undermoon.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceStatusBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.undermoon.client.BoundedHttp;
import io.undermoon.operator.api.SecretKey;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.api.UndermoonUser;
import io.undermoon.operator.broker.BrokerClient;
import io.undermoon.operator.kube.OperatorConfig;
import io.undermoon.operator.kube.Secrets;
import io.undermoon.operator.kube.Writer;
import io.undermoon.operator.objects.Digest;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.objects.UserFile;
import io.undermoon.operator.plan.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The life of a cluster on an API server: reconciliations alternate with rounds of {@link KubernetesDouble}, so time is
 * counted in rounds and nothing is waited for. After each round nothing that must never happen may have happened.
 */
abstract class ClusterLife {
    private static final int MAX_ROUNDS = 300;
    private static final Duration OBJECTS_INTERVAL = Duration.ofMinutes(5);
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private final BoundedHttp http = BrokerClient.http();
    private BrokerDouble broker;
    private KubernetesDouble kubernetes;
    private ClusterReconciler reconciler;
    private Names names;
    private long skipped;

    abstract KubernetesClient client();

    abstract Writer writer();

    void namespaceMade(String namespace) {}

    @BeforeEach
    void start() throws IOException {
        names = new Names("life-" + NAMESPACES.incrementAndGet(), "orders", "cluster.local");
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(names.namespace())
                        .endMetadata()
                        .build())
                .create();
        namespaceMade(names.namespace());
        broker = new BrokerDouble();
        kubernetes = new KubernetesDouble(client(), names, broker);
        reconciler = operator();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    /** One that knows nothing of what others have done. */
    final ClusterReconciler operator() {
        return operator(writer());
    }

    private ClusterReconciler operator(Writer writer) {
        return new ClusterReconciler(
                client(),
                new OperatorConfig() {
                    @Override
                    public String clusterDomain() {
                        return "cluster.local";
                    }

                    @Override
                    public Duration interval() {
                        return Duration.ofMillis(100);
                    }

                    @Override
                    public Duration steadyInterval() {
                        return Duration.ofSeconds(10);
                    }

                    @Override
                    public Duration objectsInterval() {
                        return OBJECTS_INTERVAL;
                    }
                },
                writer,
                other -> new BrokerClient(http, List.of(broker.address()), "token"),
                () -> System.currentTimeMillis() + skipped);
    }

    final UndermoonCluster cluster() {
        return client().resources(UndermoonCluster.class)
                .inNamespace(names.namespace())
                .withName(names.cluster())
                .get();
    }

    private void create(int chunks) {
        create(chunks, spec -> {});
    }

    final void create(int chunks, Consumer<UndermoonClusterSpec> change) {
        UndermoonCluster cluster = new UndermoonCluster();
        cluster.getMetadata().setName(names.cluster());
        cluster.getMetadata().setNamespace(names.namespace());
        cluster.getSpec().chunks = chunks;
        change.accept(cluster.getSpec());
        client().resource(cluster).create();
    }

    final void change(Consumer<UndermoonCluster> change) {
        client().resource(cluster()).edit(cluster -> {
            change.accept(cluster);
            return cluster;
        });
    }

    final String namespace() {
        return names.namespace();
    }

    final Names names() {
        return names;
    }

    final BrokerDouble broker() {
        return broker;
    }

    final void playKubernetes() {
        kubernetes.round();
    }

    /** While somebody else reconciles. */
    final void until(Supplier<String> value, String wanted) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            kubernetes.round();
            return wanted.equals(value.get());
        });
    }

    private List<UndermoonUser> users() {
        return client().resources(UndermoonUser.class)
                .inNamespace(names.namespace())
                .list()
                .getItems();
    }

    /** Only a reconciliation. */
    final Step look(UndermoonCluster cluster) {
        return reconciler.reconcile(cluster, List.of());
    }

    final Step round() {
        kubernetes.round();
        Step step = reconciler.reconcile(cluster(), users());
        assertThat(broker.wrongs()).isEmpty();
        assertThat(cluster().getStatus().message).isEqualTo(step.message());
        return step;
    }

    /** Until a step says that it is in a state. */
    private Step until(Predicate<Step> done) {
        Step step = round();
        for (int i = 0; i < MAX_ROUNDS; i++) {
            if (done.test(step)) {
                return step;
            }
            if (step.message().contains("leave in")) {
                skipped += Duration.ofMinutes(1).toMillis();
            }
            step = round();
        }
        throw new AssertionError("still " + step + " after " + broker.calls());
    }

    final void untilSteady() {
        until(Step::isSteady);
    }

    private List<Pod> proxies() {
        return client().pods()
                .inNamespace(names.namespace())
                .withLabels(names.selector(Names.Component.PROXY))
                .list()
                .getItems();
    }

    private String condition(String type) {
        return cluster().getStatus().conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .map(Condition::getStatus)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void scales_out_and_in_and_deletes_only_empty_pods() {
        create(1);
        untilSteady();
        assertThat(proxies()).hasSize(3);
        assertThat(condition("Ready")).isEqualTo("True");
        change(cluster -> cluster.getSpec().chunks = 4);
        untilSteady();
        assertThat(proxies()).hasSize(9);
        assertThat(broker.used()).hasSize(8);
        assertThat(cluster().getStatus().chunks).isEqualTo(4);
        change(cluster -> cluster.getSpec().chunks = 1);
        untilSteady();
        assertThat(proxies()).hasSize(3);
        assertThat(broker.used())
                .hasSize(2)
                .allMatch(proxy -> names.ordinal(Names.podOf(proxy)).orElseThrow() < 3);
        assertThat(client().resources(Event.class)
                        .inNamespace(names.namespace())
                        .list()
                        .getItems())
                .extracting(Event::getReason)
                .contains("Creating", "StartingPods", "MovingSlots", "Scaling", "Draining", "Steady");
    }

    @Test
    void a_roll_restarts_every_pod_and_never_takes_both_copies() {
        create(2);
        untilSteady();
        List<String> before = uids();
        change(cluster -> cluster.getSpec().images.proxy = "undermoon/proxy-service:2");
        untilSteady();
        assertThat(uids()).hasSize(5).doesNotContainAnyElementsOf(before);
    }

    private List<String> uids() {
        return proxies().stream().map(pod -> pod.getMetadata().getUid()).toList();
    }

    @Test
    void a_roll_to_an_image_that_does_not_exist_costs_a_spare_and_goes_on_when_corrected() {
        create(1);
        untilSteady();
        kubernetes.brokenImage = "undermoon/proxy-service:no";
        change(cluster -> cluster.getSpec().images.proxy = "undermoon/proxy-service:no");
        until(step -> step.message().startsWith("waits for pod"));
        for (int i = 0; i < 5; i++) {
            assertThat(round().message()).startsWith("waits for pod");
        }
        assertThat(condition("Ready")).isEqualTo("True");
        change(cluster -> cluster.getSpec().images.proxy = "undermoon/proxy-service:3");
        untilSteady();
        assertThat(proxies())
                .allMatch(pod -> pod.getSpec().getContainers().get(0).getImage().endsWith(":3"));
    }

    @Test
    void nothing_is_stale_when_all_pods_come_back_with_other_addresses() {
        create(1);
        untilSteady();
        List<String> used = broker.used();
        int calls = broker.calls().size();
        kubernetes.everythingEnds();
        untilSteady();
        assertThat(broker.used()).isEqualTo(used);
        assertThat(broker.calls()).hasSize(calls);
        assertThat(condition("Degraded")).isEqualTo("False");
    }

    @Test
    void an_operator_that_was_down_goes_on_where_another_one_was() {
        create(1);
        untilSteady();
        change(cluster -> {
            cluster.getSpec().chunks = 3;
            cluster.getSpec().images.redis = "redis:7.4";
        });
        for (int i = 0; i < MAX_ROUNDS; i++) {
            reconciler = operator();
            if (round().isSteady()) {
                break;
            }
            kubernetes.round();
        }
        assertThat(cluster().getStatus().state).isEqualTo(Step.STEADY);
        assertThat(broker.used()).hasSize(6);
        assertThat(broker.calls())
                .filteredOn(call -> call.startsWith("POST /clusters/meta"))
                .hasSize(1);
    }

    @Test
    void writes_nothing_when_nothing_changes() {
        create(1);
        untilSteady();
        round();
        String version = cluster().getMetadata().getResourceVersion();
        int calls = broker.calls().size();
        round();
        round();
        assertThat(cluster().getMetadata().getResourceVersion()).isEqualTo(version);
        assertThat(broker.calls()).hasSize(calls);
    }

    @Test
    void the_broker_learns_in_which_zone_a_pod_is_and_that_it_has_moved() {
        for (String zone : List.of("a", "b", "c")) {
            node(zone);
        }
        kubernetes.scheduler = pod -> nodeOf(pod.endsWith("0") ? "a" : "b");
        create(1);
        untilSteady();
        assertThat(broker.calls())
                .filteredOn(call -> call.startsWith("POST /clusters/meta") || call.startsWith("PUT /proxies/locations"))
                .as("first the zones, then the cluster")
                .element(0)
                .asString()
                .startsWith("PUT");
        String first = names.proxyAddress(names.proxyPod(0));
        assertThat(broker.zone(first)).isEqualTo("a");
        kubernetes.scheduler = pod -> nodeOf("c");
        change(cluster -> cluster.getSpec().images.proxy = "undermoon/proxy-service:2");
        untilSteady();
        assertThat(broker.zone(first)).isEqualTo("c");
    }

    @Test
    void proxies_tell_clients_outside_the_addresses_of_their_load_balancers() {
        kubernetes.givesAddresses = false;
        create(1, spec -> {
            spec.external = new UndermoonClusterSpec.External();
            spec.external.annotations.put("example.org/name", "redis-{ordinal}");
        });
        untilSteady();
        assertThat(condition("Degraded")).isEqualTo("True");
        assertThat(message("Degraded"))
                .contains("proxy orders-proxy-2 has no address outside: Service orders-external-2 has none");
        kubernetes.givesAddresses = true;
        round();
        round();
        assertThat(condition("Degraded")).isEqualTo("False");
        assertThat(outside())
                .contains(
                        names.proxyAddress("orders-proxy-0") + " 203.0.113.",
                        names.proxyHost("orders-proxy-2") + ":15299 203");
        assertThat(outside().lines().filter(line -> !line.startsWith("#"))).hasSize(6);
        assertThat(external())
                .hasSize(3)
                .allSatisfy(service -> assertThat(service.getMetadata().getAnnotations())
                        .containsEntry(
                                "example.org/name",
                                "redis-"
                                        + names.externalOrdinal(
                                                        service.getMetadata().getName())
                                                .orElseThrow()));

        change(cluster -> cluster.getSpec().chunks = 2);
        untilSteady();
        assertThat(external()).hasSize(5);
        change(cluster -> cluster.getSpec().chunks = 1);
        untilSteady();
        round();
        assertThat(external()).hasSize(3);
        String before = outside();
        kubernetes.givesAddresses = false;
        external()
                .forEach(service -> client().resource(service).editStatus(present -> {
                    present.setStatus(new ServiceStatusBuilder().build());
                    return present;
                }));
        round();
        assertThat(outside()).as("an address stays until there is another one").isEqualTo(before);
        assertThat(condition("Degraded")).isEqualTo("False");
        kubernetes.givesAddresses = true;

        change(cluster -> cluster.getSpec().external = null);
        untilSteady();
        assertThat(external()).isEmpty();
        assertThat(client().configMaps()
                        .inNamespace(names.namespace())
                        .withName(names.external())
                        .get())
                .isNull();
    }

    @Test
    void volumes_grow_where_their_class_allows_it_also_those_of_later_pods() {
        String type = "growing-" + names.namespace();
        client().resource(new StorageClassBuilder()
                        .withNewMetadata()
                        .withName(type)
                        .endMetadata()
                        .withProvisioner("example.org/disks")
                        .withAllowVolumeExpansion(true)
                        .build())
                .create();
        create(1, spec -> {
            spec.storage = new UndermoonClusterSpec.Storage();
            spec.storage.size = "1Gi";
            spec.storage.storageClass = type;
        });
        untilSteady();
        change(cluster -> cluster.getSpec().storage.size = "2Gi");
        assertThat(until(step -> step.message().startsWith("volume claim")).message())
                .contains("has 1Gi of 2Gi");
        kubernetes.growVolumes();
        untilSteady();
        change(cluster -> cluster.getSpec().chunks = 2);
        until(step -> {
            kubernetes.growVolumes();
            return step.isSteady();
        });
        assertThat(client().persistentVolumeClaims()
                        .inNamespace(names.namespace())
                        .list()
                        .getItems())
                .hasSize(5)
                .allSatisfy(claim ->
                        assertThat(claim.getStatus().getCapacity()).containsEntry("storage", new Quantity("2Gi")));
        assertThat(condition("Degraded")).isEqualTo("False");
    }

    /** At no moment two pods exist that do not let each other in. */
    @Test
    void secrets_are_replaced_while_all_pods_understand_each_other() {
        create(1);
        untilSteady();
        List<String> revisions = new ArrayList<>(List.of("none"));
        Map<String, String> former = secrets();
        List<String> before = uids();
        change(cluster -> cluster.getSpec().auth.rotation = "2026-11");
        until(step -> {
            for (Pod pod : client().pods().inNamespace(names.namespace()).list().getItems()) {
                String revision = Optional.ofNullable(pod.getMetadata().getAnnotations())
                        .map(annotations -> annotations.get("undermoon.io/access"))
                        .orElse("none");
                if (!revisions.contains(revision)) {
                    revisions.add(revision);
                }
            }
            assertThat(client().pods().inNamespace(names.namespace()).list().getItems().stream()
                            .map(pod -> Optional.ofNullable(pod.getMetadata().getAnnotations())
                                    .map(annotations -> annotations.get("undermoon.io/access"))
                                    .orElse("none"))
                            .map(revisions::indexOf)
                            .distinct()
                            .sorted()
                            .toList())
                    .satisfies(steps -> assertThat(steps.get(steps.size() - 1) - steps.get(0))
                            .isLessThanOrEqualTo(1));
            return step.isSteady();
        });
        assertThat(revisions).as("three rolling restarts").hasSize(4);
        assertThat(uids()).doesNotContainAnyElementsOf(before);
        assertThat(secrets().keySet()).isEqualTo(withRotation(former.keySet()));
        for (String key : List.of("control-secret", "redis-password", "token", "admin-token")) {
            assertThat(secrets().get(key)).as(key).isNotEqualTo(former.get(key));
        }
    }

    private static Set<String> withRotation(Set<String> keys) {
        Set<String> all = new TreeSet<>(keys);
        all.add("rotation");
        return all;
    }

    private Map<String, String> secrets() {
        return Secrets.values(client().secrets()
                .inNamespace(names.namespace())
                .withName(names.access())
                .get());
    }

    private String message(String type) {
        return cluster().getStatus().conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .map(Condition::getMessage)
                .findFirst()
                .orElseThrow();
    }

    final List<Service> external() {
        return client().services()
                .inNamespace(names.namespace())
                .withLabel(Names.EXTERNAL_LABEL, "true")
                .list()
                .getItems();
    }

    final String outside() {
        return client().configMaps()
                .inNamespace(names.namespace())
                .withName(names.external())
                .get()
                .getData()
                .get("addresses");
    }

    /** Has all pods that are made from now on be on a new node, which has an address. */
    final void scheduleOntoNode(String zone, String address) {
        node(zone);
        client().nodes()
                .withName(nodeOf(zone))
                .editStatus(node -> new NodeBuilder(node)
                        .editOrNewStatus()
                        .addNewAddress(address, "ExternalIP")
                        .endStatus()
                        .build());
        kubernetes.scheduler = pod -> nodeOf(zone);
    }

    private String nodeOf(String zone) {
        return "node-" + names.namespace() + "-" + zone;
    }

    private void node(String zone) {
        client().resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(nodeOf(zone))
                        .addToLabels("topology.kubernetes.io/zone", zone)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    void a_network_policy_goes_when_it_is_not_wanted_any_more() {
        create(1, spec -> spec.networkPolicy = true);
        untilSteady();
        var policies = client().network().v1().networkPolicies().inNamespace(names.namespace());
        assertThat(policies.list().getItems()).hasSize(1);
        change(cluster -> cluster.getSpec().networkPolicy = false);
        round();
        assertThat(policies.list().getItems()).isEmpty();
    }

    @Test
    void what_was_to_go_while_kubernetes_refused_something_goes_later() {
        create(1, spec -> spec.networkPolicy = true);
        untilSteady();
        change(cluster -> cluster.getSpec().networkPolicy = false);
        AtomicBoolean refuses = new AtomicBoolean(true);
        reconciler = operator(wanted -> {
            if (refuses.getAndSet(false)) {
                throw new KubernetesClientException("not now");
            }
            writer().write(wanted);
        });
        assertThat(round().state()).isEqualTo(Step.REFUSED);
        untilSteady();
        assertThat(client().network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(names.namespace())
                        .list()
                        .getItems())
                .isEmpty();
    }

    @Test
    void metadata_that_is_lost_is_not_replaced_by_an_empty_cluster() {
        create(1);
        untilSteady();
        broker.loseEverything();
        assertThat(round().state()).isEqualTo(Step.METADATA_LOST);
        assertThat(condition("Degraded")).isEqualTo("True");
    }

    @Test
    void what_somebody_deletes_or_changes_comes_back() {
        create(1);
        untilSteady();
        client().services()
                .inNamespace(names.namespace())
                .withName(names.proxies())
                .delete();
        client().apps()
                .statefulSets()
                .inNamespace(names.namespace())
                .withName(names.broker())
                .edit(set -> {
                    set.getSpec().setReplicas(1);
                    return set;
                });
        skipped += OBJECTS_INTERVAL.toMillis();
        round();
        assertThat(client().services()
                        .inNamespace(names.namespace())
                        .withName(names.proxies())
                        .get())
                .isNotNull();
        assertThat(client().apps()
                        .statefulSets()
                        .inNamespace(names.namespace())
                        .withName(names.broker())
                        .get()
                        .getSpec()
                        .getReplicas())
                .isEqualTo(2);
    }

    @Test
    void pods_that_no_chunk_has_may_be_evicted() {
        create(1);
        untilSteady();
        round();
        assertThat(proxies())
                .filteredOn(pod -> "true".equals(pod.getMetadata().getLabels().get(Names.IN_USE_LABEL)))
                .extracting(pod -> names.proxyAddress(pod.getMetadata().getName()))
                .containsExactlyInAnyOrderElementsOf(broker.used());
    }

    @Test
    void users_come_from_secrets_and_a_new_password_is_written_without_a_restart() {
        create(1);
        UndermoonUser user = new UndermoonUser();
        user.getMetadata().setName("shop");
        user.getMetadata().setNamespace(names.namespace());
        user.getSpec().cluster = names.cluster();
        user.getSpec().passwords.add(new SecretKey("shop", "password"));
        user.getSpec().rules = "~* +@all";
        client().resource(user).create();
        untilSteady();
        assertThat(condition("Degraded")).isEqualTo("True");
        List<String> before = uids();
        password("first");
        round();
        assertThat(users(names)).contains("user shop on #" + Digest.of("first"));
        assertThat(condition("Degraded")).isEqualTo("False");
        password("second");
        round();
        assertThat(users(names)).contains("user shop on #" + Digest.of("second"));
        assertThat(uids()).isEqualTo(before);
    }

    private void password(String value) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName("shop")
                .withNamespace(names.namespace())
                .endMetadata()
                .addToData("password", Secrets.encoded(value))
                .build();
        if (client().resource(secret).get() == null) {
            client().resource(secret).create();
        } else {
            client().secrets().inNamespace(names.namespace()).withName("shop").edit(present -> {
                present.setData(secret.getData());
                return present;
            });
        }
    }

    private String users(Names of) {
        return Secrets.value(
                client().secrets()
                        .inNamespace(of.namespace())
                        .withName(of.users())
                        .get(),
                UserFile.KEY);
    }
}
