package io.undermoon.coordinator.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.testing.FakeClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopRunnerTest {
    private final FakeClock clock = new FakeClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Heartbeat heartbeat = new Heartbeat(List.of("sync"), clock);
    private final LoopRunner runner = new LoopRunner(new MicrometerMetrics(registry), heartbeat, clock);

    @Test
    void times_rounds_and_catches_their_exceptions() {
        runner.run("sync", () -> clock.pass(Duration.ofMillis(250)));
        runner.run("sync", () -> {
            throw new BrokerException("down");
        });
        runner.run("sync", () -> {
            throw new IllegalStateException("as the test wants");
        });
        assertThat(rounds("success").totalTime(TimeUnit.MILLISECONDS)).isEqualTo(250);
        assertThat(rounds("failure").count()).isEqualTo(2);
    }

    @Test
    void a_failed_round_counts_as_a_heartbeat() {
        clock.pass(Duration.ofHours(1));
        runner.run("sync", () -> {
            throw new BrokerException("down");
        });
        assertThat(heartbeat.silentFor(Duration.ofSeconds(1))).isEmpty();
    }

    private io.micrometer.core.instrument.Timer rounds(String outcome) {
        return registry.get("undermoon.rounds").tag("outcome", outcome).timer();
    }
}
