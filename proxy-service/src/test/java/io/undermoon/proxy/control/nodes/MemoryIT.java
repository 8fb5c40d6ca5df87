package io.undermoon.proxy.control.nodes;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code MEMORY STATS} and {@code DOCTOR} of a proxy with two masters. */
class MemoryIT {
    @Test
    void statistics_are_those_of_the_masters_together_in_the_shape_of_redis() {
        try (TwoMasters masters = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = masters.connect();
                RespConnection low = masters.low.connect();
                RespConnection high = masters.high.connect()) {
            for (String key : List.of("a", "b", "c", "d")) {
                client.call("SET", key, "v", "EX", "1000");
            }
            low.call("SELECT", "1");
            low.call("SET", "record", "of a migration");
            Map<String, RespValue> one = fields(high.call("MEMORY", "STATS"));
            Map<String, RespValue> other = fields(low.call("MEMORY", "STATS"));
            Map<String, RespValue> both = fields(client.call("MEMORY", "STATS"));

            assertThat(other).containsKey("db.1");
            assertThat(both.keySet()).containsExactlyElementsOf(one.keySet());
            assertThat(number(both, "keys.count")).isEqualTo(5);
            assertThat(number(both, "startup.allocated"))
                    .isEqualTo(number(one, "startup.allocated") + number(other, "startup.allocated"));
            assertThat(number(fields(both.get("db.0")), "overhead.hashtable.expires"))
                    .isEqualTo(number(fields(one.get("db.0")), "overhead.hashtable.expires")
                            + number(fields(other.get("db.0")), "overhead.hashtable.expires"));
            assertThat(number(both, "keys.bytes-per-key"))
                    .isEqualTo((number(both, "total.allocated") - number(both, "startup.allocated")) / 5);
            assertThat(Double.parseDouble(text(both.get("allocator-rss.ratio"))))
                    .isEqualTo((double) number(both, "allocator.resident") / number(both, "allocator.active"));
            assertThat(Double.parseDouble(text(both.get("peak.percentage"))))
                    .isEqualTo(100.0 * number(both, "total.allocated") / number(both, "peak.allocated"));

            client.call("HELLO", "3");
            assertThat(client.call("MEMORY", "STATS")).isInstanceOf(RespValue.Dictionary.class);
            masters.high.kill();
            assertThat(client.call("MEMORY", "STATS")).isInstanceOf(RespValue.Dictionary.class);
        }
    }

    @Test
    void the_doctor_says_once_what_it_says_of_all() {
        try (TwoMasters masters = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = masters.connect();
                RespConnection low = masters.low.connect()) {
            assertThat(client.call("MEMORY", "DOCTOR")).isEqualTo(low.call("MEMORY", "DOCTOR"));
        }
    }

    private static Map<String, RespValue> fields(RespValue pairs) {
        List<RespValue> items = ((RespValue.Array) pairs).items();
        Map<String, RespValue> fields = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i += 2) {
            fields.put(text(items.get(i)), items.get(i + 1));
        }
        return fields;
    }

    private static long number(Map<String, RespValue> fields, String name) {
        return ((RespValue.Int) fields.get(name)).value();
    }
}
