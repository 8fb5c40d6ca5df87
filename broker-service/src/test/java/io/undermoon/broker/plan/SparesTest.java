package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.state.Consistency;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Hot spares: who becomes one, whose place they take, and what proxies are told of them. */
class SparesTest {
    private static final ClusterConfig THREE_COPIES = ClusterConfig.DEFAULT.withCopies(3);
    private static final ClusterName OTHER = new ClusterName("other");

    @Test
    void a_new_cluster_has_spares_on_other_hosts_than_both_halves() {
        Metadata state = TestMetadata.withMarkingProxies(2);
        state = TestMetadata.addMarking(state, 3, "host1");
        state = TestMetadata.addMarking(state, 4, "host4");
        state = created(state, 4, THREE_COPIES);
        assertThat(spares(state, 0)).doesNotContain(proxy(3)).hasSize(1);
        assertThat(chunk(state, 0).hosts())
                .doesNotContain(chunk(state, 0).spares().get(0).host());
        assertThat(MetadataJson.read(MetadataJson.write(state))).isEqualTo(state);
        assertThat(new String(MetadataJson.write(configured(state, "2")), StandardCharsets.UTF_8))
                .as("nothing new where there are no spares")
                .doesNotContain("spares", "copies");
    }

    @Test
    void proxies_are_told_of_spares_as_replicas_behind_that_of_the_other_half() {
        Metadata state = created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES);
        StoredChunk chunk = chunk(state, 0);
        Spare spare = chunk.spares().get(0);
        MetadataView view = new MetadataView(state);

