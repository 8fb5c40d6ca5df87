package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What redis-cli finds out about a cluster of proxies. */
class RedisCliIT {
    @TempDir
    private Path directory;

    @Test
    void check_and_info_understand_a_cluster_of_proxies() throws Exception {
        try (RedisServerProcess low = RedisServerProcess.start();
                RedisServerProcess high = RedisServerProcess.start();
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.start()) {
            first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(second.address(), TwoMasters.HIGH));
            second.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
            try (RespConnection direct = low.connect()) {
                direct.call("SET", "b", "1");
            }
            String check = run("--cluster", "check", first.address().value());
            assertThat(check)
                    .contains("[OK] 1 keys in 2 masters.")
                    .contains("[OK] All nodes agree about slots configuration.")
                    .contains("[OK] All 16384 slots covered.");
            String info = run("--cluster", "info", second.address().value());
            assertThat(info)
                    .contains(first.address() + " (test____...) -> 1 keys | 8001 slots | 0 slaves.")
                    .contains(second.address() + " (test____...) -> 0 keys | 8383 slots | 0 slaves.")
                    .contains("[OK] 1 keys in 2 masters.");
            assertThat(run("--cluster", "call", first.address().value(), "PING"))
                    .contains(first.address() + ": PONG", second.address() + ": PONG");
        }
    }

    @Test
    void check_covers_the_slots_where_a_proxy_holds_a_replica() throws Exception {
        try (RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess replica = RedisServerProcess.start("--replicaof", "127.0.0.1 " + master.port());
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.start()) {
            first.serveAllWithReplica(master.port(), replica.port(), second.address());
            second.replicate(replica.port(), first.address());
            assertThat(run("--cluster", "check", first.address().value())).contains("[OK] All 16384 slots covered.");
        }
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        assumeTrue(isInstalled(), "redis-cli is not installed");
        Path output = Files.createTempFile(directory, "redis-cli", ".out");
        List<String> command = new ArrayList<>(List.of("redis-cli"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("redis-cli does not end: " + Files.readString(output));
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static boolean isInstalled() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-cli")));
    }
}
