package io.undermoon.broker.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.observe.UsageProbe.HotKey;
import io.undermoon.broker.observe.UsageProbe.Search;
import io.undermoon.broker.observe.UsageProbe.SlotCount;
import io.undermoon.broker.observe.UsageProbe.SlotCounts;
import io.undermoon.client.RespClient;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.testsupport.RespServer;
import io.undermoon.umctl.ProxyLogin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The replies to {@code CLUSTER SLOT-STATS} and {@code HOTKEYS}. */
class RespUsageProbeTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final RespUsageProbe probe =
            new RespUsageProbe(new RespClient(1, Duration.ofSeconds(5), ProxyLogin.NONE, null, Runnable::run));

    @AfterEach
    void close() {
        probe.close();
    }

    private static <T> T await(CompletionStage<T> answer) {
        return answer.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void reads_slots_with_and_without_what_clients_use() {
        String counted = "*2\r\n:7\r\n*10\r\n$9\r\nkey-count\r\n:3\r\n$8\r\ncpu-usec\r\n:40\r\n"
                + "$16\r\nnetwork-bytes-in\r\n:100\r\n$17\r\nnetwork-bytes-out\r\n:11\r\n$3\r\nops\r\n:5\r\n";
        try (RespServer proxy = new RespServer(command -> "*1\r\n" + counted)) {
            SlotCounts slots = await(probe.slots(new ProxyAddress(proxy.address())));
            assertThat(slots.isCounted()).isTrue();
            assertThat(slots.slots()).containsExactly(new SlotCount(7, 3, 5, 111, 40));
            proxy.script(command -> "*1\r\n*2\r\n:7\r\n*2\r\n$9\r\nkey-count\r\n:3\r\n");
            SlotCounts keys = await(probe.slots(new ProxyAddress(proxy.address())));
            assertThat(keys.isCounted()).isFalse();
            assertThat(keys.slots()).containsExactly(new SlotCount(7, 3, 0, 0, 0));
        }
    }

    @Test
    void searches_for_a_time_and_has_it_forgotten() {
        try (RespServer proxy = new RespServer(command -> command.get(1).equals("GET")
                ? "*1\r\n*8\r\n$22\r\ncollection-duration-ms\r\n:1000\r\n$9\r\ntotal-ops\r\n:50\r\n"
                        + "$12\r\nby-net-bytes\r\n*4\r\n$1\r\nb\r\n:900\r\n$1\r\na\r\n:20\r\n"
                        + "$6\r\nby-ops\r\n*2\r\n$1\r\na\r\n:40\r\n"
                : "+OK\r\n")) {
            Search found = await(probe.search(new ProxyAddress(proxy.address()), 20, SHORT));
            assertThat(found.millis()).isEqualTo(1000);
            assertThat(found.ops()).isEqualTo(50);
            assertThat(found.keys()).extracting(RespUsageProbeTest::text).containsExactly("a 40 20", "b null 900");
            assertThat(proxy.commandLines())
                    .containsExactly(
                            "HOTKEYS START METRICS 2 OPS NET COUNT 20 DURATION 10",
                            "HOTKEYS GET",
                            "HOTKEYS STOP",
                            "HOTKEYS RESET");
        }
    }

    @Test
    void leaves_the_search_of_somebody_else_alone() {
        try (RespServer proxy = new RespServer(command -> "-ERR hotkey tracking session already in progress\r\n")) {
            assertThat(probe.search(new ProxyAddress(proxy.address()), 20, SHORT)
                            .toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                    .withMessageContaining("already in progress");
            assertThat(proxy.commandLines()).hasSize(1);
        }
    }

    @Test
    void ends_a_search_whose_result_it_does_not_get() {
        try (RespServer proxy = new RespServer(command -> command.get(1).equals("GET") ? "-ERR no\r\n" : "+OK\r\n")) {
            assertThat(probe.search(new ProxyAddress(proxy.address()), 20, SHORT)
                            .toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(10));
            assertThat(proxy.commandLines()).endsWith("HOTKEYS STOP", "HOTKEYS RESET");
        }
    }

    private static String text(HotKey key) {
        return new String(key.key(), StandardCharsets.UTF_8) + " " + key.ops() + " " + key.bytes();
    }
}
