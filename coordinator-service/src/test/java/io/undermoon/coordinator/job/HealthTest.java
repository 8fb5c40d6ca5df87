package io.undermoon.coordinator.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.coordinator.testing.FakeClock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class HealthTest {
    @Test
    void liveness_is_down_when_a_loop_has_not_ended_a_round_for_long() {
        FakeClock clock = new FakeClock();
        Heartbeat heartbeat = new Heartbeat(List.of("detect", "sync"), clock);
        LoopLiveness liveness = new LoopLiveness(heartbeat);
        assertThat(liveness.call().getStatus()).isEqualTo(Status.UP);
        clock.pass(Duration.ofMinutes(4));
        heartbeat.beat("sync");
        clock.pass(Duration.ofMinutes(2));
        assertThat(liveness.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(liveness.call().getData().orElseThrow()).containsEntry("stuck", "detect");
        heartbeat.beat("detect");
        assertThat(liveness.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void readiness_is_down_without_a_recent_answer_of_a_broker() {
        assertThat(readiness(OptionalLong.empty())).isEqualTo(Status.DOWN);
        assertThat(readiness(OptionalLong.of(Duration.ofSeconds(2).toNanos()))).isEqualTo(Status.UP);
        assertThat(readiness(OptionalLong.of(Duration.ofMinutes(1).toNanos()))).isEqualTo(Status.DOWN);
    }

    private static Status readiness(OptionalLong nanosSinceAnswer) {
        return new BrokerReadiness(() -> nanosSinceAnswer).call().getStatus();
    }
}
