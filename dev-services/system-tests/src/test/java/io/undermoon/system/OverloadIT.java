package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.Slot;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.Flood;
import io.undermoon.system.testing.LiveStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * Far more clients with long pipelines than the processors can serve, beside programs that take all time they can get:
 * a busy proxy is not taken for a dead one. {@code -Dundermoon.overload.seconds} has it last longer.
 */
class OverloadIT {
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("undermoon.overload.seconds", 6));
    private static final ClusterName CLUSTER = new ClusterName("busy");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int PROXIES = 3;
    private static final int FLOODING = 300;
    private static final int NEW = 3;

    /** Heap, direct memory and the rest of a proxy that the launcher starts, of which the most is never used. */
    private static final long MAX_KILOBYTES = 900_000;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> hogs = new ArrayList<>();
    private LiveStack stack;

    @AfterEach
    void stop() throws IOException, InterruptedException {
        hogs.forEach(Process::destroyForcibly);
        stack.down();
    }

    @Test
    void a_busy_proxy_is_not_taken_for_a_dead_one() throws Exception {
        stack = new LiveStack(directory, CLUSTER, 4, PROXIES, Map.of());
        ClusterOperator operator = stack.operator();
        BrokerApi broker = new BrokerApi("127.0.0.1:" + stack.ports().broker());
        operator.awaitReplicas();
        long epoch = broker.epoch();
        List<Node> masters = operator.masters();
        List<OldClient> clients = new ArrayList<>();
        for (Node master : masters) {
            try (Jedis client = jedis(master)) {
                client.set(keyOf(master), "v");
            }
            clients.add(new OldClient(master));
        }
        double losses = leaseLosses(masters);

        List<Long> controlMillis = new ArrayList<>();
        try (Flood flood = new Flood()) {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                hogs.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
            }
            masters.forEach(master -> flood.add(master.proxyAddress(), keyOf(master), FLOODING));
            await("everybody is served").atMost(LIMIT).until(() -> flood.bursts() > (long) masters.size() * FLOODING);
            long[] before = clients.stream().mapToLong(OldClient::commands).toArray();
            long end = System.nanoTime() + TIME.toNanos();
            while (System.nanoTime() < end) {
                for (Node master : masters) {
                    controlMillis.add(askEpoch(master.proxyAddress()));
                }
            }
            for (Node master : masters) {
                for (int i = 0; i < NEW; i++) {
                    try (Jedis client = jedis(master)) {
                        assertThat(client.get(keyOf(master))).isEqualTo("v");
                    }
                }
                assertThat(kilobytesOf(master)).isLessThan(MAX_KILOBYTES);
            }

            assertThat(flood.problems()).isEmpty();
            assertThat(clients).allMatch(client -> client.problem.get() == null);
            long[] after = clients.stream().mapToLong(OldClient::commands).toArray();
            for (int i = 0; i < clients.size(); i++) {
                assertThat(after[i]).isGreaterThan(before[i]);
            }
        }
        for (OldClient client : clients) {
            client.end();
        }
        long[] millis =
                controlMillis.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "control commands on new connections: number=%d median_ms=%d longest_ms=%d%n",
                millis.length, millis[millis.length / 2], millis[millis.length - 1]);
        assertThat(millis[millis.length / 2])
                .as("median of %s ms", Arrays.toString(millis))
                .isLessThan(1000);
        assertThat(leaseLosses(masters)).isEqualTo(losses);
        assertThat(broker.failedProxies()).isEmpty();
        assertThat(broker.epoch()).as("nothing has changed").isEqualTo(epoch);
    }

    /** Connects, asks and waits for the answer; in milliseconds. */
    private static long askEpoch(ProxyAddress proxy) throws IOException {
        long begin = System.nanoTime();
        try (ControlConnection control = ControlConnection.open(proxy.port())) {
            assertThat(String.valueOf(control.call("UMCTL", "GETEPOCH"))).matches("[0-9]+");
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    private double leaseLosses(List<Node> masters) throws IOException, InterruptedException {
        double sum = 0;
        for (Node master : masters) {
            int port = master.proxyAddress().port() - 1;
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/metrics"))
                    .timeout(LIMIT)
                    .build();
            sum += http.send(request, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("undermoon_proxy_lease_losses_total "))
                    .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                    .findFirst()
                    .orElseThrow();
        }
        return sum;
    }

    private long kilobytesOf(Node master) throws IOException {
        ProcessIdentity process = stack.processes().get(stack.proxyOf(master));
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private static Jedis jedis(Node master) {
        return new Jedis("127.0.0.1", master.proxyAddress().port(), (int) LIMIT.toMillis());
    }

    private static String keyOf(Node master) {
        for (int i = 0; ; i++) {
            int slot = Slot.of("key" + i);
            if (master.slots().stream().anyMatch(range -> range.rangeList().contains(slot))) {
                return "key" + i;
            }
        }
    }

    /** A client that was there before the others, and sends one command after the other. */
    private static final class OldClient {
        private final AtomicLong commands = new AtomicLong();
        private final AtomicReference<@Nullable Throwable> problem = new AtomicReference<>();
        private final Thread thread;
        private volatile boolean ended;

        OldClient(Node master) {
            thread = new Thread(() -> run(master), "old-client");
            thread.setDaemon(true);
            thread.start();
        }

        private void run(Node master) {
            String key = "{" + keyOf(master) + "}:counter";
            try (Jedis client = jedis(master)) {
                while (!ended) {
                    assertThat(client.incr(key)).isEqualTo(commands.incrementAndGet());
                }
            } catch (RuntimeException | AssertionError e) {
                problem.set(e);
            }
        }

        long commands() {
            return commands.get();
        }

        void end() throws InterruptedException {
            ended = true;
            thread.join();
        }
    }
}
