package io.undermoon.coordinator.failover;

import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger.Outcome;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeClock;
import io.undermoon.coordinator.testing.RecordingMetrics;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTest {
    private final FakeBroker broker = new FakeBroker();
    private final FakeClock clock = new FakeClock();
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final Failover failover =
            new Failover(broker, metrics, new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), clock));

    @Test
    void fails_over_every_proxy_whose_failure_reached_the_quorum() {
        broker.agreed.addAll(List.of(proxy(1), proxy(2)));
        failover.round();
        assertThat(failovers()).containsExactly("failover 10.0.0.1:5299", "failover 10.0.0.2:5299");
        assertThat(metrics.entries()).containsExactly("failed over", "failed over");
    }

    @Test
    void a_caller_that_comes_meanwhile_does_not_wait_and_is_served_by_one_more_round() {
        broker.agreed.add(proxy(1));
        broker.onFailover = () -> {
            broker.onFailover = () -> {};
            broker.agreed.add(proxy(2));
            failover.round();
            assertThat(failovers()).as("the round goes on").hasSize(1);
        };
        failover.round();
        assertThat(failovers()).containsExactly("failover 10.0.0.1:5299", "failover 10.0.0.2:5299");
    }

    @Test
    void goes_on_after_a_round_in_which_no_broker_answered() {
        broker.agreed.add(proxy(1));
        broker.down = true;
        assertThatThrownBy(failover::round).isInstanceOf(BrokerException.class);
        broker.down = false;
        failover.round();
        assertThat(failovers()).hasSize(1);
    }

    @Test
    void without_a_free_proxy_it_retries_after_growing_pauses() {
        broker.agreed.add(proxy(1));
        broker.failovers.put(proxy(1), new Outcome.Retry("NO_AVAILABLE_RESOURCE"));
        for (int second = 0; second < 60; second++) {
            failover.round();
            clock.pass(Duration.ofSeconds(1));
        }

        assertThat(failovers()).as("at 0, 1, 3, 7, 15, 31 s").hasSize(6);
        assertThat(metrics.entries()).containsOnly("failover postponed");
    }

    @Test
    void a_proxy_that_fails_again_later_is_failed_over_at_once() {
        broker.agreed.add(proxy(1));
        failover.round();
        broker.agreed.clear();
        failover.round();
        broker.agreed.add(proxy(1));
        failover.round();
        assertThat(failovers()).hasSize(2);
    }

    @Test
    void a_proxy_that_is_not_registered_any_more_is_no_failure() {
        broker.agreed.add(proxy(1));
        broker.failovers.put(proxy(1), new Outcome.Unknown());
        failover.round();
        assertThat(metrics.entries()).isEmpty();
    }

    private List<String> failovers() {
        return broker.calls.stream().filter(call -> call.startsWith("failover")).toList();
    }
}
