package io.undermoon.broker.observe;

import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.testing.TestMetadata;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How often proxies are asked, and when those who wait are told. */
class ProxyObserverTest {
    private static final Metadata STATE = TestMetadata.withProxies(3);

    private final FakeProbe probe = new FakeProbe();
    private long millis = 1_000_000;
    private final ProxyObserver observer = new ProxyObserver(probe, () -> millis);

    private void answerAll() {
        for (int i = 1; i <= 3; i++) {
            probe.states.put(proxy(i), FakeProbe.answer(1));
        }
    }

    private void ticks(int number) {
        for (int i = 0; i < number; i++) {
            observer.tick(STATE);
            millis += 1000;
        }
    }

    @Test
    void asks_every_proxy_in_five_seconds_when_nobody_looks() {
        answerAll();
        ticks(1);
        assertThat(probe.askedForState).hasSize(3);
        probe.askedForState.clear();
        probe.askedForFigures.clear();
        ticks(10);
        assertThat(probe.askedForState).hasSize(6).containsOnly(proxy(1), proxy(2), proxy(3));
        assertThat(probe.askedForFigures).hasSize(6);
    }

    @Test
    void asks_every_second_while_somebody_looks_and_for_figures_no_more_often() {
        answerAll();
        ticks(1);
        probe.askedForState.clear();
        probe.askedForFigures.clear();
        observer.look();
        ticks(10);
        assertThat(probe.askedForState).hasSize(30);
        assertThat(probe.askedForFigures).hasSize(6);
        millis += 60_000;
        probe.askedForState.clear();
        ticks(5);
        assertThat(probe.askedForState).hasSize(3);
    }

    @Test
    void does_not_ask_again_before_there_is_an_answer() {
        probe.answersLater = true;
        observer.look();
        ticks(3);
        assertThat(probe.askedForState).hasSize(3);
    }

    @Test
    void tells_those_who_wait_at_once_when_a_proxy_falls_silent() {
        answerAll();
        observer.look();
        ticks(1);
        probe.answersLater = true;
        ticks(1);
        CompletableFuture<Long> waiter = observer.awaitOtherThan(observer.revision(), Duration.ofMinutes(1))
                .toCompletableFuture();
        probe.answer(proxy(1));
        assertThat(waiter).isNotDone();
        probe.states.remove(proxy(2));
        probe.answer(proxy(2));
        assertThat(waiter).isCompleted();
        assertThat(observer.of(proxy(2)).isSilent()).isTrue();
        assertThat(observer.of(proxy(2)).problem()).isEqualTo("Connection refused");
        assertThat(observer.of(proxy(2)).answer()).as("what it said before").isNotNull();
    }

    @Test
    void knows_since_when_a_proxy_is_silent() {
        observer.look();
        ticks(1);
        long since = observer.of(proxy(1)).silentSinceMillis();
        ticks(5);
        assertThat(observer.of(proxy(1)).silentSinceMillis()).isEqualTo(since);
        answerAll();
        ticks(1);
        assertThat(observer.of(proxy(1)).isSilent()).isFalse();
    }

    @Test
    void forgets_proxies_that_are_not_registered_any_more() {
        answerAll();
        ticks(1);
        observer.tick(TestMetadata.withProxies(1));
        assertThat(observer.observations()).containsOnlyKeys(proxy(1));
    }

    @Test
    void computes_the_average_time_of_commands_between_two_figures() {
        answerAll();
        probe.figures.put(proxy(1), figures(100, 5000));
        ticks(1);
        assertThat(observer.of(proxy(1)).callMicros()).isNull();
        probe.figures.put(proxy(1), figures(200, 25_000));
        ticks(5);
        assertThat(observer.of(proxy(1)).callMicros()).isEqualTo(200.0);
        probe.figures.put(proxy(1), figures(10, 100));
        ticks(5);
        assertThat(observer.of(proxy(1)).callMicros()).as("it was restarted").isNull();
    }

    static Figures figures(long calls, long micros) {
        return new Figures(10, calls, micros, 1 << 20, 0, 1 << 24, 500, 3, 1.5, 2.5);
    }
}
