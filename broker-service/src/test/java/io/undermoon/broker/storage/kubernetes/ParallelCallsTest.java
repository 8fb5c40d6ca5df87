package io.undermoon.broker.storage.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.storage.RemoteCallException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParallelCallsTest {
    private static final List<Integer> MANY = IntStream.range(0, 1000).boxed().toList();

    @Test
    void makes_all_calls() throws RemoteCallException {
        AtomicInteger sum = new AtomicInteger();
        try (ParallelCalls calls = new ParallelCalls()) {
            calls.forEach(MANY, sum::addAndGet);
        }
        assertThat(sum).hasValue(MANY.stream().mapToInt(Integer::intValue).sum());
    }

    @Test
    void begins_no_call_after_one_has_failed() {
        AtomicInteger begun = new AtomicInteger();
        try (ParallelCalls calls = new ParallelCalls()) {
            assertThatThrownBy(() -> calls.forEach(MANY, item -> {
                        begun.incrementAndGet();
                        throw new RemoteCallException("no answer", false, false, new IOException());
                    }))
                    .hasMessage("no answer");
        }
        assertThat(begun).hasValueLessThanOrEqualTo(8);
    }
}
