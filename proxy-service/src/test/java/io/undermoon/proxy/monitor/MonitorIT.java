package io.undermoon.proxy.monitor;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MonitorIT {
    private static final List<List<String>> COMMANDS = List.of(
            List.of("SET", "k", "a \"b\" \\ \r\n\t\b\u0007\u0001é"),
            List.of("get", "k"),
            List.of("SET", "wrong", "number", "of", "arguments"),
            List.of("GET"),
            List.of("nosuch", "command"),
            List.of("AUTH", "secret"),
            List.of("AUTH", "user", "secret"),
            List.of("HELLO", "2", "AUTH", "user", "secret"),
            List.of("CONFIG", "GET", "maxmemory"),
            List.of("MULTI"),
            List.of("INCR", "n"),
            List.of("EXEC"),
            List.of("PING"));

    @Test
    void shows_the_commands_of_the_clients_of_this_proxy_as_redis_does() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RedisServerProcess redis = RedisServerProcess.startVersion70();
                RespConnection monitor = cluster.connect();
                RespConnection client = cluster.connect();
                RespConnection ofPeer = RespConnection.to(cluster.proxies.get(1).port());
                RespConnection direct = redis.connect();
                RespConnection directMonitor = redis.connect()) {
            assertThat(text(monitor.call("MONITOR"))).isEqualTo("OK");
            directMonitor.call("MONITOR");
            ofPeer.call("SET", "a", "v");
            ofPeer.call("SET", "b", "v");

            assertThat(lines(client, monitor)).isEqualTo(lines(direct, directMonitor));

            assertThat(text(client.call("CLIENT", "LIST"))).contains("flags=O ");
            assertThat(text(monitor.call("RESET"))).isEqualTo("RESET");
            client.call("PING");
            assertThat(text(monitor.call("PING"))).isEqualTo("PONG");
            assertThat(text(client.call("CLIENT", "LIST"))).doesNotContain("flags=O ");
        }
    }

    /** What the monitor shows of the commands, without times and addresses. */
    private static List<String> lines(RespConnection client, RespConnection monitor) {
        COMMANDS.forEach(command -> client.call(command.toArray(String[]::new)));
        List<String> lines = new ArrayList<>();
        do {
            String line = text(monitor.receive());
            assertThat(line).matches("\\d+\\.\\d{6} \\[0 127\\.0\\.0\\.1:\\d+] .*");
            lines.add(line.substring(line.indexOf(']')));
        } while (!lines.get(lines.size() - 1).equals("] \"PING\""));
        return lines;
    }
}
