package io.undermoon.coordinator.sync;

import static io.undermoon.coordinator.testing.Fixtures.ORDERS;
import static io.undermoon.coordinator.testing.Fixtures.cluster;
import static io.undermoon.coordinator.testing.Fixtures.coming;
import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.leaving;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static io.undermoon.coordinator.testing.Fixtures.stable;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.ProxyControl.PushOutcome;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeClock;
import io.undermoon.coordinator.testing.FakeProxies;
import io.undermoon.coordinator.testing.RecordingMetrics;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetadataSyncTest {
    private final FakeBroker broker = new FakeBroker();
    private final FakeProxies proxies = new FakeProxies();
    private final ProxyStatuses statuses = new ProxyStatuses();
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final FakeClock clock = new FakeClock();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final MetadataPush push = new MetadataPush(
            broker,
            proxies,
            statuses,
            metrics,
            new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), clock),
            () -> true);
    private final MetadataSync sync = syncThat(true);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private MetadataSync syncThat(boolean recovers) {
        return new MetadataSync(
                broker,
                statuses,
                push,
                new KeyedExecutor("fetch", threads, 4),
                new KeyedExecutor("push", threads, 4),
                metrics,
                recovers,
                clock);
    }

    @Test
    void pushes_destinations_before_empty_proxies_before_sources() {
        broker.put(cluster(
                ORDERS,
                9,
                Map.of(
                        1, List.of(stable(0, 99), leaving(100, 199, 1, 3)),
                        2, List.of(),
                        3, List.of(coming(100, 199, 1, 3)))));
        answer(8, proxy(1), proxy(2), proxy(3));
        sync.round();
        assertThat(proxies.pushes).containsExactly(proxy(3), proxy(2), proxy(1));
        assertThat(proxies.epochs.values()).containsOnly(epoch(9));
    }

    @Test
    void sends_what_has_changed_to_those_first_whose_nodes_are_concerned() {
        broker.put(cluster(ORDERS, 9, slotsOfFour()));
        broker.firsts.put(ORDERS, List.of(List.of(proxy(4)), List.of(), List.of(proxy(3))));
        broker.bases.add(epoch(8));
        proxies.takesUpdates.addAll(List.of(proxy(1), proxy(2), proxy(3), proxy(4)));
        answer(8, proxy(1), proxy(2), proxy(3), proxy(4));
        sync.round();
        assertThat(proxies.updates.subList(0, 2)).containsExactly(proxy(4) + " from 8", proxy(3) + " from 8");
        assertThat(proxies.updates).hasSize(4).contains(proxy(1) + " from 8", proxy(2) + " from 8");
        assertThat(proxies.pushes).isEmpty();
        assertThat(broker.calls).containsOnlyOnce("update orders 8");
        assertThat(statuses.snapshot().values()).containsOnly(Optional.of(epoch(9)));
    }

    @Test
    void sends_the_whole_to_a_proxy_with_other_metadata_and_to_one_of_the_original_in_its_own_way() {
        broker.put(cluster(ORDERS, 9, slotsOfFour()));
        broker.firsts.put(ORDERS, List.of());
        broker.bases.add(epoch(8));
        proxies.takesUpdates.addAll(List.of(proxy(1), proxy(2), proxy(3)));
        answer(8, proxy(1), proxy(2), proxy(4));
        answer(2, proxy(3));
        proxies.epochs.put(proxy(1), epoch(7));
        sync.round();
        assertThat(proxies.updates)
                .containsExactlyInAnyOrder(
                        proxy(1) + " from 8", proxy(1) + " from 0", proxy(2) + " from 8", proxy(3) + " from 0");
        assertThat(proxies.pushes).containsExactly(proxy(4));
        assertThat(proxies.epochs.values()).containsOnly(epoch(9));
    }

    private static Map<Integer, List<TaggedSlots>> slotsOfFour() {
        return Map.of(1, List.of(stable(0, 99)), 2, List.of(), 3, List.of(stable(100, 199)), 4, List.of());
    }

    @Test
    void an_idle_cluster_moves_no_metadata() {
        broker.put(cluster(ORDERS, 9, Map.of(1, List.of(stable(0, 16383)))));
        answer(9, proxy(1));
        sync.round();
        assertThat(broker.calls).containsExactly("epochs");
        assertThat(proxies.pushes).isEmpty();
    }

    @Test
    void pushes_only_to_proxies_that_are_behind() {
        broker.put(cluster(ORDERS, 9, Map.of(1, List.of(stable(0, 99)), 2, List.of(stable(100, 16383)))));
        answer(9, proxy(1));
        answer(0, proxy(2));
        sync.round();
        sync.round();
        assertThat(proxies.pushes).containsExactly(proxy(2));
        assertThat(statuses.snapshot()).containsEntry(proxy(2), Optional.of(epoch(9)));
    }

    @Test
    void reads_each_cluster_once_not_each_proxy() {
        broker.put(cluster(
                ORDERS,
                9,
                Map.of(1, List.of(stable(0, 99)), 2, List.of(stable(100, 199)), 3, List.of(), 4, List.of())));
        broker.put(cluster(new ClusterName("quiet"), 5, Map.of(6, List.of(stable(0, 16383)))));
        answer(5, proxy(1), proxy(2), proxy(3), proxy(4), proxy(6));
        MetadataSync oneAtATime = new MetadataSync(
                broker,
                statuses,
                push,
                new KeyedExecutor("f", threads, 1),
                new KeyedExecutor("p", threads, 4),
                metrics,
                true,
                clock);
        oneAtATime.round();
        assertThat(broker.calls.stream().filter(call -> call.startsWith("cluster")))
                .containsExactly("cluster orders");
        assertThat(broker.calls.stream().filter(call -> call.startsWith("proxy")))
                .hasSize(1 + 4);
        assertThat(proxies.pushes).hasSize(4);
    }

    @Test
    void pushes_to_free_proxies_and_not_to_unreachable_ones() {
        broker.epoch = epoch(4);
        broker.register(proxy(1), proxy(2));
        answer(3, proxy(1));
        sync.round();
        assertThat(proxies.pushes).containsExactly(proxy(1));
    }

    @Test
    void pushes_to_a_proxy_that_does_not_report_its_epoch() {
        broker.register(proxy(1));
        statuses.answered(proxy(1), Optional.empty());
        sync.round();
        assertThat(proxies.pushes).containsExactly(proxy(1));
    }

    @Test
    void retries_a_failing_proxy_after_growing_pauses() {
        broker.register(proxy(1), proxy(2));
        answer(0, proxy(1), proxy(2));
        proxies.dead.add(proxy(1));
        sync.round();
        sync.round();
        assertThat(proxies.pushes).containsExactlyInAnyOrder(proxy(1), proxy(2));
        clock.pass(Duration.ofSeconds(1));
        sync.round();
        clock.pass(Duration.ofSeconds(1));
        sync.round();
        assertThat(proxies.pushes.stream().filter(proxy(1)::equals)).hasSize(2);
        clock.pass(Duration.ofSeconds(1));
        proxies.dead.clear();
        sync.round();
        assertThat(proxies.epochs).containsKey(proxy(1));
    }

    @Test
    void a_proxy_that_registers_again_does_not_wait_for_the_end_of_a_pause() {
        broker.register(proxy(1));
        answer(0, proxy(1));
        proxies.dead.add(proxy(1));
        sync.round();
        broker.registered.clear();
        sync.round();
        broker.register(proxy(1));
        sync.round();
        assertThat(proxies.pushes).containsExactly(proxy(1), proxy(1));
    }

    @Test
    void a_wrong_machine_behind_an_address_is_a_failure() {
        broker.register(proxy(1));
        answer(0, proxy(1));
        proxies.pushOutcomes.put(proxy(1), PushOutcome.NOT_MINE);
        sync.round();
        sync.round();
        assertThat(metrics.entries()).containsExactly("pushed NOT_MINE");
    }

    @Test
    void with_an_original_broker_epochs_come_from_the_metadata() {
        broker.knowsEpochsQuestion = false;
        broker.put(cluster(ORDERS, 9, Map.of(1, List.of(stable(0, 99)), 2, List.of(stable(100, 16383)))));
        broker.register(proxy(3), proxy(4));
        broker.failed.add(proxy(2));
        broker.failed.add(proxy(4));
        answer(9, proxy(1));
        answer(8, proxy(2), proxy(3), proxy(4));
        sync.round();
        assertThat(proxies.pushes)
                .as("the failed one of a cluster too, but not the free failed one")
                .containsExactlyInAnyOrder(proxy(2), proxy(3));
    }

    @Test
    void repairs_a_stale_broker_after_some_rounds_and_not_again_at_once() {
        broker.register(proxy(1));
        answer(20, proxy(1));
        for (int i = 1; i < StaleBrokerRecovery.ROUNDS; i++) {
            sync.round();
        }
        assertThat(broker.calls).doesNotContain("recover");
        for (int i = 0; i < 3 * StaleBrokerRecovery.ROUNDS; i++) {
            sync.round();
        }
        assertThat(broker.calls.stream().filter("recover"::equals)).hasSize(1);
        clock.pass(Duration.ofSeconds(30));
        sync.round();
        assertThat(broker.calls.stream().filter("recover"::equals)).hasSize(2);
        assertThat(proxies.pushes).isEmpty();
    }

    @Test
    void goes_on_when_a_stale_broker_does_not_know_what_it_has_lost() {
        broker.register(proxy(1), proxy(2));
        broker.refusesRecovery = true;
        answer(20, proxy(1));
        for (int i = 0; i < StaleBrokerRecovery.ROUNDS; i++) {
            sync.round();
        }
        assertThat(broker.calls.stream().filter("recover"::equals)).hasSize(1);
        answer(0, proxy(2));
        sync.round();
        assertThat(proxies.pushes).containsExactly(proxy(2));
    }

    @Test
    void a_proxy_that_is_ahead_for_a_moment_does_not_make_the_broker_stale() {
        broker.register(proxy(1));
        for (int i = 0; i < 5; i++) {
            answer(20, proxy(1));
            sync.round();
            broker.epoch = epoch(20);
            sync.round();
            broker.epoch = epoch(1);
        }
        assertThat(broker.calls).doesNotContain("recover");
    }

    @Test
    void does_not_repair_a_stale_broker_when_that_is_disabled() {
        broker.register(proxy(1));
        answer(20, proxy(1));
        MetadataSync watching = syncThat(false);
        for (int i = 0; i < 3 * StaleBrokerRecovery.ROUNDS; i++) {
            watching.round();
        }
        assertThat(broker.calls).doesNotContain("recover");
    }

    private void answer(long epoch, ProxyAddress... addresses) {
        for (ProxyAddress address : addresses) {
            proxies.epochs.put(address, new Epoch(epoch));
            statuses.answered(address, Optional.of(new Epoch(epoch)));
        }
    }
}
