package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Moving slots by hand, evening them out, and taking moves back. */
class SlotMovesTest {
    private static final PlanContext ONE_AT_A_TIME = new PlanContext(1_700_000_000, 60, 1, 1);

    @Test
    void scales_4_to_8_to_12_to_4_one_migration_at_a_time() {
        Metadata state = TestMetadata.withCluster(4, 4);
        for (int nodes : List.of(8, 12, 4)) {
            Outcome<AutoScaling.Next> begun = AutoScaling.begin(state, ONE_AT_A_TIME, DEMO, nodes);
            state = begun.result() == AutoScaling.Next.EXPAND
                    ? AutoScaling.expand(begun.state(), ONE_AT_A_TIME, DEMO, nodes)
                            .state()
                    : begun.state();
            assertThat(AutoScaling.leadsTo(cluster(state), nodes)).isTrue();
            state = finished(state, ONE_AT_A_TIME);
            assertThat(sizes(state).subList(0, nodes / 2))
                    .allSatisfy(size -> assertThat(size).isBetween(16384 / (nodes / 2), 16384 / (nodes / 2) + 1));
        }
        Metadata trimmed = AutoScaling.begin(state, ONE_AT_A_TIME, DEMO, 4).state();
        assertThat(cluster(trimmed).nodeNumber()).isEqualTo(4);
        assertThat(ProxyPool.free(trimmed, ONE_AT_A_TIME)).hasSize(4);
    }

    @Test
    void moves_a_number_of_slots_in_proportion_to_what_the_sources_have() {
        Metadata state = TestMetadata.withCluster(12, 0);
        Outcome<List<MigratingSlots>> some = Resharding.reshard(
                state, CONTEXT, DEMO, new Resharding.Request(List.of(), master(state, 0), 100, null));
        assertThat(texts(some.result()))
                .containsExactly(
                        "1→0 2731-2750", "2→0 5462-5481", "3→0 8193-8212", "4→0 10924-10943", "5→0 13654-13673");

        Outcome<List<MigratingSlots>> fromOne = Resharding.reshard(
                state, CONTEXT, DEMO, new Resharding.Request(List.of(master(state, 1)), proxyOf(state, 0), 2731, null));
        assertThat(texts(fromOne.result())).containsExactly("1→0 2731-5461");
    }

    @Test
    void moves_given_slots_and_refuses_what_cannot_be_moved() {
        Metadata state = TestMetadata.withCluster(4, 0);
        SlotRanges both = SlotRanges.of(8000, 8200);
        Resharding.Request tail = new Resharding.Request(List.of(), master(state, 1), null, SlotRanges.of(8000, 8191));
        Metadata moving = Resharding.reshard(state, CONTEXT, DEMO, tail).state();
        assertThat(texts(cluster(moving).tasks())).containsExactly("0→1 8000-8191");

        refusesToMove(moving, List.of(), master(state, 1), null, SlotRanges.of(7999, 8000));
        refusesToMove(state, List.of(), master(state, 1), null, both);
        refusesToMove(state, List.of(master(state, 1)), master(state, 0), 8193, null);
        refusesToMove(state, List.of(master(state, 0)), master(state, 0), 1, null);
        refusesToMove(state, List.of(), replica(state, 0), 1, null);
        refusesToMove(state, List.of(), "10.9.9.9:1", 1, null);
        refusesToMove(state, List.of(), master(state, 0), 0, null);
        refusesToMove(state, List.of(), master(state, 0), null, null);
        refusesToMove(state, List.of(), master(state, 0), 1, both);
    }

    @Test
    void plans_beside_a_running_migration_and_lets_it_wait_for_its_turn() {
        Metadata state = TestMetadata.withCluster(8, 0);
        Metadata one = Resharding.reshard(
                        state,
                        ONE_AT_A_TIME,
                        DEMO,
                        new Resharding.Request(List.of(), master(state, 0), null, SlotRanges.of(16000, 16100)))
                .state();
        Metadata two = Resharding.reshard(
                        one,
                        ONE_AT_A_TIME,
                        DEMO,
                        new Resharding.Request(List.of(), master(state, 1), null, SlotRanges.of(0, 9)))
                .state();
        assertThat(texts(cluster(two).runningTasks())).containsExactly("3→0 16000-16100");
        assertThat(cluster(two).tasks()).hasSize(2);
        Metadata next = commit(two, cluster(two).runningTasks().get(0), ONE_AT_A_TIME);
        assertThat(texts(cluster(next).runningTasks())).containsExactly("0→1 0-9");
    }

    @Test
    void moves_slots_of_one_source_one_migration_at_a_time() {
        PlanContext twoAtATime = new PlanContext(1_700_000_000, 60, 1, 2);
        Metadata state = TestMetadata.withCluster(12, 0);
        for (int[] move : new int[][] {{0, 2}, {0, 3}, {1, 4}}) {
            Resharding.Request request =
                    new Resharding.Request(List.of(master(state, move[0])), master(state, move[1]), 100, null);
            state = Resharding.reshard(state, twoAtATime, DEMO, request).state();
        }
        assertThat(cluster(state).tasks()).hasSize(3);
        assertThat(texts(cluster(state).runningTasks())).containsExactly("0→2 0-99", "1→4 2731-2830");
        Metadata next = commit(state, cluster(state).runningTasks().get(0), twoAtATime);
        assertThat(texts(cluster(next).runningTasks())).containsExactly("0→3 100-199", "1→4 2731-2830");
    }

