package io.undermoon.coordinator.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyedExecutorTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final KeyedExecutor executor = new KeyedExecutor("test", threads, 3);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void runs_a_task_for_every_key_within_the_limit_of_concurrent_tasks() {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Set<Integer> done = ConcurrentHashMap.newKeySet();
        List<Integer> keys = IntStream.range(0, 200).boxed().toList();
        int left = executor.forEach(
                keys,
                key -> {
                    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    Thread.yield();
                    atOnce.decrementAndGet();
                    done.add(key);
                },
                LONG);
        assertThat(left).isZero();
        assertThat(done).hasSize(200);
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void continues_without_slow_tasks_and_skips_their_keys_until_they_end() {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger started = new AtomicInteger();
        assertThat(executor.forEach(
                        List.of("slow"),
                        key -> {
                            started.incrementAndGet();
                            await(gate);
                        },
                        Duration.ofMillis(10)))
                .isEqualTo(1);
        assertThat(executor.forEach(List.of("slow", "quick"), key -> started.incrementAndGet(), LONG))
                .isEqualTo(1);
        assertThat(started).hasValue(2);
        gate.countDown();
        org.awaitility.Awaitility.await()
                .until(() -> executor.forEach(List.of("slow"), key -> started.incrementAndGet(), LONG) == 0);
    }

    @Test
    void a_task_that_throws_does_not_affect_the_others() {
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            executor.forEach(
                    List.of(1, 2, 3, 4),
                    key -> {
                        if (key == 2) {
                            throw new IllegalStateException("as the test wants");
                        }
                        done.incrementAndGet();
                    },
                    LONG);
        }
        assertThat(done).hasValue(12);
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
