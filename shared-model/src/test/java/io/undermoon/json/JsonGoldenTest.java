package io.undermoon.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The documents of the original's API, read and written again. */
class JsonGoldenTest {
    private final ObjectMapper mapper = Json.mapper();

    @Test
    void a_cluster_in_the_middle_of_its_expansion() throws IOException {
        JsonNode tree = golden("cluster").get("cluster");
        Cluster cluster = mapper.treeToValue(tree, Cluster.class);
        assertThat(cluster.epoch()).isEqualTo(new Epoch(7));
        assertThat(cluster.nodes()).hasSize(8);
        assertThat(cluster.nodes().get(0).slots().get(1).isMigrating()).isTrue();
        assertThat(cluster.nodes().get(4).slots().get(0).isImporting()).isTrue();
        assertThat(written(cluster)).isEqualTo(tree);
    }

    @Test
    void a_proxy_of_a_cluster() throws IOException {
        JsonNode tree = golden("proxy").get("proxy");
        Proxy proxy = mapper.treeToValue(tree, Proxy.class);
        assertThat(proxy.clusterName()).isEqualTo(new ClusterName("orders"));
        assertThat(proxy.isFree()).isFalse();
        assertThat(proxy.replicas()).isEmpty();
        assertThat(withoutReplicas(written(proxy))).isEqualTo(tree);
    }

    @Test
    void a_free_proxy() throws IOException {
        JsonNode tree = golden("free_proxy").get("proxy");
        Proxy proxy = mapper.treeToValue(tree, Proxy.class);
        assertThat(proxy.isFree()).isTrue();
        assertThat(proxy.nodes()).allMatch(node -> node.isMaster());
        assertThat(withoutReplicas(written(proxy))).isEqualTo(tree);
    }

    @Test
    void the_configuration_of_a_cluster() throws IOException {
        JsonNode tree = golden("cluster_config");
        assertThat(mapper.treeToValue(tree, ClusterConfig.class)).isEqualTo(ClusterConfig.DEFAULT);
        assertThat(written(ClusterConfig.DEFAULT)).isEqualTo(tree);
        assertThat(mapper.readValue("{}", ClusterConfig.class)).isEqualTo(ClusterConfig.DEFAULT);
        assertThat(mapper.readValue("{\"compression_strategy\":\"ALLOW_all\",\"unknown\":1}", ClusterConfig.class))
                .isEqualTo(ClusterConfig.DEFAULT.with("compression_strategy", "allow_all"));
    }

    @Test
    void a_finished_migration() throws IOException {
        JsonNode tree = golden("migration_task");
        MigrationTask task = mapper.treeToValue(tree, MigrationTask.class);
        assertThat(task.slotRange().rangeList()).isEqualTo(SlotRanges.of(4096, 8191));
        assertThat(written(task)).isEqualTo(tree);
    }

    @Test
    void the_size_of_a_cluster() throws IOException {
        ClusterInfo info = new ClusterInfo(new ClusterName("orders"), 8, 4, true);
        JsonNode tree = mapper.readTree("""
                {"name":"orders","node_number":8,"node_number_with_slots":4,"is_migrating":true}
                """);
        assertThat(written(info)).isEqualTo(tree);
        assertThat(mapper.treeToValue(tree, ClusterInfo.class)).isEqualTo(info);
    }

    @Test
    void what_is_read_leniently() throws IOException {
        assertThat(mapper.readValue("{\"role\":\"REPLICA\",\"peers\":[],\"extra\":{}}", ReplMeta.class))
                .isEqualTo(new ReplMeta(Role.REPLICA, List.of()));
        assertThat(mapper.readValue("{\"range_list\":[[9,5],[0,4]],\"tag\":\"None\"}", TaggedSlots.class))
                .isEqualTo(TaggedSlots.stable(SlotRanges.of(0, 9)));
    }

    @Test
    void what_is_refused() {
        for (String ranges : List.of(
                "[[0]]",
                "[[0,1,2]]",
                "[[0,16384]]",
                "[[-1,0]]",
                "[[0.5,1]]",
                "[null]",
                "null",
                "{}",
                "[[\"a\",1]]",
                "[[0,1]")) {
            String json = "{\"range_list\":" + ranges + ",\"tag\":\"None\"}";
            assertRefused(json, TaggedSlots.class);
        }
        for (String tag : List.of(
                "\"none\"",
                "null",
                "1",
                "{}",
                "{\"Migrating\":null}",
                "{\"Moving\":{}}",
                "{\"Migrating\":{\"epoch\":1}}",
                "[]")) {
            assertRefused("{\"range_list\":[],\"tag\":" + tag + "}", TaggedSlots.class);
        }
        assertRefused("{\"migration_config\":{\"max_migration_time\":1}}", ClusterConfig.class);
        assertRefused("{\"compression_strategy\":\"zip\"}", ClusterConfig.class);
        assertRefused("{\"role\":\"master\"}", ReplMeta.class);
        assertRefused("{\"role\":\"master\",\"peers\":[null]}", ReplMeta.class);
        assertRefused("{\"role\":\"master\",\"peers\":[]} x", ReplMeta.class);
        assertRefused("-1", Epoch.class);
        assertRefused("\"1\"", Epoch.class);
        assertRefused("1.0", Epoch.class);
        assertRefused("9223372036854775808", Epoch.class);
        assertRefused("\"a b\"", ClusterName.class);
        assertRefused("{\"a\":".repeat(2000), TaggedSlots.class);
    }

    private void assertRefused(String json, Class<?> type) {
        assertThatThrownBy(() -> mapper.readValue(json, type), "%s", json).isInstanceOf(JsonProcessingException.class);
    }

    private JsonNode written(Object value) throws IOException {
        return mapper.readTree(mapper.writeValueAsBytes(value));
    }

    /** Our own addition, which the original ignores. */
    /** Without the members that the original does not have. */
    private static JsonNode withoutReplicas(JsonNode proxy) {
        assertThat(proxy.get("replicas")).isEmpty();
        assertThat(proxy.get("replica_address").isNull()).isTrue();
        assertThat(proxy.get("tenancy").isNull()).isTrue();
        return ((ObjectNode) proxy).without(List.of("replicas", "replica_address", "tenancy"));
    }

    private JsonNode golden(String name) throws IOException {
        try (InputStream resource = JsonGoldenTest.class.getResourceAsStream(name + ".json")) {
            return mapper.readTree(resource);
        }
    }
}
