package io.undermoon.proxy.control.info;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Commands and errors are counted as Redis counts them. */
class CommandCountsIT {
    private static final List<String> COMMANDS = List.of(
            "SET k v",
            "GET k",
            "GET k",
            "GET",
            "LPUSH k v",
            "EVALSHA 0123456789012345678901234567890123456789 0",
            "EVAL x",
            "nosuch command",
            "AUTH a b",
            "XGROUP CREATE k g 0",
            "XGROUP NOSUCH k",
            "XREADGROUP GROUP g c STREAMS s >",
            "CLIENT KILL ID x",
            "EXEC",
            "MULTI",
            "SET k",
            "EXEC",
            "MULTI",
            "SET t 1",
            "INCR t",
            "PING",
            "GET t",
            "EXEC",
            "WATCH t",
            "SET t 1",
            "MULTI",
            "APPEND t x",
            "EXEC",
            "CONFIG SET maxmemory 1",
            "SET k v",
            "CONFIG SET maxmemory 0");

    @Test
    void commands_and_errors_are_counted_as_in_redis() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RedisServerProcess node = RedisServerProcess.startVersion70();
                RedisServerProcess redis = RedisServerProcess.startVersion70();
                RespConnection client = RespConnection.to(proxy.port());
                RespConnection toNode = node.connect();
                RespConnection direct = redis.connect()) {
            proxy.serve(Map.of(node.port(), SlotRanges.ALL), Map.of());
            client.call("CONFIG", "RESETSTAT");
            direct.call("CONFIG", "RESETSTAT");
            for (String command : COMMANDS) {
                String[] words = command.split(" ");
                direct.call(words);
                (command.startsWith("CONFIG") ? toNode : client).call(words);
            }
            assertThat(counts(client, "commandstats")).isEqualTo(counts(direct, "commandstats"));
            assertThat(counts(client, "errorstats")).isEqualTo(counts(direct, "errorstats"));
            assertThat(text(client.call("INFO", "stats"))).contains("total_error_replies:14\r\n");
            assertThat(text(direct.call("INFO", "stats"))).contains("total_error_replies:14\r\n");

            RespValue histograms = client.inRespThree().call("LATENCY", "HISTOGRAM", "get", "xgroup", "none");
            assertThat(histograms.toString())
                    .contains(
                            "Bulk[get]=Dictionary[entries=[Bulk[calls]=Int[value=2], Bulk[histogram_usec]=",
                            "Bulk[xgroup|create]=")
                    .doesNotContain("none");
            client.call("CONFIG", "RESETSTAT");
            assertThat(counts(client, "errorstats")).isEmpty();
            assertThat(client.call("LATENCY", "HISTOGRAM", "get").toString()).doesNotContain("get");
        }
    }

    /** The lines of a section without the times, and without the commands that only one of the two is sent. */
    private static String counts(RespConnection client, String section) {
        return text(client.call("INFO", section))
                .lines()
                .filter(line -> line.startsWith("cmdstat_") || line.startsWith("errorstat_"))
                .filter(line -> !line.startsWith("cmdstat_config") && !line.startsWith("cmdstat_info"))
                .map(line -> line.replaceAll("usec=[^,]*,usec_per_call=[^,]*,", ""))
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
