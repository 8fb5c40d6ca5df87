package io.undermoon.dev.cli.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.MigrationProgress.Side;
import io.undermoon.umctl.MigrationProgress.State;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationTallyTest {
    private final MigrationTally tally = new MigrationTally();

    @Test
    void adds_up_all_migrations_that_were_ever_reported() throws IOException {
        tally.add(json("[" + running(0, 100, 40, 0) + "," + waiting(10) + "]"));
        assertThat(tally.bar())
                .isEqualTo("[######------------------------]  20 %  0 of 2 migrations  40 keys  2.5 MB/s");

        tally.add(json("[" + running(10, 200, 100, 3000) + "]"));
        assertThat(tally.bar()).contains(" 75 %  1 of 2 migrations  140 keys");

        tally.add(json("[]"));
        assertThat(tally.bar())
                .isEqualTo("[##############################] 100 %  2 of 2 migrations  140 keys  0.0 MB/s");
        assertThat(tally.summary(Duration.ofMillis(1500)))
                .isEqualTo("2 migrations ended in 1.5 s; how many keys moved and how long commands were held is not"
                        + " known, because the source proxies do not tell.");
    }

    @Test
    void tells_what_the_sources_say_in_the_end() throws IOException {
        tally.add(json("[" + waiting(0) + "," + running(10, 100, 40, 0) + "]"));
        tally.add(json("[]"));
        tally.addEnded(List.of(report(tagged(0), Side.SOURCE, State.SWITCHED, 100, 12_000)), 7);
        assertThat(tally.sources()).containsExactly(HostPort.parse("h:1"));
        assertThat(tally.summary(Duration.ofSeconds(1)))
                .isEqualTo("2 migrations ended: at least 140 keys in 1.0 s; commands were held for at most 12.0 ms,"
                        + " writers for 1.5 s in all; the sources of 1 do not tell how they ended.");

        tally.addEnded(
                List.of(
                        report(tagged(10), Side.SOURCE, State.ABORTED, 50, 0),
                        report(tagged(10), Side.DESTINATION, State.OWNED, 999, 99_000),
                        report(tagged(20), Side.SOURCE, State.SWITCHED, 999, 99_000)),
                7);
        assertThat(tally.summary(Duration.ofSeconds(1)))
                .isEqualTo("2 migrations ended (1 aborted): 150 keys in 1.0 s; commands were held for at most 12.0 ms,"
                        + " writers for 3.0 s in all.");
        assertThat(tally.result())
                .hasToString("{\"migrations\":2,\"told\":2,\"aborted\":1,\"keys\":150,\"longest_hold_us\":12000,"
                        + "\"writers_held_us\":3000000}");
    }

    @Test
    void counts_what_was_planned_since_and_was_never_listed() throws IOException {
        List<MigrationProgress> ended = List.of(
                report(tagged(0), Side.SOURCE, State.SWITCHED, 100, 12_000),
                report(tagged(10), Side.DESTINATION, State.OWNED, 999, 99_000));
        tally.addEnded(ended, 7);
        assertThat(tally.isEmpty()).as("of epoch 7").isTrue();
        tally.addEnded(ended, 6);
        assertThat(tally.summary(Duration.ofSeconds(1)))
                .startsWith("1 migration ended: 100 keys in 1.0 s; commands were held for at most 12.0 ms");
    }

    private static TaggedSlots tagged(int first) throws IOException {
        return Json.mapper().treeToValue(json("{" + slots(first) + "}").path("slot_range"), TaggedSlots.class);
    }

    private static MigrationProgress report(TaggedSlots slots, Side side, State state, long copied, long hold) {
        return new MigrationProgress(slots, side, state, copied, 100, copied, 1, 0, 1, 1, 1, 1, hold, 1_500_000, "");
    }

    private static String slots(int first) {
        return "\"slot_range\":{\"range_list\":[[" + first + "," + (first + 9)
                + "]],\"tag\":{\"Migrating\":{\"epoch\":7,"
                + "\"src_proxy_address\":\"h:1\",\"src_node_address\":\"h:11\","
                + "\"dst_proxy_address\":\"h:2\",\"dst_node_address\":\"h:21\"}}}";
    }

    private static String waiting(int first) {
        return "{" + slots(first) + ",\"state\":\"waiting\"}";
    }

    private static String running(int first, int total, int copied, int hold) {
        return "{" + slots(first) + ",\"state\":\"copying\",\"keys_total\":" + total + ",\"keys_copied\":" + copied
                + ",\"bytes_per_second\":2500000,\"longest_hold_us\":" + hold + "}";
    }

    private static JsonNode json(String text) throws IOException {
        return Json.mapper().readTree(text);
    }
}
