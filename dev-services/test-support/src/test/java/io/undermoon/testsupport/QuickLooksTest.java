package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QuickLooksTest {
    @Test
    void looks_come_soon_and_then_less_often() {
        assertThat(Stream.iterate(QuickLooks.next(Duration.ZERO), QuickLooks::next)
                        .limit(8)
                        .map(Duration::toMillis))
                .containsExactly(2L, 4L, 8L, 16L, 32L, 64L, 100L, 100L);
    }

    /** Four looks take 14 ms; with those of Awaitility it would be 400. */
    @Test
    void every_test_of_a_module_has_them() {
        AtomicInteger looks = new AtomicInteger();
        long start = System.nanoTime();
        await().until(() -> looks.incrementAndGet() == 4);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(350));
    }
}
