package io.undermoon.dev.check.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Bulk;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Times in milliseconds; the value was written at 0, acknowledged at 10, and lives for 5000. */
class LifetimeTest {
    private static final RespValue VALUE = new Bulk("v");
    private static final Lifetime LIFE = Lifetime.within("v", nanos(0), nanos(10), 5000);
    private static final Lifetime UNENDING = Lifetime.unending("v");

    @Test
    void it_is_there_before_and_gone_after() {
        assertThat(value(LIFE, VALUE, 100)).isEmpty();
        assertThat(value(LIFE, RespValue.Null.BULK, 100))
                .containsExactly("is gone before its time, of which 4900 ms were left");
        assertThat(value(LIFE, RespValue.Null.BULK, 6000)).isEmpty();
        assertThat(value(LIFE, VALUE, 6000)).containsExactly("is there after its time: v");
        assertThat(value(LIFE, new Bulk("w"), 100)).containsExactly("is w instead of v");
    }

    @Test
    void around_its_end_it_may_be_there_or_not() {
        for (RespValue reply : List.of(VALUE, RespValue.Null.BULK)) {
            assertThat(value(LIFE, reply, 4900)).isEmpty();
            assertThat(value(LIFE, reply, 5100)).isEmpty();
        }
    }

    @Test
    void its_ttl_is_what_was_set() {
        assertThat(ttl(LIFE, 4000, 1000)).isEmpty();
        assertThat(ttl(LIFE, -1, 1000)).containsExactly("has lost its TTL, of which 4000 ms were left");
        assertThat(ttl(LIFE, 4500, 1000)).singleElement().asString().contains("not within");
        assertThat(ttl(LIFE, 3500, 1000)).singleElement().asString().contains("not within");
        assertThat(ttl(LIFE, -2, 1000)).singleElement().asString().contains("gone");
        assertThat(ttl(LIFE, -2, 6000)).isEmpty();
        assertThat(ttl(LIFE, 100, 6000)).singleElement().asString().contains("after its time");
    }

    @Test
    void without_a_ttl_it_stays() {
        assertThat(value(UNENDING, VALUE, 1_000_000)).isEmpty();
        assertThat(value(UNENDING, RespValue.Null.BULK, 1_000_000))
                .singleElement()
                .asString()
                .contains("gone");
        assertThat(ttl(UNENDING, -1, 100)).isEmpty();
        assertThat(ttl(UNENDING, 1000, 100)).singleElement().asString().contains("should have none");
    }

    @Test
    void what_was_not_written_is_not_there() {
        assertThat(value(Lifetime.NONE, RespValue.Null.BULK, 0)).isEmpty();
        assertThat(value(Lifetime.NONE, VALUE, 0)).hasSize(1);
    }

    private static List<String> value(Lifetime life, RespValue reply, long millis) {
        List<String> wrong = new ArrayList<>();
        life.compareValue(reply, nanos(millis), nanos(millis), wrong::add);
        return wrong;
    }

    private static List<String> ttl(Lifetime life, long ttlMillis, long millis) {
        List<String> wrong = new ArrayList<>();
        life.compareTtl(ttlMillis, nanos(millis), nanos(millis), wrong::add);
        return wrong;
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
