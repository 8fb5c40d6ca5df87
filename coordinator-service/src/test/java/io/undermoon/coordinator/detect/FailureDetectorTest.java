package io.undermoon.coordinator.detect;

import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.node;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.ProxyControl.NodeHealth;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeClock;
import io.undermoon.coordinator.testing.FakeProxies;
import io.undermoon.coordinator.testing.RecordingMetrics;
import io.undermoon.metadata.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailureDetectorTest {
    private static final FailureDetector.Limits LIMITS =
            new FailureDetector.Limits(Duration.ofMillis(1500), Duration.ofSeconds(5));
    private static final Duration ROUND = Duration.ofMillis(300);

    private final FakeBroker broker = new FakeBroker();
    private final FakeProxies proxies = new FakeProxies();
    private final ProxyStatuses statuses = new ProxyStatuses();
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final FakeClock clock = new FakeClock();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FailureDetector detector = new FailureDetector(
            broker,
            broker,
            proxies,
            statuses,
            metrics,
            new KeyedExecutor("test", threads, 4),
            LIMITS,
            clock,
            () -> broker.calls.add("failover round"));

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void reports_a_proxy_that_refuses_connections_at_half_the_limit() {
        broker.register(proxy(1), proxy(2));
        proxies.dead.add(proxy(2));
        rounds(3);
        assertThat(broker.calls).noneMatch(call -> call.startsWith("report"));
        rounds(1);
        assertThat(broker.calls).containsSequence("report 10.0.0.2:5299", "failover round");
        assertThat(reports()).hasSize(1);
        assertThat(detector.deadProxies()).isEqualTo(1);
        assertThat(metrics.entries()).contains("reported", "probe UNREACHABLE");
    }

    @Test
    void says_that_it_is_there_before_it_reports_for_the_first_time() {
        broker.register(proxy(1), proxy(2));
        proxies.dead.add(proxy(1));
        rounds(4);
        assertThat(broker.calls).containsSubsequence("register", "report 10.0.0.1:5299");
        proxies.dead.add(proxy(2));
        rounds(4);
        assertThat(broker.calls).contains("report 10.0.0.2:5299").containsOnlyOnce("register");
    }

    @Test
    void does_not_report_a_proxy_that_is_back_before_the_limit() {
        broker.register(proxy(1));
        proxies.dead.add(proxy(1));
        rounds(3);
        proxies.dead.clear();
        rounds(1);
        proxies.dead.add(proxy(1));
        rounds(3);
        assertThat(reports()).isEmpty();
    }

    @Test
    void reports_a_silent_proxy_only_at_the_limit() {
        broker.register(proxy(1));
        proxies.silent.add(proxy(1));
        rounds(5);
        assertThat(reports()).isEmpty();
        rounds(1);
        assertThat(reports()).hasSize(1);
    }

    @Test
    void a_slow_answer_in_between_ends_the_silence() {
        broker.register(proxy(1));
        proxies.silent.add(proxy(1));
        rounds(5);
        proxies.silent.clear();
        rounds(1);
        proxies.silent.add(proxy(1));
        rounds(5);
        assertThat(reports()).isEmpty();
    }

    @Test
    void does_not_blame_proxies_for_a_pause_of_its_own() {
        broker.register(proxy(1));
        proxies.silent.add(proxy(1));
        rounds(1);
        clock.pass(Duration.ofMinutes(1));
        detector.forgetSilence();
        rounds(5);
        assertThat(reports()).isEmpty();
        rounds(1);
        assertThat(reports()).hasSize(1);
    }

    @Test
    void reports_a_silent_proxy_however_seldom_it_probes() {
        broker.register(proxy(1));
        proxies.silent.add(proxy(1));
        for (int i = 0; i < 3; i++) {
            detector.round();
            clock.pass(Duration.ofSeconds(2));
        }
        assertThat(reports()).hasSize(1);
    }

    @Test
    void does_not_count_proxies_that_have_been_silent_for_long_or_answer_as_a_fault_of_the_network() {
        broker.register(proxy(1), proxy(2), proxy(3));
        broker.failed.add(proxy(2));
        proxies.silent.add(proxy(2));
        proxies.nodes.put(
                proxy(3),
                List.of(new NodeHealth(node(3, 1), Role.MASTER, false, Duration.ofHours(1), false, null, -1)));
        rounds(100);
        assertThat(reports()).allMatch(report -> report.endsWith(proxy(3).value()));
        proxies.silent.add(proxy(1));
        rounds(6);
        assertThat(reports()).contains("report " + proxy(1));
    }

    @Test
    void thinks_of_the_network_first_when_many_proxies_are_silent_at_once() {
        broker.register(proxy(1), proxy(2), proxy(3), proxy(4));
        proxies.silent.addAll(List.of(proxy(1), proxy(2)));
        rounds(30);
        assertThat(reports()).isEmpty();
        rounds(10);
        assertThat(reports()).hasSize(2);
    }

    @Test
    void reports_many_proxies_that_refuse_connections_at_once() {
        broker.register(proxy(1), proxy(2), proxy(3), proxy(4));
        proxies.dead.addAll(List.of(proxy(1), proxy(2), proxy(3)));
        rounds(6);
        assertThat(reports()).hasSize(3);
    }

    @Test
    void reports_a_silent_proxy_among_many_at_the_limit() {
        broker.register(proxy(1), proxy(2), proxy(3), proxy(4), proxy(5), proxy(6));
        proxies.silent.addAll(List.of(proxy(1), proxy(2)));
        rounds(7);
        assertThat(reports()).hasSize(2);
    }

    @Test
    void renews_the_report_while_the_failure_lasts_but_not_every_round() {
        broker.register(proxy(1));
        proxies.dead.add(proxy(1));
        rounds(8);
        assertThat(reports()).hasSize(1);
        clock.pass(FailureDetector.REPORT_INTERVAL);
        rounds(1);
        assertThat(reports()).hasSize(2);
    }

    @Test
    void withdraws_the_report_of_a_proxy_that_answers_again() {
        broker.register(proxy(1), proxy(2));
        proxies.dead.add(proxy(1));
        rounds(8);
        assertThat(broker.calls).doesNotContain("withdraw 10.0.0.1:5299");
        proxies.dead.clear();
        rounds(3);
        assertThat(broker.calls.stream().filter("withdraw 10.0.0.1:5299"::equals))
                .as("once, and none of a proxy that was not reported")
                .hasSize(1);
        assertThat(broker.calls).doesNotContain("withdraw 10.0.0.2:5299");
    }

    @Test
    void retries_a_withdrawal_that_the_broker_did_not_accept() {
        broker.register(proxy(1));
        FakeBroker ledger = new FakeBroker();
        FailureDetector withLedger = new FailureDetector(
                broker,
                ledger,
                proxies,
                statuses,
                metrics,
                new KeyedExecutor("t", threads, 4),
                LIMITS,
                clock,
                () -> {});
        proxies.dead.add(proxy(1));
        rounds(withLedger, 8);
        proxies.dead.clear();
        ledger.down = true;
        rounds(withLedger, 2);
        ledger.down = false;
        rounds(withLedger, 2);
        assertThat(ledger.calls.stream().filter("withdraw 10.0.0.1:5299"::equals))
                .as("twice in vain, then once")
                .hasSize(3);
    }

    @Test
    void forgets_proxies_that_are_gone() {
        broker.register(proxy(1), proxy(2), proxy(3));
        proxies.dead.add(proxy(1));
        proxies.nodes.put(
                proxy(2), List.of(new NodeHealth(node(2, 1), Role.MASTER, true, Duration.ZERO, false, null, -1)));
        proxies.nodes.put(
                proxy(3),
                List.of(new NodeHealth(node(3, 1), Role.REPLICA, true, Duration.ZERO, false, node(2, 1), -1)));
        proxies.epochs.putAll(Map.of(proxy(2), epoch(7), proxy(3), epoch(7)));
        rounds(10);
        assertThat(detector.deadProxies()).isEqualTo(1);
        assertThat(detector.replicasOutOfSync()).isEqualTo(1);
        broker.registered.clear();
        clock.pass(FailureDetector.LIST_INTERVAL);
        rounds(1);
        assertThat(detector.deadProxies()).isZero();
        assertThat(detector.replicasOutOfSync()).isZero();
    }

    @Test
    void retries_a_report_that_the_broker_did_not_accept() {
        broker.register(proxy(1));
        proxies.dead.add(proxy(1));
        FakeBroker deaf = new FakeBroker();
        deaf.down = true;
        FailureDetector withDeafLedger = new FailureDetector(
                broker, deaf, proxies, statuses, metrics, new KeyedExecutor("t", threads, 4), LIMITS, clock, () -> {});
        rounds(withDeafLedger, 9);
        assertThat(deaf.calls).hasSize(6).containsOnly("register");
        assertThat(metrics.entries()).doesNotContain("reported");
        deaf.down = false;
        rounds(withDeafLedger, 1);
        assertThat(deaf.calls).endsWith("register", "report 10.0.0.1:5299");
        assertThat(metrics.entries()).contains("reported");
    }

    @Test
    void does_not_report_a_proxy_that_is_out_of_service_and_probes_it_less_often() {
        broker.register(proxy(1));
        broker.failed.add(proxy(1));
        proxies.dead.add(proxy(1));
        rounds(10);
        assertThat(reports()).isEmpty();
        assertThat(proxies.probes).hasSize(4);
        clock.pass(FailureDetector.OUT_OF_SERVICE_PROBE_INTERVAL);
        rounds(2);
        assertThat(proxies.probes).hasSize(5);
    }

    @Test
    void keeps_the_status_of_answering_proxies_only() {
        broker.register(proxy(1), proxy(2), proxy(3));
        proxies.epochs.put(proxy(1), epoch(7));
        rounds(1);
        assertThat(statuses.snapshot())
                .containsEntry(proxy(1), Optional.of(epoch(7)))
                .hasSize(3);
        proxies.dead.add(proxy(2));
        broker.registered.remove(proxy(3));
        clock.pass(FailureDetector.LIST_INTERVAL);
        rounds(1);
        assertThat(statuses.snapshot()).containsOnlyKeys(proxy(1));
    }

    @Test
    void reports_a_proxy_whose_master_is_down_for_too_long() {
        broker.register(proxy(1));
        health(Role.MASTER, false, Duration.ofMillis(4999));
        rounds(5);
        assertThat(reports()).isEmpty();
        health(Role.MASTER, false, Duration.ofSeconds(5));
        rounds(2);
        assertThat(reports()).hasSize(1);
        assertThat(statuses.snapshot()).as("it answers all the same").containsKey(proxy(1));
    }

    @Test
    void reports_a_proxy_at_once_whose_master_has_ended() {
        broker.register(proxy(1));
        NodeHealth ended =
                new NodeHealth(node(1, 1), Role.MASTER, false, true, Duration.ofMillis(10), false, null, -1, false);
        proxies.nodes.put(proxy(1), List.of(ended));
        rounds(1);
        assertThat(reports()).hasSize(1);
    }

    @Test
    void does_not_report_a_dead_replica_or_a_slow_master() {
        broker.register(proxy(1));
        health(Role.REPLICA, false, Duration.ofHours(1));
        rounds(3);
        health(Role.MASTER, true, Duration.ofHours(1));
        rounds(3);
        assertThat(reports()).isEmpty();
        assertThat(detector.deadProxies()).isZero();
    }

    @Test
    void a_hanging_proxy_delays_no_other_and_is_skipped() {
        broker.register(proxy(1), proxy(2));
        proxies.hang(proxy(1));
        rounds(3);
        assertThat(proxies.probes.stream().filter(proxy(1)::equals)).hasSize(1);
        assertThat(proxies.probes.stream().filter(proxy(2)::equals)).hasSize(3);
        proxies.release(proxy(1));
        await().until(() -> statuses.snapshot().containsKey(proxy(1)));
        rounds(1);
        assertThat(proxies.probes.stream().filter(proxy(1)::equals)).hasSize(2);
    }

    @Test
    void a_round_without_a_broker_fails_without_reports() {
        broker.down = true;
        assertThatThrownBy(detector::round).isInstanceOf(BrokerException.class);
    }

    private void health(Role role, boolean up, Duration since) {
        proxies.nodes.put(proxy(1), List.of(new NodeHealth(node(1, 1), role, up, since, false, null, -1)));
    }

    private void rounds(int count) {
        rounds(detector, count);
    }

    private void rounds(FailureDetector rounded, int count) {
        for (int i = 0; i < count; i++) {
            rounded.round();
            clock.pass(ROUND);
        }
    }

    private List<String> reports() {
        return broker.calls.stream().filter(call -> call.startsWith("report")).toList();
    }
}
