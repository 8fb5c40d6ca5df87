package io.undermoon.coordinator.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.coordinator.testing.FakeClock;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokerListTest {
    private static final HostPort A = new HostPort("a", 7799);
    private static final HostPort B = new HostPort("b", 7799);
    private static final HostPort C = new HostPort("c", 7799);

    private final FakeClock clock = new FakeClock();
    private final BrokerList list = new BrokerList(List.of(A, B, C), clock);

    @Test
    void prefers_whoever_answered_last() {
        assertThat(list.candidates()).containsExactly(A, B, C);
        list.answered(B);
        assertThat(list.candidates()).containsExactly(B, A, C);
    }

    @Test
    void those_in_trouble_come_last_the_soonest_ready_first() {
        list.failed(A, "x");
        list.failed(A, "x");
        list.failed(B, "x");
        assertThat(list.candidates()).containsExactly(C, B, A);
        list.failed(C, "x");
        assertThat(list.candidates()).as("none is left out").hasSize(3);
        clock.pass(Duration.ofMinutes(1));
        list.answered(C);
        assertThat(list.candidates().get(0)).isEqualTo(C);
    }

    @Test
    void can_be_replaced_but_not_by_nothing() {
        list.answered(B);
        list.replace(List.of(C, A, C));
        assertThat(list.brokers()).containsExactly(C, A);
        assertThat(list.candidates()).containsExactly(C, A);
        assertThatThrownBy(() -> list.replace(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_answer_from_one_that_was_replaced_meanwhile_does_not_bring_it_back() {
        list.replace(List.of(B, C));
        list.answered(C);
        list.answered(A);
        assertThat(list.candidates()).containsExactly(C, B);
    }
}
