package io.undermoon.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a cluster consists of. */
class ClusterObjectsTest {
    private static final Names NAMES = new Names("shop", "orders", "cluster.local");

    private final UndermoonCluster cluster = new UndermoonCluster();

    ClusterObjectsTest() {
        cluster.getMetadata().setName("orders");
        cluster.getMetadata().setNamespace("shop");
        cluster.getMetadata().setUid("u");
    }

    private <T extends HasMetadata> T find(Class<T> type, String name) {
        return new ClusterObjects(cluster, NAMES, Access.NONE)
                .all(3, null).stream()
                        .filter(object -> type.isInstance(object)
                                && object.getMetadata().getName().equals(name))
                        .map(type::cast)
                        .findFirst()
                        .orElseThrow();
    }

    private static Container container(StatefulSet set, String name) {
        return set.getSpec().getTemplate().getSpec().getContainers().stream()
                .filter(container -> container.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String env(Container container, String name) {
        return container.getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everything_is_owned_by_the_cluster_and_has_its_labels() {
        assertThat(new ClusterObjects(cluster, NAMES, Access.NONE).all(3, null))
                .hasSizeGreaterThan(10)
                .allSatisfy(object -> {
                    assertThat(object.getMetadata().getOwnerReferences()).hasSize(1);
                    assertThat(object.getMetadata().getLabels()).containsEntry(Names.CLUSTER_LABEL, "orders");
                });
    }

    @Test
    void proxies_announce_names_that_stay_when_pods_get_other_addresses() {
        Container proxy = container(find(StatefulSet.class, "orders-proxy"), "proxy");
        String host = "$(POD_NAME).orders-proxies.shop.svc.cluster.local";
        assertThat(env(proxy, "UNDERMOON_ANNOUNCE_ADDRESS")).isEqualTo(host + ":5299");
        assertThat(env(proxy, "UNDERMOON_NODE_ADDRESSES")).isEqualTo(host + ":7001," + host + ":7002");
        assertThat(env(proxy, "UNDERMOON_HOST")).isEqualTo("$(POD_NAME)");
        assertThat(env(proxy, "UNDERMOON_BROKER_ADDRESS"))
                .isEqualTo("orders-broker-0.orders-brokers.shop.svc.cluster.local:7799,"
                        + "orders-broker-1.orders-brokers.shop.svc.cluster.local:7799");
        assertThat(NAMES.proxyAddress("orders-proxy-2"))
                .isEqualTo("orders-proxy-2.orders-proxies.shop.svc.cluster.local:5299");
    }

    @Test
    void only_the_operator_deletes_proxies_in_use() {
        assertThat(find(StatefulSet.class, "orders-proxy")
                        .getSpec()
                        .getUpdateStrategy()
                        .getType())
                .isEqualTo("OnDelete");
        PodDisruptionBudget budget = find(PodDisruptionBudget.class, "orders-proxy");
        assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isZero();
        assertThat(budget.getSpec().getSelector().getMatchLabels()).containsEntry(Names.IN_USE_LABEL, "true");
    }

    @Test
    void a_change_of_the_configuration_of_redis_is_a_change_of_the_template() {
        StatefulSet before = find(StatefulSet.class, "orders-proxy");
        cluster.getSpec().redis.config.put("maxmemory-policy", "allkeys-lru");
        assertThat(find(ConfigMap.class, "orders-redis").getData().get("redis.conf"))
                .contains("maxmemory-policy allkeys-lru\n", "save \"\"\n");
        assertThat(find(StatefulSet.class, "orders-proxy").getSpec().getTemplate())
                .isNotEqualTo(before.getSpec().getTemplate());
    }

    @Test
    void redis_nodes_let_in_who_has_one_of_the_passwords() {
        Access access = Access.generated(new SecureRandom(), null);
        Access accepting = access.next("2026-11", new SecureRandom());
        List<HasMetadata> all = new ClusterObjects(cluster, NAMES, accepting).all(3, null);
        ConfigMap redis = (ConfigMap) all.stream()
                .filter(object -> object.getMetadata().getName().equals("orders-redis"))
                .findFirst()
                .orElseThrow();
        assertThat(redis.getData().get("redis.conf"))
                .contains("user default on #" + Digest.of(access.values().get(Access.REDIS_PASSWORD)) + " #")
                .doesNotContain(access.values().get(Access.REDIS_PASSWORD));
        StatefulSet proxies = (StatefulSet) all.get(all.size() - 1);
        assertThat(container(proxies, "proxy").getEnv())
                .extracting(EnvVar::getName)
                .contains(
                        "UNDERMOON_REDIS_PASSWORD",
                        "UNDERMOON_ACCEPTED_REDIS_PASSWORD",
                        "UNDERMOON_ACCEPTED_CONTROL_SECRET");
        assertThat(find(ConfigMap.class, "orders-redis").getData().get("redis.conf"))
                .as("of clusters that were made without one")
                .doesNotContain("user ");
    }

    @Test
    void redis_has_a_part_of_its_memory_limit() {
        cluster.getSpec().redis.resources = new ResourceRequirementsBuilder()
                .addToLimits("memory", new Quantity("1000Mi"))
                .build();
        assertThat(find(ConfigMap.class, "orders-redis").getData().get("redis.conf"))
                .contains("maxmemory " + 600L * 1024 * 1024 + "\n");
    }

    @Test
    void the_claims_of_a_stateful_set_that_exists_are_not_changed() {
        cluster.getSpec().storage = new UndermoonClusterSpec.Storage();
        cluster.getSpec().storage.size = "20Gi";
        List<PersistentVolumeClaim> first =
                find(StatefulSet.class, "orders-proxy").getSpec().getVolumeClaimTemplates();
        assertThat(first.get(0).getSpec().getResources().getRequests()).containsEntry("storage", new Quantity("20Gi"));
        cluster.getSpec().storage.size = "30Gi";
        List<HasMetadata> all = new ClusterObjects(cluster, NAMES, Access.NONE).all(3, first);
        StatefulSet later = (StatefulSet) all.get(all.size() - 1);
        assertThat(later.getSpec().getVolumeClaimTemplates()).isEqualTo(first);
        assertThat(later.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted())
                .isEqualTo("Delete");
    }

    @Test
    void what_the_owner_changes_in_a_template_goes_before() throws IOException {
        cluster.getSpec().proxyPods.env.put("UNDERMOON_THREAD_NUMBER", "2");
        cluster.getSpec().proxyPods.template = new ObjectMapper().readTree("""
            {"metadata": {"labels": {"team": "shop"}},
             "spec": {"nodeSelector": {"disk": "ssd"}, "affinity": null,
                      "containers": [{"name": "proxy", "env": [{"name": "A", "value": "b"}]},
                                     {"name": "sidecar", "image": "busybox"}]}}\
            """);
        StatefulSet set = find(StatefulSet.class, "orders-proxy");
        assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                .containsEntry("team", "shop")
                .containsEntry(Names.CLUSTER_LABEL, "orders");
        assertThat(set.getSpec().getTemplate().getSpec().getNodeSelector()).containsEntry("disk", "ssd");
        assertThat(set.getSpec().getTemplate().getSpec().getAffinity()).isNull();
        assertThat(set.getSpec().getTemplate().getSpec().getContainers()).hasSize(4);
        Container proxy = container(set, "proxy");
        assertThat(env(proxy, "A")).isEqualTo("b");
        assertThat(env(proxy, "UNDERMOON_THREAD_NUMBER")).isEqualTo("2");
        assertThat(env(proxy, "UNDERMOON_ADDRESS")).isEqualTo("0.0.0.0:5299");
    }

    @Test
    void redis_is_for_the_pods_of_the_cluster_alone_where_there_is_a_network_policy() {
        cluster.getSpec().networkPolicy = true;
        NetworkPolicy policy = find(NetworkPolicy.class, "orders");
        assertThat(policy.getSpec().getIngress())
                .filteredOn(rule -> rule.getFrom().isEmpty())
                .flatExtracting(rule -> rule.getPorts())
                .extracting(port -> port.getPort().getIntVal())
                .containsExactlyInAnyOrder(5299, 15299, 5298, 6698, 7799);
    }

    @Test
    void merging_replaces_values_and_removes_those_that_are_null() throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode merged = Overrides.merged(
                json.readTree("{\"a\":{\"b\":1,\"c\":2},\"l\":[1,2]}"),
                json.readTree("{\"a\":{\"b\":null,\"d\":3},\"l\":[3]}"));
        assertThat(Objects.toString(merged)).isEqualTo("{\"a\":{\"c\":2,\"d\":3},\"l\":[3]}");
    }
}
