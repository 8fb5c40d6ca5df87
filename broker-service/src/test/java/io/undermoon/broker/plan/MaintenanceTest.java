package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.synced;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Failover.Result;
import io.undermoon.broker.plan.Maintenance.Phase;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaintenanceTest {
    private static final long SECONDS = 60;
    private static final PlanContext LATER = new PlanContext(CONTEXT.nowSeconds() + SECONDS, 60, 1, 0);

    private final Metadata cluster = synced(TestMetadata.withCluster(4, 2));
    private final ProxyAddress first = half(0);
    private final ProxyAddress second = half(1);

    @Test
    void the_masters_are_handed_over_before_the_proxy_may_be_stopped() {
        Metadata begun = begin(cluster, first);
        assertThat(chunk(begun).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
        assertThat(phase(begun, first)).isEqualTo(Phase.HANDING_OVER);
        assertThat(phase(begun, second)).isEqualTo(Phase.NONE);
        assertThat(phase(synced(begun), first)).isEqualTo(Phase.READY);
        assertThat(MetadataJson.read(MetadataJson.write(begun))).isEqualTo(begun);
        assertThat(Maintenance.phase(begun, LATER, first)).isEqualTo(Phase.NONE);
        assertThat(phase(begin(cluster, freeProxy()), freeProxy())).isEqualTo(Phase.READY);
    }

    @Test
    void the_last_copy_is_not_taken_down() {
        Metadata behind = TestMetadata.withCluster(4, 2);
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> begin(behind, first));
        Metadata reported = FailureReports.report(cluster, CONTEXT, second, "c").state();
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> begin(reported, first));
        Metadata failedOver = Failover.failOver(
                        TestMetadata.synced(TestMetadata.withCluster(4, 0)), CONTEXT, second, false)
                .state();
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> begin(failedOver, first));

        Metadata skewed = synced(Switchover.away(cluster, CONTEXT, first).state());
        Metadata otherReported =
                FailureReports.report(skewed, CONTEXT, second, "c").state();
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> begin(otherReported, first));

        Metadata begun = synced(begin(cluster, first));
        Metadata otherFails = Failover.failOver(begun, CONTEXT, second, false).state();
        assertThat(phase(otherFails, first)).isEqualTo(Phase.LAST_COPY);
        Metadata otherIsReported =
                FailureReports.report(begun, CONTEXT, second, "c").state();
        assertThat(phase(otherIsReported, first)).isEqualTo(Phase.LAST_COPY);
    }

    @Test
    void there_is_one_host_at_a_time() {
        Metadata begun = begin(cluster, first);
        refuses(ErrorCode.IN_USE, () -> begin(begun, second));
        refuses(ErrorCode.IN_USE, () -> begin(begun, freeProxy()));
        Metadata sameHost =
                TestMetadata.add(cluster, 9, cluster.allProxies().get(first).host());
        assertThat(begin(begin(sameHost, first), TestMetadata.proxy(9)).maintenance())
                .hasSize(2);
        Metadata expired =
                Maintenance.begin(synced(begun), LATER, second, SECONDS).state();
        assertThat(expired.maintenance()).containsOnlyKeys(second);
        refuses(ErrorCode.INVALID_REQUEST, () -> Maintenance.begin(cluster, CONTEXT, first, 0));
        refuses(ErrorCode.PROXY_NOT_FOUND, () -> begin(cluster, TestMetadata.proxy(77)));
    }

    @Test
    void nothing_replaces_the_proxy_before_the_time_is_over() {
        Metadata begun = synced(begin(cluster, first));
        Outcome<Result> outcome = Failover.failOver(begun, CONTEXT, first, false);
        assertThat(outcome.result()).isInstanceOf(Result.NotPossible.class);
        assertThat(chunk(outcome.state()).proxyAddresses()).contains(first);
        assertThat(chunk(outcome.state()).syncedParts()).as("it misses writes").isEmpty();
        assertThat(phase(outcome.state(), first)).isEqualTo(Phase.READY);
        assertThat(ProxyPool.free(begin(cluster, freeProxy()), CONTEXT))
                .extracting("proxyAddress")
                .doesNotContain(freeProxy());

        assertThat(Failover.failOver(begun, LATER, first, false).result()).isInstanceOf(Result.Replaced.class);
    }

    @Test
    void when_it_ends_the_nodes_are_copies_only_when_they_are_seen_anew() {
        Metadata begun = synced(begin(cluster, first));
        Metadata ended = Maintenance.end(begun, CONTEXT, first).state();
        assertThat(ended.maintenance()).isEmpty();
        assertThat(chunk(ended).syncedParts()).isEmpty();
        assertThat(ended.clusters().get(DEMO).epoch())
                .isGreaterThan(begun.clusters().get(DEMO).epoch());
        assertThat(Maintenance.end(ended, CONTEXT, first).state()).isEqualTo(ended);
        assertThat(Maintenance.end(begun, LATER, first).state())
                .as("also when the time was over before")
                .isEqualTo(ended);
    }

    @Test
    void masters_stay_away_while_it_lasts_and_are_evened_out_afterwards() {
        Metadata begun = synced(begin(cluster, first));
        assertThat(Balancing.quietAndSkewed(begun, CONTEXT)).isEmpty();
        Metadata ended = Maintenance.end(begun, CONTEXT, first).state();
        assertThat(Balancing.quietAndSkewed(ended, CONTEXT)).as("not in sync").isEmpty();
        Metadata quiet = synced(ended);
        assertThat(Balancing.quietAndSkewed(quiet, CONTEXT)).containsOnlyKeys(DEMO);
        List<ProxyAddress> proxies = chunk(quiet).proxyAddresses();
        Metadata balanced =
                Balancing.balanceChunk(quiet, CONTEXT, DEMO, proxies).state();
        assertThat(chunk(balanced).rolePosition()).isEqualTo(RolePosition.NORMAL);
        assertThat(Balancing.balanceChunk(balanced, CONTEXT, DEMO, proxies).result())
                .isFalse();
    }

    @Test
    void no_planned_change_moves_a_master_to_a_proxy_that_may_be_stopped() {
        Metadata ready = synced(begin(cluster, first));
        assertThat(phase(ready, first)).isEqualTo(Phase.READY);

        refuses(ErrorCode.IN_USE, () -> Switchover.away(ready, CONTEXT, second));
        NodeAddress node = chunk(ready).nodeAddresses().get(0);
        refuses(ErrorCode.IN_USE, () -> Switchover.to(ready, CONTEXT, DEMO, node));
        assertThat(Switchover.isPossible(ready, CONTEXT, ready.clusters().get(DEMO), chunk(ready), 1))
                .isFalse();
        assertThat(Balancing.balanceMasters(ready, CONTEXT, DEMO).state()).isEqualTo(ready);

        Metadata forced = Switchover.away(ready, CONTEXT, second, null, true).state();
        assertThat(chunk(forced).rolePosition()).isEqualTo(RolePosition.FIRST_CHUNK_MASTER);
        Metadata afterwards = Switchover.away(ready, LATER, second).state();
        assertThat(chunk(afterwards).rolePosition()).isEqualTo(RolePosition.FIRST_CHUNK_MASTER);
    }

    @Test
    void masters_are_not_evened_out_while_slots_move_or_a_proxy_is_reported() {
        Metadata skewed = synced(Switchover.away(cluster, CONTEXT, first).state());
        Metadata moving = Expansion.expand(
                        Clusters.addNodes(skewed, CONTEXT, DEMO, 4).state(), CONTEXT, DEMO)
                .state();
        assertThat(Balancing.quietAndSkewed(moving, CONTEXT)).isEmpty();
        Metadata reported = FailureReports.report(skewed, CONTEXT, first, "c").state();
        assertThat(Balancing.quietAndSkewed(reported, CONTEXT)).isEmpty();
        assertThat(Balancing.quietAndSkewed(skewed, CONTEXT)).isNotEmpty();
    }

    @Test
    void a_forced_switchover_takes_over_from_a_proxy_that_is_down_but_not_by_a_replica_that_is_behind() {
        Metadata down = FailureReports.report(cluster, CONTEXT, first, "c").state();
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(down, CONTEXT, first));
        Metadata taken = Switchover.away(down, CONTEXT, first, null, true).state();
        assertThat(chunk(taken).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(taken, CONTEXT, second, null, true));
        Metadata survivorDown =
                FailureReports.report(cluster, CONTEXT, second, "c").state();
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(survivorDown, CONTEXT, first, null, true));
    }

    @Test
    void with_both_halves_down_nothing_changes_any_more_and_the_advice_names_who_has_the_data() {
        Metadata alone = synced(TestMetadata.withCluster(4, 0));
        assertThat(advice(alone)).isEmpty();
        Metadata one = Failover.failOver(alone, CONTEXT, first, false).state();
        assertThat(advice(one)).singleElement().asString().contains("the only copies", "'" + second + "'");
        Metadata both = Failover.failOver(one, CONTEXT, second, false).state();
        assertThat(advice(both))
                .singleElement()
                .asString()
                .contains("both down", "start '" + second + "'", "force=true");
        for (ProxyAddress proxy : List.of(first, second)) {
            assertThat(Failover.failOver(both, CONTEXT, proxy, false).state()).isEqualTo(both);
        }
        assertThat(Balancing.quietAndSkewed(both, CONTEXT)).isEmpty();

        Metadata behind = Failover.failOver(TestMetadata.withCluster(4, 0), CONTEXT, first, false)
                .state();
        assertThat(advice(behind)).isNotEmpty();
        Metadata skewed = synced(Switchover.away(alone, CONTEXT, first).state());
        assertThat(advice(skewed)).singleElement().asString().contains("has both masters");
        Metadata limited = Clusters.configure(alone, CONTEXT, DEMO, Map.of("max_lag_on_failover", "4096"))
                .state();
        assertThat(advice(Switchover.away(limited, CONTEXT, first).state()))
                .singleElement()
                .asString()
                .contains("is not in sync", "max_lag_on_failover, 4096 bytes");
    }

    private static List<String> advice(Metadata state) {
        return Advice.of(state, CONTEXT, state.clusters().get(DEMO));
    }

    private static Metadata begin(Metadata state, ProxyAddress proxy) {
        return Maintenance.begin(state, CONTEXT, proxy, SECONDS).state();
    }

    private static Phase phase(Metadata state, ProxyAddress proxy) {
        return Maintenance.phase(state, CONTEXT, proxy);
    }

    private ProxyAddress freeProxy() {
        return ProxyPool.free(cluster, CONTEXT).get(0).proxyAddress();
    }

    private ProxyAddress half(int half) {
        return chunk(cluster).proxyAddresses().get(half);
    }

    private static StoredChunk chunk(Metadata state) {
        return state.clusters().get(DEMO).chunks().get(0);
    }
}
