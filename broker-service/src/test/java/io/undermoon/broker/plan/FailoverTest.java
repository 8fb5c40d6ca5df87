package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTest {
    @Test
    void does_not_know_a_proxy_nobody_registered() {
        refuses(ErrorCode.PROXY_NOT_FOUND, () -> failOver(TestMetadata.withProxies(1), proxy(9)));
    }

    @Test
    void marks_a_free_proxy_without_a_new_epoch() {
        Metadata state = TestMetadata.withProxies(2);
        Metadata after = failOver(state, proxy(1)).state();

        assertThat(after.failedProxies()).containsExactly(proxy(1));
        assertThat(after.globalEpoch()).isEqualTo(state.globalEpoch());
        assertThat(failOver(after, proxy(1)).state()).isEqualTo(after);
    }

    @Test
    void moves_masters_and_replaces_the_failed_half() {
        Metadata state = TestMetadata.withCluster(4, 1);
        ProxyAddress failed = half(state, 0);
        Outcome<Failover.Result> outcome = failOver(state, failed);

        assertThat(outcome.result()).isEqualTo(new Failover.Result.Replaced(proxy(3)));
        StoredCluster cluster = cluster(outcome.state());
        assertThat(cluster.chunks().get(0).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
        assertThat(cluster.chunks().get(0).proxyAddresses().get(0)).isEqualTo(proxy(3));
        assertThat(cluster.epoch().value()).isEqualTo(state.globalEpoch().value() + 2);
        assertThat(outcome.state().failedProxies()).containsExactly(failed);
        assertThat(outcome.state().allProxies().get(failed).cluster()).isNull();
    }

    @Test
    void never_replaces_on_the_host_of_the_survivor() {
        Metadata state = TestMetadata.withCluster(4, 0);
        ProxyAddress failed = half(state, 0);
        Metadata withSpareThere =
                TestMetadata.add(state, 9, chunk(state).hosts().get(1));
        Metadata alsoOnFailedHost =
                TestMetadata.add(withSpareThere, 8, chunk(state).hosts().get(0));

        assertThat(failOver(alsoOnFailedHost, failed).result()).isInstanceOf(Failover.Result.NotPossible.class);
    }

    @Test
    void prefers_the_host_with_fewest_chunks_in_common_with_the_survivor() {
        Metadata state = Metadata.empty(false);
        state = TestMetadata.add(state, 1, "a");
        state = TestMetadata.add(state, 2, "b");
        state = create(state, "demo");
        // Another chunk on b and c, so that c has a link to the survivor's host b, and d has none.
        state = TestMetadata.add(state, 3, "b");
        state = TestMetadata.add(state, 4, "c");
        state = create(state, "other");
        state = TestMetadata.add(state, 5, "c");
        state = TestMetadata.add(state, 6, "c");
        state = TestMetadata.add(state, 7, "d");

        assertThat(failOver(state, proxy(1)).result()).isEqualTo(new Failover.Result.Replaced(proxy(7)));
    }

    @Test
    void waits_for_a_spare_proxy_without_raising_epochs_and_uses_it_when_it_comes() {
        Metadata state = TestMetadata.withCluster(4, 0);
        ProxyAddress failed = half(state, 0);
        Metadata waiting = failOver(state, failed).state();
        assertThat(chunk(waiting).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);

        PlanContext muchLater = new PlanContext(CONTEXT.nowSeconds() + 100_000, 60, 1, 0);
        assertThat(FailureReports.awaitingFailover(waiting, muchLater)).containsExactly(failed);
        Outcome<Failover.Result> again = Failover.failOver(waiting, muchLater, failed, false);
        assertThat(again.state()).as("nothing to do, nothing changed").isEqualTo(waiting);
        assertThat(again.result()).isInstanceOf(Failover.Result.NotPossible.class);

        Metadata withSpare = TestMetadata.add(waiting, 9, "spare");
        Outcome<Failover.Result> repaired = Failover.failOver(withSpare, muchLater, failed, false);
        assertThat(repaired.result()).isEqualTo(new Failover.Result.Replaced(proxy(9)));
        assertThat(FailureReports.awaitingFailover(repaired.state(), muchLater)).isEmpty();
    }

    @Test
    void does_not_flap_when_both_halves_fail() {
        Metadata state = TestMetadata.withCluster(4, 2);
        ProxyAddress first = half(state, 0);
        ProxyAddress second = half(state, 1);
        Metadata reported = FailureReports.report(state, CONTEXT, first, "c").state();
        reported = FailureReports.report(reported, CONTEXT, second, "c").state();

        Metadata one = failOver(reported, first).state();
        assertThat(cluster(one)).as("roles and places stay").isEqualTo(cluster(reported));
        Metadata both = failOver(one, second).state();
        assertThat(cluster(both)).isEqualTo(cluster(reported));
        assertThat(failOver(failOver(both, first).state(), second).state()).isEqualTo(both);

        Metadata secondIsBack = Proxies.register(
                        both, second, both.allProxies().get(second).nodeAddresses(), "x", null, null)
                .state();
        Outcome<Failover.Result> repaired = failOver(secondIsBack, first);
        assertThat(repaired.result()).isInstanceOf(Failover.Result.Replaced.class);
        assertThat(chunk(repaired.state()).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
    }

    @Test
    void replaces_even_a_half_with_the_only_data_when_told_to() {
        Metadata state = TestMetadata.withCluster(4, 2);
        Metadata down =
                FailureReports.report(state, CONTEXT, half(state, 1), "c").state();
        assertThat(Failover.failOver(down, CONTEXT, half(state, 0), true).result())
                .isInstanceOf(Failover.Result.Replaced.class);
    }

    @Test
    void restarts_exactly_the_migrations_whose_addresses_change_and_those_that_share_a_part() {
        Metadata migrating = migrating();
        List<MigratingSlots> before = cluster(migrating).tasks();
        assertThat(before).hasSize(2);
        Metadata after = failOver(migrating, half(migrating, 0)).state();
        Epoch takeover = migrating.globalEpoch().next();

        assertThat(cluster(after).tasks().get(0).meta().epoch()).isEqualTo(takeover);
        assertThat(cluster(after).tasks().get(1).meta().epoch())
                .isEqualTo(before.get(1).meta().epoch());
    }

    @Test
    void restarts_the_migrations_of_both_parts_when_both_masters_move_across() {
        Metadata once = failOver(migrating(), half(migrating(), 0)).state();
        Metadata firstIsBack = Proxies.register(
                        once,
                        half(once, 0),
                        once.allProxies().get(half(once, 0)).nodeAddresses(),
                        "x",
                        null,
                        null)
                .state();
        Metadata twice = failOver(firstIsBack, half(firstIsBack, 1)).state();

        assertThat(chunk(twice).rolePosition()).isEqualTo(RolePosition.FIRST_CHUNK_MASTER);
        assertThat(cluster(twice).tasks())
                .extracting(task -> task.meta().epoch())
                .containsOnly(firstIsBack.globalEpoch().next());
    }

    @Test
    void only_moves_roles_in_ordered_mode() {
        Metadata state = Metadata.empty(true);
        for (int i = 1; i <= 4; i++) {
            state = TestMetadata.add(state, i, "h");
        }
        state = create(state, "demo");
        Outcome<Failover.Result> outcome = failOver(state, proxy(1));

        assertThat(outcome.result()).isEqualTo(new Failover.Result.NotNeeded());
        assertThat(outcome.state().failedProxies()).isEmpty();
        assertThat(chunk(outcome.state()).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
        assertThat(failOver(outcome.state(), proxy(1)).state()).isEqualTo(outcome.state());
    }

    @Test
    void balances_masters_where_that_is_safe_and_only_then_raises_the_epoch() {
        Metadata failedOver = failOver(TestMetadata.withCluster(4, 1), half(TestMetadata.withCluster(4, 1), 0))
                .state();
        Metadata balanced = Balancing.balanceMasters(failedOver, CONTEXT, DEMO).state();
        assertThat(chunk(balanced).rolePosition()).isEqualTo(RolePosition.NORMAL);
        assertThat(Balancing.balanceMasters(balanced, CONTEXT, DEMO).state()).isEqualTo(balanced);

        Metadata reported = FailureReports.report(failedOver, CONTEXT, half(failedOver, 0), "c")
                .state();
        assertThat(Balancing.balanceMasters(reported, CONTEXT, DEMO).state()).isEqualTo(reported);

        Metadata moving = failOver(migrating(), half(migrating(), 0)).state();
        Metadata back = Proxies.register(
                        moving,
                        half(moving, 0),
                        moving.allProxies().get(half(moving, 0)).nodeAddresses(),
                        "x",
                        null,
                        null)
                .state();
        assertThat(Balancing.balanceMasters(back, CONTEXT, DEMO).state()).isEqualTo(back);
    }

    @Test
    void finds_the_hosts_that_cannot_fail() {
        assertThat(HostLosses.hostsThatCannotFail(TestMetadata.withCluster(4, 0), CONTEXT))
                .containsExactly("host1", "host2");
        assertThat(HostLosses.hostsThatCannotFail(TestMetadata.withCluster(4, 1), CONTEXT))
                .isEmpty();
        assertThat(HostLosses.hostsThatCannotFail(TestMetadata.withProxies(3), CONTEXT))
                .isEmpty();
    }

    private static Metadata migrating() {
        Metadata grown = Clusters.addNodes(TestMetadata.withCluster(4, 2), CONTEXT, DEMO, 4)
                .state();
        return Expansion.expand(grown, CONTEXT, DEMO).state();
    }

    private static Metadata create(Metadata state, String name) {
        return Clusters.create(state, CONTEXT, new ClusterName(name), 4, ClusterConfig.DEFAULT)
                .state();
    }

    private static Outcome<Failover.Result> failOver(Metadata state, ProxyAddress proxy) {
        return Failover.failOver(state, CONTEXT, proxy, false);
    }

    private static StoredCluster cluster(Metadata state) {
        return state.clusters().get(DEMO);
    }

    private static StoredChunk chunk(Metadata state) {
        return cluster(state).chunks().get(0);
    }

    private static ProxyAddress half(Metadata state, int half) {
        return chunk(state).proxyAddresses().get(half);
    }
}
