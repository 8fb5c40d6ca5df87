package io.undermoon.proxy.migration.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeLoadTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final NodeLoad node = new NodeLoad();
    private long now = System.nanoTime();
    private long commands = 1_000_000;
    private long sent = 5000;

    @Test
    void latency_far_above_the_baseline_is_pressure_on_a_node_with_clients() {
        others(40_000);
        node.setBaseline(millis(2));
        assertThat(node.pressure()).isLessThan(1);
        answers(2.4);
        assertThat(node.pressure()).isLessThan(1);
        answers(4);
        assertThat(node.pressure()).isGreaterThan(1);
        answers(2);
        assertThat(node.pressure()).isLessThan(1);
    }

    @Test
    void a_hundred_microseconds_of_latency_are_tolerated() {
        others(40_000);
        node.setBaseline(millis(0.05));
        answers(0.15);
        assertThat(node.pressure()).isLessThan(1);
        answers(1);
        assertThat(node.pressure()).isGreaterThan(1);
    }

    @Test
    void fewer_commands_of_other_clients_than_the_baseline_are_pressure() {
        others(40_000);
        node.setBaseline(millis(0.1));
        others(38_000);
        assertThat(node.pressure()).isLessThan(1);
        assertThat(node.isSaturated()).isFalse();
        others(33_000);
        assertThat(node.pressure()).isLessThan(1);
        assertThat(node.isSaturated()).isTrue();
        others(20_000);
        assertThat(node.pressure()).isGreaterThan(1);
    }

    @Test
    void a_few_commands_less_are_taken_for_chance() {
        others(210);
        node.setBaseline(millis(0.1));
        others(150);
        assertThat(node.pressure()).isLessThan(1);
    }

    @Test
    void commands_of_the_migration_itself_leave_a_node_idle() {
        others(20);
        node.setBaseline(millis(0.05));
        assertThat(node.isIdle()).isTrue();
        answers(3);
        assertThat(node.pressure()).isLessThan(1);
        others(5000);
        assertThat(node.isIdle()).isFalse();
        assertThat(node.pressure()).isGreaterThan(1);
        others(0);
        assertThat(node.pressure()).isLessThan(1);
        answers(30);
        assertThat(node.pressure()).isGreaterThan(1);
    }

    @Test
    void a_node_is_not_idle_before_commands_were_counted() {
        assertThat(node.isIdle()).isFalse();
    }

    @Test
    void one_slow_answer_is_not_pressure() {
        others(40_000);
        node.setBaseline(millis(0.1));
        answers(0.1);
        node.recordLatency(millis(0.6));
        assertThat(node.pressure()).isLessThan(1);
    }

    /** Three seconds of commands from others, beside 100,000 commands per second from the migration. */
    private void others(long perSecond) {
        for (int i = 0; i < 3; i++) {
            now += SECOND;
            sent += 100_000;
            commands += 100_000 + perSecond;
            node.recordCommands(commands, sent, now);
        }
    }

    private void answers(double millis) {
        for (int i = 0; i < 30; i++) {
            node.recordLatency(millis(millis));
        }
    }

    private static long millis(double millis) {
        return (long) (millis * 1e6);
    }
}