    @Test
    void rebalances_with_as_few_moves_as_possible() {
        Metadata uneven = finished(
                Resharding.reshard(
                                TestMetadata.withCluster(8, 0),
                                CONTEXT,
                                DEMO,
                                new Resharding.Request(
                                        List.of(),
                                        master(TestMetadata.withCluster(8, 0), 0),
                                        null,
                                        SlotRanges.of(4096, 5095)))
                        .state(),
                CONTEXT);
        assertThat(sizes(uneven)).containsExactly(5096, 3096, 4096, 4096);
        Outcome<List<MigratingSlots>> evened =
                Rebalancing.rebalance(uneven, CONTEXT, DEMO, new Rebalancing.Request(Map.of(), 2));
        assertThat(texts(evened.result())).containsExactly("0→1 4096-5095");
        Metadata even = finished(evened.state(), CONTEXT);
        assertThat(Rebalancing.rebalance(even, CONTEXT, DEMO, new Rebalancing.Request(Map.of(), 0))
                        .result())
                .isEmpty();
        assertThat(Rebalancing.rebalance(uneven, CONTEXT, DEMO, new Rebalancing.Request(Map.of(), 30))
                        .state())
                .isEqualTo(uneven);
    }

    @Test
    void rebalances_by_weight() {
        Metadata state = TestMetadata.withCluster(8, 0);
        Outcome<List<MigratingSlots>> weighted = Rebalancing.rebalance(
                state,
                CONTEXT,
                DEMO,
                new Rebalancing.Request(Map.of(master(state, 0), 0.0, proxyOf(state, 1), 2.5), 2));
        assertThat(sizes(finished(weighted.state(), CONTEXT))).containsExactly(0, 9102, 3641, 3641);
        refuses(
                ErrorCode.MIGRATION_RUNNING,
                () -> Rebalancing.rebalance(weighted.state(), CONTEXT, DEMO, new Rebalancing.Request(Map.of(), 2)));
        refuses(ErrorCode.INVALID_REQUEST, () -> new Rebalancing.Request(Map.of(master(state, 0), -1.0), 2));
        refuses(ErrorCode.INVALID_REQUEST, () -> new Rebalancing.Request(Map.of(master(state, 0), Double.NaN), 2));
        refuses(ErrorCode.INVALID_REQUEST, () -> new Rebalancing.Request(Map.of(), 101));
    }

    @Test
    void takes_back_what_waits_and_what_its_source_gave_up() {
        Metadata before = TestMetadata.withCluster(8, 2);
        Metadata moving = AutoScaling.expand(
                        AutoScaling.begin(before, ONE_AT_A_TIME, DEMO, 12).state(), ONE_AT_A_TIME, DEMO, 12)
                .state();
        MigratingSlots running = cluster(moving).runningTasks().get(0);
        Outcome<List<MigratingSlots>> rest = Aborts.withdrawWaiting(moving, ONE_AT_A_TIME, DEMO, Aborts.Selection.ALL);
        assertThat(rest.result()).hasSize(cluster(moving).tasks().size() - 1);
        assertThat(cluster(rest.state()).tasks()).containsExactly(running);
        assertThat(rest.state().globalEpoch()).isGreaterThan(moving.globalEpoch());

        Metadata back = Aborts.withdraw(rest.state(), ONE_AT_A_TIME, DEMO, List.of(running))
                .state();
        assertThat(sizes(back).subList(0, 4)).isEqualTo(sizes(before));
        assertThat(cluster(back).runsMigrations()).isFalse();
        assertThat(Aborts.withdraw(back, ONE_AT_A_TIME, DEMO, List.of(running)).state())
                .isEqualTo(back);
        assertThat(cluster(AutoScaling.begin(back, ONE_AT_A_TIME, DEMO, 8).state())
                        .nodeNumber())
                .isEqualTo(8);
    }

    @Test
    void starts_the_next_migration_when_one_is_taken_back() {
        Metadata moving = Shrinking.shrink(TestMetadata.withCluster(8, 0), ONE_AT_A_TIME, DEMO, 4)
                .state();
        MigratingSlots first = cluster(moving).runningTasks().get(0);
        Aborts.Selection slots = new Aborts.Selection(Optional.of(first.rangeList()), Optional.empty());
        assertThat(Aborts.select(cluster(moving), slots)).containsExactly(first);
        Metadata next =
                Aborts.withdraw(moving, ONE_AT_A_TIME, DEMO, List.of(first)).state();
        assertThat(cluster(next).runningTasks()).hasSize(1).doesNotContain(first);
    }

