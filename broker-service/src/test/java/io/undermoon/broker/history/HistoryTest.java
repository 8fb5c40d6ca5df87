package io.undermoon.broker.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.history.Operation.Kind;
import io.undermoon.broker.history.Operation.Result;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The checker finds what it is for, and takes what is right. */
class HistoryTest {
    private final History history = new History();

    @Test
    void takes_changes_reads_and_refusals_in_the_order_of_their_epochs() {
        add(Kind.ADD, 0, 1, Result.DONE, 1);
        add(Kind.READ, 2, 3, Result.PRESENT, 1);
        add(Kind.ADD, 2, 4, Result.PRESENT, 1);
        add(Kind.REMOVE, 4, 9, Result.DONE, 2);
        add(Kind.READ, 5, 6, Result.PRESENT, 1);
        assertThat(check(2)).isEmpty();
    }

    @Test
    void a_request_without_a_reply_explains_one_difference() {
        add(Kind.ADD, 0, 1, Result.DONE, 1);
        add(Kind.REMOVE, 2, Long.MAX_VALUE, Result.UNKNOWN, -1);
        add(Kind.READ, 3, 4, Result.ABSENT, 2);
        assertThat(check(2)).isEmpty();
        add(Kind.READ, 5, 6, Result.PRESENT, 2);
        assertThat(check(2)).isNotEmpty();
    }

    @Test
    void finds_a_lost_change() {
        add(Kind.ADD, 0, 1, Result.DONE, 1);
        assertThat(check(1)).singleElement().asString().contains("is lost");
        assertThat(history.violations(Set.of(7), 1)).isEmpty();
    }

    @Test
    void finds_an_epoch_given_twice() {
        add(Kind.ADD, 0, 5, Result.DONE, 1);
        add(Kind.REMOVE, 0, 5, Result.DONE, 1);
        assertThat(check(1)).contains("two changes have epoch 1");
    }

    @Test
    void finds_an_answer_from_an_old_value() {
        add(Kind.ADD, 0, 1, Result.DONE, 1);
        add(Kind.REMOVE, 2, 3, Result.DONE, 2);
        add(Kind.ADD, 4, 5, Result.PRESENT, 1);
        assertThat(check(2)).singleElement().asString().contains("began after the reply with epoch 2");
    }

    @Test
    void finds_a_change_that_nobody_asked_for() {
        add(Kind.ADD, 0, 1, Result.DONE, 1);
        add(Kind.REMOVE, 2, 3, Result.DONE, 2);
        assertThat(check(3)).singleElement().asString().contains("nobody's");
    }

    private List<String> check(long finalEpoch) {
        return history.violations(Set.of(), finalEpoch);
    }

    private void add(Kind kind, long start, long end, Result result, long epoch) {
        history.add(new Operation(kind, 7, start, end, result, epoch));
    }
}
