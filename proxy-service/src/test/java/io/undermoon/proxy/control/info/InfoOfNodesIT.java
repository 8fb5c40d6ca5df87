package io.undermoon.proxy.control.info;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.util.List;
import org.junit.jupiter.api.Test;

class InfoOfNodesIT {
    @Test
    void figures_of_the_data_are_those_of_the_masters_together() {
        try (TwoMasters masters = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = masters.connect();
                RespConnection low = masters.low.connect();
                RespConnection high = masters.high.connect()) {
            for (String key : List.of("a", "b", "c", "d")) {
                client.call("SET", key, "v");
                client.call("GET", key);
                client.call("GET", "none:" + key);
            }
            low.call("CONFIG", "SET", "maxmemory", "100mb");
            assertThat(info(client, "memory")).contains("\r\nmaxmemory:0\r\n", "\r\nused_memory_proxy:");
            high.call("CONFIG", "SET", "maxmemory", "200mb");
            assertThat(info(client, "memory")).contains("\r\nmaxmemory:" + (300 << 20) + "\r\n");

            assertThat(number(info(client, "memory"), "used_memory"))
                    .isGreaterThan(number(info(low, "memory"), "used_memory"));
            assertThat(info(client, "persistence"))
                    .contains("\r\nrdb_changes_since_last_save:4\r\n", "\r\nrdb_last_bgsave_status:ok\r\n");
            assertThat(info(client, "stats"))
                    .contains(
                            "\r\nkeyspace_hits:4\r\n", "\r\nkeyspace_misses:4\r\n", "\r\nmigrate_cached_sockets:0\r\n");
            masters.high.kill();
            assertThat(info(client, "stats")).contains("total_commands_processed:");
        }
    }

    private static String info(RespConnection client, String section) {
        return text(client.call("INFO", section));
    }

    private static long number(String info, String field) {
        return info.lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
