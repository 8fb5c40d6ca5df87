package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.Slot;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Which proxy of a chunk serves while processes stand still or are gone. Each test begins where the last one ended. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LeaseIT {
    private static final ClusterName CLUSTER = new ClusterName("demo");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int WRITERS = 4;

    @TempDir
    private static Path directory;

    private LiveStack stack;
    private ClusterOperator operator;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        stack = new LiveStack(directory, CLUSTER, 4, 2, Map.of());
        operator = stack.operator();
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        stack.down();
    }

    @Test
    @Order(1)
    void a_proxy_that_stands_still_for_longer_than_a_failover_acknowledges_nothing_that_is_lost()
            throws IOException, InterruptedException {
        operator.awaitReplicas();
        Node master = operator.masters().get(0);
        int port = master.proxyAddress().port();
        String proxy = stack.proxyOf(master);
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(port, "writer" + i + ":{" + tagOf(master) + "}:"));
        }
        await().atMost(LIMIT).until(() -> writers.stream().allMatch(writer -> writer.acknowledged.size() > 2000));

        stack.pause(proxy);
        ProxyAddress successor = await("the other half takes over")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> operator.masters().get(0).proxyAddress(), now -> !now.equals(master.proxyAddress()));
        await("it serves").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> set(successor, tagOf(master)));
        List<Long> inFlight = writers.stream().map(Writer::endOfBatch).toList();
        stack.resume(proxy);
        for (Writer writer : writers) {
            writer.join();
            assertThat(writer.end)
                    .satisfiesAnyOf(
                            end -> assertThat(end).isEmpty(),
                            end -> assertThat(end).startsWith("-CLUSTERDOWN "),
                            end -> assertThat(end).startsWith("-MOVED "));
        }

        for (int i = 0; i < WRITERS; i++) {
            assertThat((long) writers.get(i).acknowledged.size())
                    .as("acknowledged, beyond what may have been executed before the proxy stood still")
                    .isLessThanOrEqualTo(inFlight.get(i));
        }
        try (Jedis client = jedis(successor)) {
            for (Writer writer : writers) {
                for (String key : writer.acknowledged) {
                    assertThat(client.get(key)).as(key).isEqualTo("v");
                }
            }
        }
        await("its clients are sent to the successor")
                .atMost(LIMIT)
                .until(() -> errorOf(master.proxyAddress(), tagOf(master))
                        .startsWith("MOVED " + Slot.of(tagOf(master)) + " " + successor));
    }

    @Test
    @Order(2)
    void partners_serve_on_without_a_control_plane_and_stop_without_each_other() throws IOException {
        await("both halves are there")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> operator.cluster().nodes().size() == 4);
        operator.awaitReplicas();
        Node master = operator.masters().get(0);
        ProxyAddress partner = operator.cluster().nodes().stream()
                .map(Node::proxyAddress)
                .filter(proxy -> !proxy.equals(master.proxyAddress()))
                .findFirst()
                .orElseThrow();
        String key = tagOf(master);
        stack.kill("broker");
        stack.kill("coordinator-1");

        await("it serves on")
                .during(Duration.ofSeconds(4))
                .atMost(LIMIT)
                .untilAsserted(() -> set(master.proxyAddress(), key));

        stack.kill(stack.service(partner));
        await("it stops: nobody can know whether it was replaced")
                .atMost(LIMIT)
                .until(() -> errorOf(master.proxyAddress(), key).startsWith("CLUSTERDOWN "));

        stack.startAgain("broker");
        stack.startAgain("coordinator-1");
        await("a coordinator renews its lease")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> set(master.proxyAddress(), key));
    }

    private static void set(ProxyAddress proxy, String key) {
        try (Jedis client = jedis(proxy)) {
            assertThat(client.set(key, "v")).isEqualTo("OK");
        }
    }

    /** The error that a write gets; empty if it gets none. */
    private static String errorOf(ProxyAddress proxy, String key) {
        try (Jedis client = jedis(proxy)) {
            client.set(key, "v");
            return "";
        } catch (JedisException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static Jedis jedis(ProxyAddress proxy) {
        HostPort at = HostPort.parse(proxy.value());
        return new Jedis(at.host(), at.port());
    }

    /** A hash tag of a slot of a master. */
    private static String tagOf(Node master) {
        for (int i = 0; ; i++) {
            int slot = Slot.of("tag" + i);
            if (master.slots().stream().anyMatch(range -> range.rangeList().contains(slot))) {
                return "tag" + i;
            }
        }
    }

    /** Sets keys of its own, many at a time, until there is an error or the connection ends. */
    private static final class Writer {
        private static final int AT_ONCE = 50;

        private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        private final int port;
        private final String prefix;
        private final Thread thread = new Thread(this::write, "pipelined-writer");

        /** The error at which it ended; empty if the connection did. */
        private volatile String end = "";

        Writer(int port, String prefix) {
            this.port = port;
            this.prefix = prefix;
            thread.start();
        }

        void join() throws InterruptedException {
            thread.join();
        }

        /** How many are acknowledged with the last reply to what is sent now: it sends no more before. */
        long endOfBatch() {
            return (acknowledged.size() / AT_ONCE + 1L) * AT_ONCE;
        }

        private void write() {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                OutputStream out = socket.getOutputStream();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                for (long next = 0; ; next += AT_ONCE) {
                    StringBuilder commands = new StringBuilder();
                    for (long number = next; number < next + AT_ONCE; number++) {
                        commands.append("SET ").append(prefix).append(number).append(" v\r\n");
                    }
                    out.write(commands.toString().getBytes(StandardCharsets.UTF_8));
                    for (long number = next; number < next + AT_ONCE; number++) {
                        String reply = in.readLine();
                        if (!"+OK".equals(reply)) {
                            end = reply == null ? "" : reply;
                            return;
                        }
                        acknowledged.add(prefix + number);
                    }
                }
            } catch (IOException e) {
                end = "";
            }
        }
    }
}
