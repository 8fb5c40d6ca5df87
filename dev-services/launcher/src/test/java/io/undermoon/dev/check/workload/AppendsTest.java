package io.undermoon.dev.check.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.resp.RespValue.Int;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AppendsTest {
    private static final String KEY = "key";
    private static final Outcome ACKNOWLEDGED = new Outcome.Acknowledged(new Int(1));
    private static final Outcome REFUSED = new Outcome.Refused("no");
    private static final Outcome UNKNOWN = new Outcome.Unknown("lost");

    /** Writer 0 adds 0.0, 0.1 and 0.2; writer 1 adds 1.0, which is refused, and 1.1, of which nobody knows. */
    private final List<Appends> writers = List.of(new Appends(0), new Appends(1));

    AppendsTest() {
        for (int i = 0; i < 3; i++) {
            writers.get(0).record(KEY, writers.get(0).nextElement(), ACKNOWLEDGED);
        }
        writers.get(1).record(KEY, writers.get(1).nextElement(), REFUSED);
        writers.get(1).record(KEY, writers.get(1).nextElement(), UNKNOWN);
    }

    @Test
    void what_is_unknown_may_be_there_or_not() {
        assertThat(wrong("0.0", "0.1", "0.2")).isEmpty();
        assertThat(wrong("0.0", "0.1", "1.1", "0.2")).isEmpty();
    }

    @Test
    void what_was_acknowledged_is_there_once() {
        assertThat(wrong("0.0", "0.2")).singleElement().asString().contains("lost", "0.1");
        assertThat(wrong("0.0", "0.1", "0.2", "0.1")).singleElement().asString().contains("more than once", "0.1");
    }

    @Test
    void what_was_refused_or_never_written_is_not_there() {
        assertThat(wrong("0.0", "0.1", "0.2", "1.0")).singleElement().asString().contains("refused", "1.0");
        assertThat(wrong("0.0", "0.1", "0.2", "7.7")).singleElement().asString().contains("never written", "7.7");
    }

    @Test
    void each_writers_order_is_kept() {
        assertThat(wrong("0.1", "0.0", "0.2")).singleElement().asString().contains("order");
    }

    private List<String> wrong(String... found) {
        List<String> wrong = new ArrayList<>();
        Appends.compare(writers, KEY, List.of(found), wrong::add);
        Appends.compareOrder(writers, KEY, List.of(found), wrong::add);
        return wrong;
    }
}
