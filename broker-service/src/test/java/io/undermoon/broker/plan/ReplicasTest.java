package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Failover.Result;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicasTest {
    @Test
    void a_replica_in_sync_becomes_master() {
        Metadata state = synced(TestMetadata.withCluster(4, 1));
        Outcome<Result> outcome = failOver(state, half(state, 0));

        assertThat(outcome.result()).isInstanceOf(Result.Replaced.class);
        assertThat(chunk(outcome.state()).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
    }

    @Test
    void a_replica_that_nobody_has_reported_yet_does_not_become_master() {
        Metadata created = created(TestMetadata.withMarkingProxies(3));
        Metadata state =
                Coordinators.register(created, CONTEXT, "coordinator-1").state();

        assertThat(failOver(state, half(state, 0)).result()).isInstanceOf(Result.NotPossible.class);
        PlanContext later = new PlanContext(CONTEXT.nowSeconds() + 3600, CONTEXT.failureTtlSeconds(), 0, 0);
        assertThat(Failover.failOver(state, later, half(state, 0), false).result())
                .as("when the coordinator has been away")
                .isInstanceOf(Result.NotPossible.class);
        assertThat(Failover.failOver(state, CONTEXT, half(state, 0), true).result())
                .isInstanceOf(Result.Replaced.class);
        assertThat(failOver(synced(state), half(state, 0)).result()).isInstanceOf(Result.Replaced.class);
    }

    @Test
    void a_replica_that_nobody_will_report_becomes_master() {
        Metadata withoutCoordinators = created(TestMetadata.withMarkingProxies(3));
        Metadata proxiesOfTheOriginal = Coordinators.register(
                        created(TestMetadata.withProxies(3)), CONTEXT, "coordinator-1")
                .state();

        for (Metadata state : List.of(withoutCoordinators, proxiesOfTheOriginal)) {
            assertThat(failOver(state, half(state, 0)).result()).isInstanceOf(Result.Replaced.class);
        }
    }

    @Test
    void a_replacement_that_has_not_synchronised_does_not_become_master() {
        Metadata state = synced(TestMetadata.withCluster(4, 2));
        ProxyAddress survivor = half(state, 1);
        Metadata replaced = failOver(state, half(state, 0)).state();

        Outcome<Result> second = failOver(replaced, survivor);
        assertThat(second.result()).isInstanceOf(Result.NotPossible.class);
        assertThat(((Result.NotPossible) second.result()).reason())
                .contains(survivor.value(), half(replaced, 0).value(), "force=true");
        assertThat(chunk(second.state())).isEqualTo(chunk(replaced));
        assertThat(failOver(second.state(), survivor).state()).isEqualTo(second.state());

        Metadata now = synced(replaced);
        assertThat(failOver(now, survivor).result()).isInstanceOf(Result.Replaced.class);
        assertThat(chunk(failOver(now, survivor).state()).rolePosition()).isEqualTo(RolePosition.FIRST_CHUNK_MASTER);
    }

    @Test
    void a_replica_that_has_lost_its_master_does_not_become_master_except_by_force() {
        Metadata state = synced(TestMetadata.withCluster(4, 1));
        Metadata behind = report(state, replicaOf(state, 0, false));

        assertThat(failOver(behind, half(state, 0)).result()).isInstanceOf(Result.NotPossible.class);
        assertThat(failOver(behind, half(state, 1)).result())
                .as("the other master has its copy")
                .isInstanceOf(Result.Replaced.class);
        Outcome<Result> forced = Failover.failOver(behind, CONTEXT, half(state, 0), true);
        assertThat(forced.result()).isInstanceOf(Result.Replaced.class);
        assertThat(chunk(forced.state()).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
    }

    @Test
    void a_former_master_that_is_back_first_does_not_become_master_again() {
        Metadata state = synced(TestMetadata.withCluster(4, 0));
        ProxyAddress first = half(state, 0);
        ProxyAddress second = half(state, 1);
        Metadata bothDown = failOver(failOver(state, first).state(), second).state();
        Metadata firstIsBack = Proxies.register(
                        bothDown, first, bothDown.allProxies().get(first).nodeAddresses(), "x", null, null)
                .state();

        Outcome<Result> outcome = failOver(firstIsBack, second);
        assertThat(outcome.result()).isInstanceOf(Result.NotPossible.class);
        assertThat(chunk(outcome.state()).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
    }

    @Test
    void a_half_that_was_away_while_its_masters_went_on_does_not_become_master() {
        Metadata state = synced(
                failOver(synced(TestMetadata.withCluster(4, 1)), proxy(1)).state());
        ProxyAddress replicas = half(state, 0);
        Metadata away = failOver(state, replicas).state();
        Metadata back = Proxies.register(
                        away, replicas, away.allProxies().get(replicas).nodeAddresses(), "x", null, null)
                .state();

        assertThat(chunk(back).syncedParts()).isEmpty();
        assertThat(failOver(back, half(state, 1)).result()).isInstanceOf(Result.NotPossible.class);
    }

    @Test
    void a_part_without_slots_has_nothing_to_lose() {
        Metadata state = synced(TestMetadata.withCluster(4, 2));
        Metadata grown = Clusters.addNodes(state, CONTEXT, DEMO, 4).state();
        ProxyAddress inNewChunk =
                grown.clusters().get(DEMO).chunks().get(1).proxyAddresses().get(0);

        assertThat(failOver(grown, inNewChunk)
                        .state()
                        .clusters()
                        .get(DEMO)
                        .chunks()
                        .get(1)
                        .rolePosition())
                .isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
    }

    @Test
    void masters_are_balanced_onto_replicas_in_sync_only() {
        Metadata state = synced(TestMetadata.withCluster(4, 1));
        Metadata failedOver = failOver(state, half(state, 0)).state();

        assertThat(Balancing.balanceMasters(failedOver, CONTEXT, DEMO).state()).isEqualTo(failedOver);
        Metadata balanced =
                Balancing.balanceMasters(synced(failedOver), CONTEXT, DEMO).state();
        assertThat(chunk(balanced).rolePosition()).isEqualTo(RolePosition.NORMAL);
        assertThat(chunk(balanced).isSynced(0)).as("it is a new replica").isFalse();
        assertThat(chunk(balanced).isSynced(1)).as("it has kept its role").isTrue();
    }

    @Test
    void a_switchover_moves_masters_to_replicas_in_sync_only() {
        Metadata unknown = TestMetadata.withCluster(4, 1);
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(unknown, CONTEXT, half(unknown, 0)));
        Metadata behind = report(synced(unknown), replicaOf(unknown, 0, false));
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(behind, CONTEXT, half(behind, 0)));

        Metadata state = synced(unknown);
        Metadata away = Switchover.away(state, CONTEXT, half(state, 0)).state();
        assertThat(chunk(away).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
        assertThat(Switchover.away(away, CONTEXT, half(state, 0)).state()).isEqualTo(away);
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(away, CONTEXT, half(state, 1)));
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(state, CONTEXT, proxy(3)));
        refuses(ErrorCode.PROXY_NOT_FOUND, () -> Switchover.away(state, CONTEXT, proxy(9)));
    }

    @Test
    void a_switchover_makes_a_node_master_and_as_few_others_as_possible() {
        Metadata state = synced(TestMetadata.withCluster(4, 1));
        Metadata third = Switchover.to(state, CONTEXT, DEMO, nodeOf(state, 3)).state();
        assertThat(chunk(third).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
        Metadata back =
                Switchover.to(synced(third), CONTEXT, DEMO, nodeOf(state, 0)).state();
        assertThat(chunk(back).rolePosition()).isEqualTo(RolePosition.NORMAL);
        assertThat(Switchover.to(back, CONTEXT, DEMO, nodeOf(state, 2)).state()).isEqualTo(back);
        refuses(ErrorCode.INVALID_REQUEST, () -> Switchover.to(state, CONTEXT, DEMO, new NodeAddress("h:1")));
    }

    @Test
    void a_switchover_waits_for_moving_slots_and_leaves_failures_to_failovers() {
        Metadata state = synced(TestMetadata.withCluster(4, 3));
        Metadata reported =
                FailureReports.report(state, CONTEXT, half(state, 1), "c").state();
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Switchover.away(reported, CONTEXT, half(state, 0)));

        Metadata moving = Expansion.expand(
                        Clusters.addNodes(state, CONTEXT, DEMO, 4).state(), CONTEXT, DEMO)
                .state();
        refuses(ErrorCode.MIGRATION_RUNNING, () -> Switchover.away(moving, CONTEXT, half(state, 0)));
    }

    @Test
    void a_report_about_other_metadata_changes_nothing() {
        Metadata state = TestMetadata.withCluster(4, 1);
        Replicas.Report right = replicaOf(state, 0, true);
        List<Replicas.Report> wrong = List.of(
                new Replicas.Report(
                        right.proxyAddress(),
                        right.nodeAddress(),
                        right.masterAddress(),
                        new Epoch(right.epoch().value() - 1),
                        true),
                new Replicas.Report(
                        right.proxyAddress(), right.nodeAddress(), right.nodeAddress(), right.epoch(), true),
                new Replicas.Report(
                        right.proxyAddress(), right.masterAddress(), right.nodeAddress(), right.epoch(), true),
                new Replicas.Report(half(state, 0), right.nodeAddress(), right.masterAddress(), right.epoch(), true),
                new Replicas.Report(proxy(3), right.nodeAddress(), right.masterAddress(), right.epoch(), true),
                new Replicas.Report(proxy(9), right.nodeAddress(), right.masterAddress(), right.epoch(), true));

        Outcome<List<Replicas.Report>> outcome = Replicas.report(state, wrong);
        assertThat(outcome.result()).isEqualTo(wrong);
        assertThat(chunk(outcome.state())).isEqualTo(chunk(state));
        assertThat(Replicas.report(state, List.of(right)).result()).isEmpty();
    }

    @Test
    void reports_leave_epochs_as_they_are_and_repeating_them_changes_nothing() {
        Metadata state = TestMetadata.withCluster(4, 1);
        Metadata reported = synced(state);

        assertThat(reported.globalEpoch()).isEqualTo(state.globalEpoch());
        assertThat(reported.clusters().get(DEMO).epoch())
                .isEqualTo(state.clusters().get(DEMO).epoch());
        assertThat(synced(reported)).isEqualTo(reported);
        assertThat(Replicas.report(state, List.of()).state()).isEqualTo(state);
    }

    @Test
    void the_dump_has_what_was_reported_and_is_that_of_the_original_before() {
        Metadata state = TestMetadata.withCluster(4, 1);
        assertThat(new String(MetadataJson.write(state), UTF_8)).doesNotContain("synced_parts");

        Metadata reported = report(state, replicaOf(state, 1, true));
        assertThat(MetadataJson.read(MetadataJson.write(reported))).isEqualTo(reported);
        assertThat(chunk(reported).syncedParts()).containsExactly(1);
    }

    private static Metadata created(Metadata state) {
        return Clusters.create(state, CONTEXT, DEMO, 4, ClusterConfig.DEFAULT).state();
    }

    private static Metadata synced(Metadata state) {
        return report(state, replicaOf(state, 0, true), replicaOf(state, 1, true));
    }

    private static Metadata report(Metadata state, Replicas.Report... reports) {
        Outcome<List<Replicas.Report>> outcome = Replicas.report(state, List.of(reports));
        assertThat(outcome.result()).isEmpty();
        return outcome.state();
    }

    /** What is reported of the replica of a part of the first chunk. */
    private static Replicas.Report replicaOf(Metadata state, int part, boolean inSync) {
        StoredChunk chunk = chunk(state);
        int master = chunk.rolePosition().masterNode(part);
        int replica = RolePosition.replicationPeer(master);
        return new Replicas.Report(
                chunk.proxyOfNode(replica),
                chunk.nodeAddresses().get(replica),
                chunk.nodeAddresses().get(master),
                state.clusters().get(DEMO).epoch(),
                inSync);
    }

    private static Outcome<Result> failOver(Metadata state, ProxyAddress proxy) {
        return Failover.failOver(state, CONTEXT, proxy, false);
    }

    private static StoredChunk chunk(Metadata state) {
        return state.clusters().get(DEMO).chunks().get(0);
    }

    private static NodeAddress nodeOf(Metadata state, int index) {
        return chunk(state).nodeAddresses().get(index);
    }

    private static ProxyAddress half(Metadata state, int half) {
        return chunk(state).proxyAddresses().get(half);
    }
}
