package io.undermoon.coordinator.job;

import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.undermoon.coordinator.detect.FailureDetector;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeClock;
import io.undermoon.coordinator.testing.FakeProxies;
import io.undermoon.coordinator.testing.RecordingMetrics;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbeLoopTest {
    private static final Duration INTERVAL = Duration.ofMillis(300);

    private final FakeBroker broker = new FakeBroker();
    private final FakeProxies proxies = new FakeProxies();
    private final FakeClock clock = new FakeClock();
    private final FailureDetector detector = new FailureDetector(
            broker,
            broker,
            proxies,
            new ProxyStatuses(),
            new RecordingMetrics(),
            new KeyedExecutor("test", Runnable::run, 4),
            new FailureDetector.Limits(Duration.ofSeconds(3), Duration.ofSeconds(5)),
            clock,
            () -> {});
    private final LoopRunner runner = new LoopRunner(
            new MicrometerMetrics(new SimpleMeterRegistry()), new Heartbeat(ScheduledLoops.LOOPS, clock), clock);
    private final ProbeLoop loop = new ProbeLoop(detector, runner, INTERVAL, clock);

    @Test
    void probes_at_the_interval() {
        broker.register(proxy(1));
        assertThat(loop.step()).isEqualTo(INTERVAL);
        assertThat(proxies.probes).hasSize(1);
    }

    @Test
    void probes_a_thousand_proxies_once_a_second_and_finds_those_that_are_silent() {
        for (int i = 1; i <= 1000; i++) {
            broker.register(proxy(i));
        }
        proxies.silent.add(proxy(1));
        Duration pause = loop.step();
        assertThat(pause).isEqualTo(Duration.ofSeconds(1));
        for (int i = 0; i < 4; i++) {
            clock.pass(pause);
            loop.step();
        }
        assertThat(broker.calls).contains("report " + proxy(1));
    }

    @Test
    void blames_nobody_for_the_time_in_which_it_stood_still() {
        broker.register(proxy(1));
        proxies.silent.add(proxy(1));
        clock.pass(loop.step());
        for (int i = 0; i < 20; i++) {
            clock.pass(ProbeLoop.PAUSE);
            clock.pass(loop.step());
        }
        assertThat(broker.calls).noneMatch(call -> call.startsWith("report"));
    }
}
