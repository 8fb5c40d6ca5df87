package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Proxies.NodeMarks;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.Tenancy;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Clusters with marked nodes: which have them, and what proxies are told of the clusters they have left. */
class MarksTest {
    private static final NodeMarks CLEAN = new NodeMarks(null, null);

    @Test
    void a_cluster_has_an_id_if_all_its_proxies_mark_their_nodes() {
        assertThat(id(created(marking(2)))).isNotNull();
        assertThat(tenancy(created(marking(2)), 1).clusterId()).isEqualTo(id(created(marking(2))));
        assertThat(id(created(TestMetadata.add(marking(1), 2, "host2")))).isNull();
    }

    @Test
    void a_cluster_that_gets_a_proxy_without_marks_has_no_id_any_more() {
        Metadata state = TestMetadata.add(created(marking(2)), 3, "host3");
        Metadata replaced = Failover.failOver(state, CONTEXT, proxy(1), false).state();
        assertThat(replaced.allProxies().get(proxy(3)).cluster()).isEqualTo(DEMO);
        assertThat(id(replaced)).isNull();
    }

    @Test
    void proxies_of_a_deleted_cluster_are_told_that_it_is_over() {
        Metadata state = created(marking(2));
        String id = id(state);
        Metadata deleted = Clusters.remove(state, DEMO).state();
        assertThat(tenancy(deleted, 1).pastUses()).containsExactly(new PastUse(id, deleted.globalEpoch()));

        Metadata again = created(deleted);
        assertThat(id(again)).isNotNull().isNotEqualTo(id);
        assertThat(tenancy(again, 1).pastUses()).containsExactly(new PastUse(id, deleted.globalEpoch()));
        assertThat(MetadataJson.read(MetadataJson.write(again))).isEqualTo(again);
    }

    @Test
    void what_a_replaced_proxy_has_is_kept_until_all_replicas_have_their_data() {
        Metadata replaced =
                Failover.failOver(created(marking(3)), CONTEXT, proxy(1), false).state();
        assertThat(tenancy(replaced, 1).pastUses()).isEmpty();
        assertThat(tenancy(replaced, 1).openUses()).hasSize(1);
        Metadata back = register(replaced, 1, CLEAN);
        Metadata more = register(back, 4, CLEAN);
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Clusters.addNodes(more, CONTEXT, DEMO, 4));

        Metadata synced = synced(more);
        assertThat(tenancy(synced, 1).pastUses()).hasSize(1);
        assertThat(Clusters.addNodes(synced, CONTEXT, DEMO, 4).result()).isEqualTo(1);
    }

    @Test
    void a_replaced_proxy_can_be_a_replica_of_the_same_cluster_at_once() {
        Metadata replaced =
                Failover.failOver(created(marking(3)), CONTEXT, proxy(1), false).state();
        Metadata back = register(replaced, 1, CLEAN);
        Metadata again =
                Failover.failOver(synced(back), CONTEXT, proxy(3), false).state();
        assertThat(again.allProxies().get(proxy(1)).cluster()).isEqualTo(DEMO);
    }

    @Test
    void a_replaced_proxy_whose_keys_may_be_needed_becomes_no_replica_of_another_cluster() {
        Metadata replaced =
                Failover.failOver(created(marking(3)), CONTEXT, proxy(1), false).state();
        Metadata two = TestMetadata.add(TestMetadata.add(replaced, 5, "host5"), 6, "host6");
        Metadata both = Clusters.create(two, CONTEXT, new ClusterName("other"), 4, ClusterConfig.DEFAULT)
                .state();
        Metadata back = register(both, 1, CLEAN);

        assertThat(Failover.failOver(back, CONTEXT, proxy(5), false).result())
                .isInstanceOf(Failover.Result.NotPossible.class);
        Metadata open = Failover.failOver(back, CONTEXT, proxy(3), false).state();
        assertThat(open.allProxies().get(proxy(1)).cluster())
                .as("of the same it may")
                .isEqualTo(DEMO);
        assertThat(Failover.failOver(synced(back), CONTEXT, proxy(5), false).result())
                .as("now its replacement has everything")
                .isEqualTo(new Failover.Result.Replaced(proxy(1)));
    }

    @Test
    void a_proxy_whose_nodes_have_keys_of_others_is_not_given_out() {
        Metadata state = register(marking(2), 2, new NodeMarks(null, "node 10.0.0.2:7001 has keys of unknown origin"));
        assertThat(ProxyPool.free(state, CONTEXT)).hasSize(1);
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> created(state));
        assertThat(id(created(register(state, 2, CLEAN)))).isNotNull();
    }

    @Test
    void what_belongs_to_another_installation_is_refused() {
        Metadata state = marking(2);
        refuses(ErrorCode.OTHER_INSTALLATION, () -> register(state, 3, new NodeMarks("other", null)));
        refuses(ErrorCode.OTHER_INSTALLATION, () -> Epochs.restore(state, state.ofInstallation("other")));
        assertThat(Epochs.restore(state, state.ofInstallation(null)).state()).isEqualTo(state);
        Metadata empty = Metadata.empty(false).ofInstallation("fresh");
        assertThat(Epochs.restore(empty, state).state()).isEqualTo(state);
    }

    @Test
    void an_empty_broker_does_not_name_an_installation_that_has_no_id_yet() {
        Metadata old = TestMetadata.withProxies(1);
        Metadata standby = Epochs.restore(Metadata.empty(false).ofInstallation("fresh"), old)
                .state();
        assertThat(standby).isEqualTo(old);
        assertThat(Epochs.recover(Metadata.empty(false).ofInstallation("fresh"), old, Map.of(), false)
                        .state()
                        .installationId())
                .isNull();

        Metadata named = TestMetadata.add(old.ofInstallation("1a2b"), 2, "host2");
        assertThat(Epochs.restore(standby, named).state()).isEqualTo(named);
        assertThat(Epochs.restore(Metadata.empty(false).ofInstallation("fresh"), Metadata.empty(false))
                        .state()
                        .installationId())
                .as("there is nothing yet")
                .isEqualTo("fresh");
    }

    private static Metadata created(Metadata state) {
        return Clusters.create(state, CONTEXT, DEMO, 4, ClusterConfig.DEFAULT).state();
    }

    private static @Nullable String id(Metadata state) {
        return state.clusters().get(DEMO).id();
    }

    private static Tenancy tenancy(Metadata state, int proxy) {
        return new MetadataView(state).proxy(proxy(proxy)).orElseThrow().tenancy();
    }

    private static Metadata marking(int proxies) {
        Metadata state = Metadata.empty(false).ofInstallation("1a2b");
        for (int i = 1; i <= proxies; i++) {
            state = register(state, i, CLEAN);
        }
        return state;
    }

    private static Metadata register(Metadata state, int proxy, NodeMarks marks) {
        return Proxies.register(state, proxy(proxy), TestMetadata.nodes(proxy), "host" + proxy, null, null, marks)
                .state();
    }

    private static Metadata synced(Metadata state) {
        StoredCluster cluster = state.clusters().get(DEMO);
        StoredChunk chunk = cluster.chunks().get(0).withSynced(0, true).withSynced(1, true);
        MetadataEdit edit = state.edit();
        edit.put(cluster.withChunk(0, chunk));
        return edit.done();
    }
}
