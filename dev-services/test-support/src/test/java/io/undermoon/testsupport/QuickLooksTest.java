package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

class QuickLooksTest {
    @Test
    void looks_come_soon_and_then_less_often() {
        assertThat(Stream.iterate(QuickLooks.next(Duration.ZERO), QuickLooks::next)
                        .limit(8)
                        .map(Duration::toMillis))
                .containsExactly(2L, 4L, 8L, 16L, 32L, 64L, 100L, 100L);
    }

    @Test
    void every_test_of_a_module_has_them() {
        List<Duration> intervals = new ArrayList<>();
        await().conditionEvaluationListener(look -> intervals.add(look.getPollInterval()))
                .until(() -> intervals.size() == 3);
        assertThat(intervals).hasSize(4).allMatch(interval -> interval.compareTo(Duration.ofMillis(50)) < 0);
    }

    @Test
    void what_is_not_there_yet_is_looked_for_again() {
        Iterator<List<String>> looks =
                List.of(List.<String>of(), List.of("there")).iterator();

        await().until(() -> looks.next().get(0).equals("there"));
        assertThatThrownBy(() -> await().atMost(Duration.ofMillis(200))
                        .until(() -> List.of().iterator().next() != null))
                .isInstanceOf(ConditionTimeoutException.class)
                .hasCauseInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> await().until(() -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
    }
}