        Proxy told = view.proxy(spare.proxyAddress()).orElseThrow();
        assertThat(told.nodes()).extracting(Node::address).containsExactlyElementsOf(spare.nodeAddresses());
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            Node node = told.nodes().get(part);
            assertThat(node.isMaster()).isFalse();
            assertThat(node.repl().peers()).extracting(ReplPeer::nodeAddress).containsExactly(chunk.master(part));
            int master = chunk.rolePosition().masterNode(part);
            Node ofMaster = view.proxy(chunk.proxyOfNode(master)).orElseThrow().nodes().stream()
                    .filter(Node::isMaster)
                    .findFirst()
                    .orElseThrow();
            assertThat(ofMaster.repl().peers())
                    .extracting(ReplPeer::nodeAddress)
                    .containsExactly(
                            chunk.nodeAddresses().get(RolePosition.replicationPeer(master)), spare.nodeOfPart(part));
        }
        assertThat(told.replicas()).hasSize(4);
        assertThat(told.clusterConfig()).as("not a setting of proxies").isEqualTo(ClusterConfig.DEFAULT);
        Cluster shown = view.cluster(DEMO).orElseThrow().cluster();
        assertThat(shown.nodes()).as("four for each chunk, as ever").hasSize(4);
        assertThat(shown.spares()).isEqualTo(told.nodes());
    }

    @Test
    void a_spare_takes_the_place_of_either_half_and_each_of_its_nodes_stays_with_its_part() {
        for (int half = 0; half < StoredChunk.HALVES; half++) {
            Metadata state = TestMetadata.synced(created(TestMetadata.withMarkingProxies(4), 4, THREE_COPIES));
            Spare spare = chunk(state, 0).spares().get(0);
            ProxyAddress failed = chunk(state, 0).proxyAddresses().get(half);
            Outcome<Failover.Result> outcome = failOver(state, failed);

            assertThat(outcome.result()).isEqualTo(new Failover.Result.Replaced(spare.proxyAddress()));
            StoredChunk chunk = chunk(outcome.state(), 0);
            assertThat(chunk.halfOf(spare.proxyAddress())).isEqualTo(half);
            assertThat(chunk.spares()).isEmpty();
            for (int node = 0; node < StoredChunk.NODES; node++) {
                if (chunk.proxyOfNode(node).equals(spare.proxyAddress())) {
                    assertThat(chunk.nodeAddresses().get(node))
                            .isEqualTo(spare.nodeOfPart(RolePosition.partOfNode(node)));
                }
            }
            assertThat(chunk.isSynced(0) || chunk.isSynced(1))
                    .as("it has to be reported as a half before it may become master")
                    .isFalse();
            requireConsistent(outcome.state());

            Metadata refilled = level(outcome.state());
            assertThat(chunk(refilled, 0).spares())
                    .as("the free proxy is the next spare")
                    .hasSize(1);
            Metadata back = TestMetadata.addMarking(refilled, number(failed), "host" + number(failed));
            assertThat(back.allProxies().get(failed).cluster())
                    .as("enough spares")
                    .isNull();
        }
    }

    @Test
    void a_failed_half_that_comes_back_is_a_spare() {
        Metadata state = TestMetadata.synced(created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES));
        ProxyAddress failed = chunk(state, 0).proxyAddresses().get(0);
        Metadata failedOver = failOver(state, failed).state();
        assertThat(level(failedOver)).as("nobody is free").isEqualTo(failedOver);
        Metadata back = level(TestMetadata.addMarking(failedOver, number(failed), "host" + number(failed)));
        assertThat(spares(back, 0)).containsExactly(failed);
        requireConsistent(back);
    }

    @Test
    void a_failed_spare_is_none_any_more_unless_it_is_under_maintenance() {
        Metadata state = created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES);
        ProxyAddress spare = spares(state, 0).get(0);
        Metadata failed = failOver(state, spare).state();
        assertThat(spares(failed, 0)).isEmpty();
        assertThat(FailureReports.awaitingFailover(failed, CONTEXT)).isEmpty();
        assertThat(level(failed)).isEqualTo(failed);
        assertThat(spares(level(TestMetadata.addMarking(failed, number(spare), "host" + number(spare))), 0))
                .containsExactly(spare);

        Metadata maintained = Maintenance.begin(state, CONTEXT, spare, 60).state();
        assertThat(Maintenance.phase(maintained, CONTEXT, spare)).isEqualTo(Maintenance.Phase.READY);
        Metadata away = failOver(maintained, spare).state();
        assertThat(spares(away, 0)).containsExactly(spare);
        ProxyAddress half = chunk(state, 0).proxyAddresses().get(0);
        assertThat(failOver(away, half).result())
                .as("one that is away takes no place")
                .isInstanceOf(Failover.Result.NotPossible.class);
    }

    @Test
    void who_adds_nodes_without_free_proxies_is_told_of_the_spares() {
        Metadata state = created(TestMetadata.withMarkingProxies(4), 4, ClusterConfig.DEFAULT.withCopies(4));
        assertThatThrownBy(() -> Clusters.addNodes(state, CONTEXT, DEMO, 4)).hasMessageContaining("2 are hot spares");
        Metadata fewer = TestMetadata.synced(configured(state, "2"));
        requireConsistent(Clusters.addNodes(fewer, CONTEXT, DEMO, 4).state());
    }

    @Test
    void all_chunks_get_a_spare_before_any_gets_a_second() {
        Metadata state = created(TestMetadata.withMarkingProxies(6), 8, ClusterConfig.DEFAULT.withCopies(4));
        assertThat(spares(state, 0)).hasSize(1);
        assertThat(spares(state, 1)).hasSize(1);
        Metadata more = level(TestMetadata.addMarking(state, 7, "host7"));
        assertThat(spares(more, 0)).hasSize(2);
        assertThat(Advice.of(more, CONTEXT, cluster(more)))
                .singleElement()
                .asString()
                .contains("lacks 1 of 2 spares");
    }

    @Test
    void a_chunk_that_has_lost_a_half_gets_the_spare_of_another_one() {
        Metadata state = TestMetadata.synced(created(TestMetadata.withMarkingProxies(5), 8, THREE_COPIES));
        int giving = spares(state, 0).isEmpty() ? 1 : 0;
        ProxyAddress spare = spares(state, giving).get(0);
        ProxyAddress failed = chunk(state, 1 - giving).proxyAddresses().get(1);
        Outcome<Failover.Result> outcome = failOver(state, failed);

        assertThat(outcome.result()).isEqualTo(new Failover.Result.Replaced(spare));
        assertThat(chunk(outcome.state(), 1 - giving).proxyAddresses()).contains(spare);
        assertThat(spares(outcome.state(), giving)).isEmpty();
        requireConsistent(outcome.state());
    }

    @Test
    void a_spare_goes_to_another_cluster_only_when_its_keys_are_of_no_use_in_its_own() {
        Metadata state = created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES);
        state = TestMetadata.addMarking(TestMetadata.addMarking(state, 4, "host4"), 5, "host5");
        state = Clusters.create(state, CONTEXT, OTHER, 4, ClusterConfig.DEFAULT).state();
        ProxyAddress spare = spares(state, 0).get(0);
        ProxyAddress failed =
                state.clusters().get(OTHER).chunks().get(0).proxyAddresses().get(0);

        assertThat(failOver(state, failed).result()).isInstanceOf(Failover.Result.NotPossible.class);
        Metadata moved = failOver(TestMetadata.synced(state), failed).state();
        assertThat(moved.allProxies().get(spare).cluster()).isEqualTo(OTHER);
        assertThat(moved.allProxies().get(spare).marking().pastUses())
                .as("what it has of its first cluster is known")
                .hasSize(1);
        requireConsistent(moved);
    }

    @Test
    void spares_come_and_go_with_the_setting_and_with_their_chunks() {
        Metadata state = created(TestMetadata.withMarkingProxies(3), 4, ClusterConfig.DEFAULT);
        assertThat(spares(state, 0)).isEmpty();
        Metadata more = configured(state, "3");
        assertThat(spares(more, 0)).hasSize(1);
        assertThat(cluster(more).epoch()).isGreaterThan(cluster(state).epoch());
        assertThat(level(more)).isEqualTo(more);

        Metadata fewer = configured(more, "2");
        assertThat(spares(fewer, 0)).isEmpty();
        assertThat(ProxyPool.free(fewer, CONTEXT)).hasSize(1);
        assertThat(ProxyPool.free(Clusters.remove(more, DEMO).state(), CONTEXT)).hasSize(3);

        Metadata larger = TestMetadata.withMarkingProxies(6);
        larger = Clusters.addNodes(created(larger, 4, THREE_COPIES), CONTEXT, DEMO, 4)
                .state();
        larger = level(larger);
        assertThat(spares(larger, 1)).hasSize(1);
        assertThat(ProxyPool.free(Clusters.deleteFreeNodes(larger, DEMO).state(), CONTEXT))
                .hasSize(3);
    }

    @Test
    void a_host_that_is_drained_has_no_spares() {
        Metadata state = created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES);
        Spare spare = chunk(state, 0).spares().get(0);
        Metadata draining = HostDrains.request(state, CONTEXT, spare.host()).state();
        assertThat(HostDrains.progress(draining, spare.host()).isDrained()).isFalse();
        Metadata released = level(draining);
        assertThat(HostDrains.progress(released, spare.host()).isDrained()).isTrue();
        ProxyAddress half = chunk(released, 0).proxyAddresses().get(0);
        assertThat(failOver(draining, half).result()).isInstanceOf(Failover.Result.NotPossible.class);
    }

    @Test
    void only_clusters_that_mark_their_nodes_have_spares() {
        refuses(
                ErrorCode.NO_AVAILABLE_RESOURCE,
                () -> Clusters.create(TestMetadata.withProxies(3), CONTEXT, DEMO, 4, THREE_COPIES));
        Metadata unmarked = TestMetadata.withCluster(4, 1);
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> configured(unmarked, "3"));
        Metadata ordered = TestMetadata.add(TestMetadata.add(Metadata.empty(true), 1, "a"), 2, "b");
        refuses(ErrorCode.ORDERED_PROXY_ENABLED, () -> Clusters.create(ordered, CONTEXT, DEMO, 4, THREE_COPIES));

        Metadata state = TestMetadata.synced(created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES));
        state = TestMetadata.add(TestMetadata.add(state, 8, "host8"), 9, "host9");
        assertThat(level(configured(state, "4"))).as("8 and 9 do not mark").isEqualTo(configured(state, "4"));
        Metadata withUnmarked = state;
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Clusters.addNodes(withUnmarked, CONTEXT, DEMO, 4));
        Metadata twice = configured(TestMetadata.addMarking(state, 4, "host4"), "4");
        ProxyAddress first = spares(twice, 0).get(0);
        Metadata reported = FailureReports.report(twice, CONTEXT, first, "c").state();
        reported = FailureReports.report(reported, CONTEXT, spares(twice, 0).get(1), "c")
                .state();
        assertThat(failOver(reported, chunk(state, 0).proxyAddresses().get(0)).result())
                .as("a proxy that does not mark its nodes does not learn of spares")
                .isInstanceOf(Failover.Result.NotPossible.class);
    }

    @Test
    void a_spare_has_no_masters_to_move_and_gets_none() {
        Metadata state = TestMetadata.synced(created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES));
        Spare spare = chunk(state, 0).spares().get(0);
        ProxyAddress half = chunk(state, 0).proxyAddresses().get(0);
        ProxyAddress other = chunk(state, 0).proxyAddresses().get(1);
        assertThat(Switchover.away(state, CONTEXT, spare.proxyAddress()).state())
                .isEqualTo(state);
        refuses(ErrorCode.INVALID_REQUEST, () -> Switchover.to(state, CONTEXT, DEMO, spare.nodeOfPart(0)));
        refuses(
                ErrorCode.NO_AVAILABLE_RESOURCE,
                () -> Switchover.away(state, CONTEXT, half, spare.proxyAddress(), false));
        assertThat(chunk(Switchover.away(state, CONTEXT, half, other, false).state(), 0)
                        .rolePosition())
                .isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
    }

    @Test
    void what_is_reported_of_a_spare_changes_nothing() {
        Metadata state = created(TestMetadata.withMarkingProxies(3), 4, THREE_COPIES);
        StoredChunk chunk = chunk(state, 0);
        Spare spare = chunk.spares().get(0);
        for (boolean inSync : new boolean[] {true, false}) {
            Outcome<List<Replicas.Report>> outcome =
                    Replicas.report(state, List.of(report(state, spare, chunk.master(1), inSync)));
            assertThat(outcome.result()).isEmpty();
            assertThat(outcome.state()).isEqualTo(state);
        }
        assertThat(Replicas.report(state, List.of(report(state, spare, chunk.master(0), true)))
                        .result())
                .hasSize(1);
    }

    private static Replicas.Report report(Metadata state, Spare spare, NodeAddress master, boolean inSync) {
        return new Replicas.Report(
                spare.proxyAddress(),
                spare.nodeOfPart(1),
                master,
                cluster(state).epoch(),
                inSync);
    }

    private static Metadata created(Metadata state, int nodes, ClusterConfig config) {
        return Clusters.create(state, CONTEXT, DEMO, nodes, config).state();
    }

    private static Metadata configured(Metadata state, String copies) {
        return Clusters.configure(state, CONTEXT, DEMO, Map.of("copies", copies))
                .state();
    }

    private static Metadata level(Metadata state) {
        return Spares.level(state, CONTEXT).state();
    }

    private static Outcome<Failover.Result> failOver(Metadata state, ProxyAddress proxy) {
        return Failover.failOver(state, CONTEXT, proxy, false);
    }

    private static StoredCluster cluster(Metadata state) {
        return state.clusters().get(DEMO);
    }

    private static StoredChunk chunk(Metadata state, int index) {
        return cluster(state).chunks().get(index);
    }

    private static List<ProxyAddress> spares(Metadata state, int chunk) {
        return chunk(state, chunk).spares().stream().map(Spare::proxyAddress).toList();
    }

    private static void requireConsistent(Metadata state) {
        assertThat(Consistency.violations(state)).isEmpty();
    }

    /** The number of a proxy of {@link TestMetadata}. */
    private static int number(ProxyAddress proxy) {
        for (int i = 1; ; i++) {
            if (proxy(i).equals(proxy)) {
                return i;
            }
        }
    }
}
