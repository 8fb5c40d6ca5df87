package io.undermoon.dev.cli.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.json.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MigrationLinesTest {
    private static final String SLOTS = """
            "slot_range":{"range_list":[[0,9],[12,12]],"tag":{"Migrating":{"epoch":7,
            "src_proxy_address":"h:1","src_node_address":"h:11","dst_proxy_address":"h:2","dst_node_address":"h:21"}}}
            """;

    @Test
    void tells_how_far_migrations_are() throws IOException {
        String running = "{" + SLOTS + ",\"state\":\"copying\",\"keys_total\":100,\"keys_copied\":40,\"keys_dirty\":2,"
                + "\"bytes_per_second\":2500000,\"eta_ms\":1500,\"writers_held_us\":2500000,\"error\":\"OOM\"}";
        String waiting = "{" + SLOTS + ",\"state\":\"waiting\"}";
        assertThat(MigrationLines.of(Json.mapper().readTree("[" + running + "," + waiting + "]")))
                .containsExactly(
                        "0-9,12-12  h:11 -> h:21  copying  40 of 100 keys, 2 changed meanwhile,"
                                + " 2.5 MB/s, 1.5 s left, writers held for 2.5 s  ! OOM",
                        "0-9,12-12  h:11 -> h:21  waiting");
    }
}
