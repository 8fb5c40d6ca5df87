package io.undermoon.broker.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.testing.Golden;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.UndermoonException;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The documents of the original: the dump, and the cluster and proxies that are derived from it. */
class GoldenJsonTest {
    private static final MetadataView VIEW = new MetadataView(MetadataJson.read(Golden.bytes("dump.json")));

    @Test
    void writes_the_dump_it_has_read() throws IOException {
        JsonNode written = Json.mapper().readTree(MetadataJson.write(VIEW.state()));

        assertThat(written).isEqualTo(Golden.read("dump.json"));
    }

    @Test
    void derives_the_cluster_of_the_dump() {
        JsonNode cluster =
                tree(VIEW.cluster(new ClusterName("orders")).orElseThrow().cluster());

        assertThat(cluster).isEqualTo(Golden.read("cluster.json").get("cluster"));
    }

    @Test
    void derives_the_proxies_of_the_dump_and_adds_the_replicas() {
        JsonNode expected = Golden.read("proxy-importing.json").get("proxy");
        ObjectNode proxy = tree(VIEW.proxy(new ProxyAddress("10.0.0.3:5299")).orElseThrow());
        JsonNode replicas = proxy.remove("replicas");
        proxy.remove(List.of("replica_address", "tenancy"));

        assertThat((JsonNode) proxy).isEqualTo(expected);
        assertThat(replicas).hasSize(4);
        assertThat(replicas.get(0).get("node_address").asText()).isEqualTo("10.0.0.1:7002");
        assertThat(replicas.get(0).get("slots"))
                .as("those of its master 10.0.0.2:7001")
                .isEqualTo(Golden.read("cluster.json").at("/cluster/nodes/2/slots"));
    }

    @Test
    void shows_a_free_proxy_at_the_global_epoch() {
        Metadata state = atEpoch(TestMetadata.withProxies(9), 12);
        ObjectNode proxy =
                tree(new MetadataView(state).proxy(TestMetadata.proxy(9)).orElseThrow());
        proxy.remove(List.of("replicas", "replica_address", "tenancy"));

        assertThat((JsonNode) proxy).isEqualTo(Golden.read("proxy-free.json").get("proxy"));
    }

    @Test
    void shows_a_migration_that_waits_as_stable_slots_of_its_source() {
        JsonNode dump = Golden.read("dump.json");
        dump.findValues("migrating_slots")
                .forEach(parts -> ((ObjectNode) parts.get(1).get(0)).put("waiting", true));
        Metadata state = MetadataJson.read(dump.toString().getBytes(StandardCharsets.UTF_8));
        StoredCluster stored = state.clusters().get(new ClusterName("orders"));
        ClusterView one = ClusterView.of(stored);

        assertThat(stored.tasks()).hasSize(2);
        assertThat(stored.runningTasks()).hasSize(1);
        assertThat(MetadataJson.read(MetadataJson.write(state))).isEqualTo(state);

        assertThat(one.cluster().nodes().get(0).slots()).hasSize(2);
        assertThat(one.cluster().nodes().get(2).slots()).hasSize(1);
        assertThat(one.cluster().nodes().get(2).slots().get(0).rangeList().size())
                .isEqualTo(8192);
        assertThat(one.cluster().nodes().get(6).slots()).isEmpty();
        assertThat(one.info().nodeNumber()).isEqualTo(8);
        assertThat(one.info().nodeNumberWithSlots()).isEqualTo(4);
        assertThat(one.info().isMigrating()).isTrue();
    }

    @Test
    void reads_the_dump_of_the_version_before() throws IOException {
        ObjectNode older = (ObjectNode) Golden.read("dump.json");
        older.put("version", "mem-broker-0.1");
        older.remove("enable_ordered_proxy");
        older.get("all_proxies").forEach(proxy -> ((ObjectNode) proxy).remove("index"));

        assertThat(MetadataJson.read(Json.mapper().writeValueAsBytes(older))).isEqualTo(VIEW.state());
    }

    @Test
    void refuses_a_dump_that_lacks_a_field_or_contradicts_itself() {
        refuses(dump -> dump.remove("failures"), "failures");
        refuses(dump -> dump.remove("enable_ordered_proxy"), "enable_ordered_proxy");
        refuses(dump -> ((ObjectNode) dump.at("/all_proxies/10.0.0.1:5299")).remove("index"), "index");
        refuses(dump -> dump.put("version", "mem-broker-9"), "mem-broker-9");
        refuses(dump -> ((ObjectNode) dump.get("all_proxies")).remove("10.0.0.1:5299"), "not registered");
        refuses(dump -> dump.put("global_epoch", 6), "after the global epoch");
        refuses(
                dump -> ((ObjectNode) dump.at("/clusters/orders/chunks/0/stable_slots/1"))
                        .set("range_list", Json.mapper().valueToTree(new int[][] {{0, 12287}})),
                "two owners");
        refuses(
                dump -> ((ArrayNode) dump.at("/clusters/orders/chunks/1/migrating_slots/0")).removeAll(),
                "only one side");
        refuses(
                dump -> ((ArrayNode) dump.at("/clusters/orders/chunks/1/stable_slots")).remove(0),
                "stable_slots has 1 elements");
    }

    @Test
    void refuses_a_dump_with_slots_that_nobody_owns() {
        refuses(
                dump -> ((ObjectNode) dump.at("/clusters/orders/chunks/0/stable_slots/1"))
                        .set("range_list", Json.mapper().valueToTree(new int[][] {{8192, 12200}, {12202, 12287}})),
                "slots 12201-12201 of cluster orders have no owner");
    }

    @Test
    void refuses_mistakes_that_json_allows() {
        refuses(dump -> dump.put("global_epoch", "7"), "global_epoch");
        refuses(dump -> dump.put("enable_ordered_proxy", 1), "enable_ordered_proxy");
        refuses(dump -> ((ArrayNode) dump.get("failed_proxies")).addNull(), "failed_proxies");
        String twice = Golden.read("dump.json").toString().replaceFirst("\\{", "{\"version\":\"mem-broker-0.2\",");
        assertThatThrownBy(() -> MetadataJson.read(twice.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("Duplicate field 'version'");
    }

    private static void refuses(Consumer<ObjectNode> damage, String reason) {
        ObjectNode dump = (ObjectNode) Golden.read("dump.json");
        damage.accept(dump);
        assertThatThrownBy(() -> MetadataJson.read(dump.toString().getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UndermoonException.class)
                .hasMessageContaining(reason);
    }

    /** As it would be read from the wire, for trees know wider and narrower numbers. */
    private static ObjectNode tree(Object value) {
        try {
            return (ObjectNode) Json.mapper().readTree(Json.mapper().writeValueAsBytes(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Metadata atEpoch(Metadata state, long epoch) {
        MetadataEdit edit = state.edit();
        edit.liftEpochs(new Epoch(epoch));
        return edit.done();
    }
}