    @Test
    void does_not_take_back_a_migration_that_a_failover_restarted() {
        Metadata moving = Shrinking.shrink(TestMetadata.withCluster(8, 1), CONTEXT, DEMO, 4)
                .state();
        MigratingSlots task = cluster(moving).tasks().get(0);
        Metadata restarted = Failover.failOver(
                        moving,
                        CONTEXT,
                        cluster(moving)
                                .chunks()
                                .get(task.meta().srcChunkIndex())
                                .proxyAddresses()
                                .get(task.meta().srcChunkPart()),
                        false)
                .state();
        assertThat(Aborts.withdraw(restarted, CONTEXT, DEMO, List.of(task)).result())
                .isEmpty();
    }

    @Test
    void commits_only_what_was_reported_with_the_present_addresses() {
        Metadata moving = Shrinking.shrink(TestMetadata.withCluster(8, 0), CONTEXT, DEMO, 4)
                .state();
        MigrationTask right =
                ClusterView.of(cluster(moving)).task(cluster(moving).tasks().get(0));
        MigrationMeta meta = right.slotRange().migration().orElseThrow();
        MigrationMeta wrong = new MigrationMeta(
                meta.epoch(),
                meta.dstProxyAddress(),
                meta.srcNodeAddress(),
                meta.dstProxyAddress(),
                meta.dstNodeAddress());
        MigrationTask other =
                new MigrationTask(DEMO, new TaggedSlots(right.slotRange().rangeList(), new SlotState.Migrating(wrong)));
        refuses(ErrorCode.MIGRATION_TASK_NOT_FOUND, () -> Commits.commit(moving, CONTEXT, other));
        MigrationTask byDestination =
                new MigrationTask(DEMO, new TaggedSlots(right.slotRange().rangeList(), new SlotState.Importing(meta)));
        assertThat(cluster(Commits.commit(moving, CONTEXT, byDestination).state())
                        .tasks())
                .hasSize(1);
    }

    @Test
    void finishes_an_expansion_that_was_aborted_half_way() {
        Metadata moving = AutoScaling.expand(
                        AutoScaling.begin(TestMetadata.withCluster(8, 2), CONTEXT, DEMO, 12)
                                .state(),
                        CONTEXT,
                        DEMO,
                        12)
                .state();
        Metadata half = commit(moving, cluster(moving).tasks().get(0), CONTEXT);
        Metadata aborted =
                Aborts.withdraw(half, CONTEXT, DEMO, cluster(half).tasks()).state();
        assertThat(cluster(aborted).lacksStableSlots()).isTrue();
        Outcome<AutoScaling.Next> again = AutoScaling.begin(aborted, CONTEXT, DEMO, 12);
        assertThat(again.result()).isEqualTo(AutoScaling.Next.EXPAND);
        Metadata done =
                finished(AutoScaling.expand(again.state(), CONTEXT, DEMO, 12).state(), CONTEXT);
        assertThat(sizes(done)).allSatisfy(size -> assertThat(size).isBetween(2730, 2731));

        Metadata redirected =
                finished(AutoScaling.begin(aborted, CONTEXT, DEMO, 4).state(), CONTEXT);
        assertThat(sizes(redirected)).containsExactly(8192, 8192, 0, 0, 0, 0);
    }

    static Metadata finished(Metadata state, PlanContext context) {
        Metadata current = state;
        while (cluster(current).runsMigrations()) {
            current = commit(current, cluster(current).runningTasks().get(0), context);
        }
        return current;
    }

    private static Metadata commit(Metadata state, MigratingSlots task, PlanContext context) {
        return Commits.commit(state, context, ClusterView.of(cluster(state)).task(task))
                .state();
    }

    private static void refusesToMove(
            Metadata state, List<String> sources, String destination, Integer number, SlotRanges ranges) {
        refuses(
                ErrorCode.INVALID_MIGRATION_TASK,
                () -> Resharding.reshard(
                        state, CONTEXT, DEMO, new Resharding.Request(sources, destination, number, ranges)));
    }

    private static List<String> texts(List<MigratingSlots> tasks) {
        return tasks.stream()
                .map(task -> task.meta().source().shard() + "→"
                        + task.meta().destination().shard() + " " + task.rangeList())
                .toList();
    }

    private static List<Integer> sizes(Metadata state) {
        List<Integer> sizes = new ArrayList<>();
        for (int shard = 0; shard < cluster(state).shardNumber(); shard++) {
            sizes.add(cluster(state).chunks().get(shard / 2).stable(shard % 2).size());
        }
        return sizes;
    }

    private static String master(Metadata state, int shard) {
        return node(state, shard, true).address().value();
    }

    private static String replica(Metadata state, int shard) {
        return node(state, shard, false).address().value();
    }

    private static String proxyOf(Metadata state, int shard) {
        return node(state, shard, true).proxyAddress().value();
    }

    private static Node node(Metadata state, int shard, boolean master) {
        List<Node> nodes = ClusterView.of(cluster(state)).cluster().nodes();
        for (int i = 0; i < nodes.size(); i++) {
            if (ClusterView.shardOfNode(i) == shard && nodes.get(i).isMaster() == master) {
                return nodes.get(i);
            }
        }
        throw new AssertionError("no node of shard " + shard);
    }

    private static StoredCluster cluster(Metadata state) {
        return state.clusters().get(DEMO);
    }
}
