package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.Fuzz;
import io.undermoon.proxy.testing.GarbageNode;
import io.undermoon.proxy.testing.LeakWatch;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whole sessions with spoilt and random input, from clients and from nodes, while Netty follows every buffer. Each
 * client ends its side, and the proxy has to end the other: whatever came in, nothing hangs, leaks, or is met with an
 * unexpected error.
 */
class SessionFuzzIT {
    private static final long MAX_LEFT_BYTES = 16 << 20;

    private static final List<String> LINES = List.of(
            "SET k v",
            "GET k",
            "INCR n",
            "MGET a b c d",
            "MSET a 1 b 2 c 3",
            "DEL a b",
            "MULTI",
            "EXEC",
            "DISCARD",
            "WATCH k",
            "UNWATCH",
            "BLPOP list 0.01",
            "BLPOP list 0",
            "RPUSH list x",
            "XREAD BLOCK 1 STREAMS s $",
            "WAIT 0 1",
            "SUBSCRIBE a b",
            "PSUBSCRIBE *",
            "UNSUBSCRIBE",
            "PUBLISH a x",
            "HELLO 3",
            "HELLO 2",
            "RESET",
            "CLIENT TRACKING ON",
            "CLIENT LIST",
            "CLIENT SETNAME x",
            "EVAL return{KEYS[1]} 1 k",
            "EVALSHA x 0",
            "SCAN 0",
            "KEYS *",
            "DBSIZE",
            "RANDOMKEY",
            "FLUSHALL",
            "SCRIPT EXISTS x",
            "FUNCTION LIST",
            "SORT list BY x GET # STORE y",
            "ZUNIONSTORE z 2 a b",
            "CLUSTER NODES",
            "CLUSTER SLOTS",
            "COMMAND GETKEYS MSET a 1",
            "CONFIG GET *",
            "INFO",
            "SLOWLOG GET",
            "UMFORWARD 1 GET k",
            "UMFORWARD 0 MGET a b",
            "READONLY",
            "PING",
            "ECHO x",
            "QUIT");

    private LeakWatch watch;

    @BeforeEach
    void watch() {
        watch = new LeakWatch();
    }

    @AfterEach
    void end() {
        watch.close();
    }

    @Test
    void clients_may_send_anything() {
        long usedBefore = used();
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES)) {
            cluster.low.assumeGoesOnBehindKeys();
            ProxyHarness proxy = cluster.proxies.get(0);
            Fuzz.run(6, random -> {
                String input = input(random);
                talk(proxy.port(), random, random.nextInt(8) == 0 ? Fuzz.noise(random, 3000) : input);
            });
            try (RespConnection client = cluster.connect()) {
                assertThat(text(client.call("SET", "k", "v"))).isEqualTo("OK");
                assertThat(text(client.call("GET", "k"))).isEqualTo("v");
                await().atMost(30, TimeUnit.SECONDS).until(() -> proxy.stats().get(Counter.CONNECTIONS_OPEN) == 1);
            }
            for (ProxyHarness each : cluster.proxies) {
                assertThat(each.stats().get(Counter.BACKEND_CONNECTIONS_LOST)).isZero();
                await().atMost(30, TimeUnit.SECONDS).until(() -> each.stats().get(Counter.IN_FLIGHT) == 0);
            }
        }
        assertThat(used() - usedBefore).isLessThan(MAX_LEFT_BYTES);
        watch.assertNothingHappened();
    }

    @Test
    void nodes_may_answer_anything() {
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyHarness proxy = ProxyHarness.start()) {
            Fuzz.run(4, random -> {
                try (GarbageNode node = new GarbageNode(answers(random), random.nextInt(1, 4))) {
                    proxy.serveAllFrom(node.port());
                    for (int i = random.nextInt(1, 4); i > 0; i--) {
                        talk(proxy.port(), random, input(random));
                    }
                }
            });
            proxy.serveAllFrom(redis.port());
            try (RespConnection client = RespConnection.to(proxy.port())) {
                assertThat(text(client.call("SET", "k", "v"))).isEqualTo("OK");
                assertThat(text(client.call("GET", "k"))).isEqualTo("v");
            }
            await().atMost(30, TimeUnit.SECONDS).until(() -> proxy.stats().get(Counter.IN_FLIGHT) == 0);
        }
        watch.assertNothingHappened();
    }

    private static String answers(SplittableRandom random) {
        StringBuilder answers = new StringBuilder();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            answers.append(Fuzz.reply(random, 3));
        }
        return random.nextInt(3) == 0 ? answers.toString() : Fuzz.spoilt(random, answers.toString());
    }

    private static String input(SplittableRandom random) {
        StringBuilder input = new StringBuilder();
        for (int i = random.nextInt(1, 15); i > 0; i--) {
            String line = LINES.get(random.nextInt(LINES.size()));
            input.append(random.nextInt(4) == 0 ? line + "\r\n" : Fuzz.array(List.of(line.split(" "))));
        }
        return random.nextInt(4) == 0 ? input.toString() : Fuzz.spoilt(random, input.toString());
    }

    /** Sends the input in random pieces, ends this side, and waits until the other side does. */
    private static void talk(int port, SplittableRandom random, String input) {
        byte[] bytes = input.getBytes(StandardCharsets.ISO_8859_1);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            try {
                for (int from = 0; from < bytes.length; ) {
                    int length = Math.min(bytes.length - from, random.nextInt(1, 200));
                    out.write(bytes, from, length);
                    from += length;
                }
                socket.shutdownOutput();
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (SocketTimeoutException e) {
                throw new AssertionError("the proxy does not end the connection after: " + input, e);
            } catch (IOException e) {
                // The proxy has ended the connection before all was sent.
                assertThat(e).isInstanceOf(SocketException.class);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long used() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }
}
