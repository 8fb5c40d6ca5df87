package io.undermoon.proxy.migration.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeWatchTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final NodeWatch node = new NodeWatch();
    private long now = System.nanoTime();
    private long commands = 1_000_000;
    private long sent = 5000;

    @Test
    void a_node_that_serves_others_may_not_answer_much_later_than_when_nothing_is_copied() {
        others(40_000);
        node.undisturbed(millis(2));
        assertThat(node.strain()).isLessThan(1);
        answers(2.4);
        assertThat(node.strain()).isLessThan(1);
        answers(4);
        assertThat(node.strain()).isGreaterThan(1);
        answers(2);
        assertThat(node.strain()).isLessThan(1);
    }

    @Test
    void a_hundred_microseconds_are_nothing() {
        others(40_000);
        node.undisturbed(millis(0.05));
        answers(0.15);
        assertThat(node.strain()).isLessThan(1);
        answers(1);
        assertThat(node.strain()).isGreaterThan(1);
    }

    @Test
    void clients_that_get_less_done_are_slowed_down_somewhere() {
        others(40_000);
        node.undisturbed(millis(0.1));
        others(38_000);
        assertThat(node.strain()).isLessThan(1);
        assertThat(node.isFull()).isFalse();
        others(33_000);
        assertThat(node.strain()).isLessThan(1);
        assertThat(node.isFull()).isTrue();
        others(20_000);
        assertThat(node.strain()).isGreaterThan(1);
    }

    @Test
    void a_few_commands_more_or_less_are_chance() {
        others(210);
        node.undisturbed(millis(0.1));
        others(150);
        assertThat(node.strain()).isLessThan(1);
    }

    @Test
    void what_the_migration_asks_itself_is_nobody_to_be_considerate_of() {
        others(20);
        node.undisturbed(millis(0.05));
        assertThat(node.isAlone()).isTrue();
        answers(3);
        assertThat(node.strain()).isLessThan(1);
        others(5000);
        assertThat(node.isAlone()).isFalse();
        assertThat(node.strain()).isGreaterThan(1);
        others(0);
        assertThat(node.strain()).isLessThan(1);
        answers(30);
        assertThat(node.strain()).isGreaterThan(1);
    }

    @Test
    void as_long_as_it_is_not_known_there_is_somebody() {
        assertThat(node.isAlone()).isFalse();
    }

    @Test
    void one_slow_answer_says_little() {
        others(40_000);
        node.undisturbed(millis(0.1));
        answers(0.1);
        node.answered(millis(0.6));
        assertThat(node.strain()).isLessThan(1);
    }

    /** Second after second, while the migration sends 100,000 commands itself. */
    private void others(long perSecond) {
        for (int i = 0; i < 3; i++) {
            now += SECOND;
            sent += 100_000;
            commands += 100_000 + perSecond;
            node.served(commands, sent, now);
        }
    }

    private void answers(double millis) {
        for (int i = 0; i < 30; i++) {
            node.answered(millis(millis));
        }
    }

    private static long millis(double millis) {
        return (long) (millis * 1e6);
    }
}
