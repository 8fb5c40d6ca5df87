package io.undermoon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

class UndermoonClusterIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Test
    void ends_with_a_program_that_is_killed() throws IOException, InterruptedException {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dundermoon.home=" + System.getProperty("undermoon.home"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HeldCluster.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Long> pids;
        try (BufferedReader output = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8))) {
            pids = Stream.of(String.valueOf(output.readLine())
                            .replaceAll("[\\[\\] ]", "")
                            .split(","))
                    .map(Long::valueOf)
                    .toList();
            assertThat(pids).hasSize(8).allMatch(UndermoonClusterIT::isRunning);
        } finally {
            program.destroyForcibly().waitFor();
        }

        awaitEnd(pids);
    }

    @Test
    void is_there_as_long_as_a_program_shares_it() {
        UndermoonCluster.Builder shared = UndermoonCluster.builder()
                .activeRedirection()
                .shared("test-" + ProcessHandle.current().pid());
        UndermoonCluster first = shared.start();
        Collection<Long> pids = first.processes().values();
        try (UndermoonCluster second = shared.start()) {
            assertThat(second.processes()).isEqualTo(first.processes());
            first.close();
            assertThat(pids).allMatch(UndermoonClusterIT::isRunning);
            set(second, "foo", "of slot 12182");
            set(second, "bar", "of slot 5061");
        } finally {
            first.close();
        }

        awaitEnd(pids);
    }

    @Test
    void says_why_it_cannot_start() {
        UndermoonCluster.Builder builder = UndermoonCluster.builder().redisServer(Path.of("/does/not/exist"));

        assertThatThrownBy(builder::start)
                .isInstanceOf(ClusterStartException.class)
                .hasMessageContaining("/does/not/exist");
    }

    private static void set(UndermoonCluster cluster, String key, String value) {
        HostAndPort proxy = HostAndPort.from(cluster.proxies().get(0));
        try (Jedis jedis = new Jedis(proxy, DefaultJedisClientConfig.builder().build())) {
            assertThat(jedis.set(key, value).toUpperCase(Locale.ROOT)).isEqualTo("OK");
        }
    }

    private static void awaitEnd(Collection<Long> pids) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(pids).noneMatch(UndermoonClusterIT::isRunning));
    }

    private static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }
}
