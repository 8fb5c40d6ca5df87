package io.undermoon.proxy.blocking;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave while they wait for an element. What is pushed after they have left is for others. */
class LeavingClientsIT {
    private static final int CLIENTS = 200;

    private final List<Socket> waiting = new ArrayList<>();
    private RedisServerProcess redis;
    private RespConnection direct;
    private ProxyHarness proxy;
    private RespConnection other;

    @BeforeEach
    void start() {
        redis = RedisServerProcess.start();
        direct = redis.connect();
        proxy = ProxyHarness.start(2, settings -> settings);
        proxy.serveAllFrom(redis.port());
        other = RespConnection.to(proxy.port());
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : waiting) {
            socket.close();
        }
        other.close();
        direct.close();
        proxy.close();
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void take_nothing_with_them(boolean reset) throws IOException {
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < CLIENTS; i++) {
                waitFor("BLPOP list 0");
            }
            awaitBlocked(CLIENTS);
            leave(reset);
            for (int i = 0; i < CLIENTS; i++) {
                other.send("RPUSH", "list", "e" + i);
            }
            for (int i = 0; i < CLIENTS; i++) {
                assertThat(other.receive()).isInstanceOf(RespValue.Int.class);
            }
            await().atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(direct.call("LLEN", "list")).isEqualTo(new RespValue.Int(CLIENTS)));
            direct.call("DEL", "list");
        }
    }

    /** The node is slow, so that elements are on their way to the clients when they leave. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    BLPOP list 0                           | RPUSH list a b c | LRANGE list 0 -1              | a b c
                    BRPOP list 0                           | RPUSH list a b c | LRANGE list 0 -1              | a b c
                    BLMPOP 0 1 list LEFT COUNT 2           | RPUSH list a b c | LRANGE list 0 -1              | a b c
                    BLMPOP 0 2 none{list} list RIGHT COUNT 2 | RPUSH list a b c | LRANGE list 0 -1            | a b c
                    BZPOPMIN z 0                           | ZADD z 1.5 a 2 b | ZRANGE z 0 -1 WITHSCORES      | a 1.5 b 2
                    BZPOPMAX z 0                           | ZADD z 1.5 a 2 b | ZRANGE z 0 -1 WITHSCORES      | a 1.5 b 2
                    BZMPOP 0 1 z MAX COUNT 2               | ZADD z 1.5 a 2 b | ZRANGE z 0 -1 WITHSCORES      | a 1.5 b 2
                    """)
    void what_was_taken_for_them_is_put_back(String blocking, String push, String read, String expected)
            throws IOException {
        redis.assumeKnows(blocking.substring(0, blocking.indexOf(' ')));
        for (String hello : List.of("", "HELLO 3\r\n")) {
            waitFor(hello + blocking.strip().replace("none{list}", "{list}none").replace(" list ", " {list} "));
            awaitBlocked(1);
            redis.freeze();
            direct.send(push.replace(" list ", " {list} ").split(" "));
            leave(false);
            // The node takes the push before it hears that nobody waits any more.
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> text(other.call("INFO", "clients")).contains("connected_clients:1\r\n"));
            redis.unfreeze();
            assertThat(text(direct.receive())).matches("[0-9]+");
            String[] question = read.replace(" list ", " {list} ").split(" ");
            await().atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(
                            () -> assertThat(words(direct.call(question))).isEqualTo(expected));
            direct.call("FLUSHALL");
        }
    }

    /** Else the push of a client that knows of another one's wait would come first. */
    @Test
    void who_waits_is_counted_when_the_node_has_the_command() throws IOException {
        redis.assumeOneThread();
        try (RespConnection pusher = RespConnection.to(proxy.port())) {
            for (int i = 0; i < 20; i++) {
                waitFor("BLPOP list 0");
                int blocked = i + 1;
                await().atMost(20, TimeUnit.SECONDS)
                        .pollDelay(0, TimeUnit.MILLISECONDS)
                        .pollInterval(1, TimeUnit.MILLISECONDS)
                        .until(() ->
                                text(pusher.call("INFO", "clients")).contains("blocked_clients:" + blocked + "\r"));
                assertThat(text(direct.call("INFO", "clients"))).contains("blocked_clients:" + blocked + "\r");
            }
        }
    }

    private void waitFor(String command) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        waiting.add(socket);
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void leave(boolean reset) throws IOException {
        for (Socket socket : waiting) {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        }
        waiting.clear();
    }

    private void awaitBlocked(int clients) {
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> text(direct.call("INFO", "clients")).contains("blocked_clients:" + clients + "\r\n"));
    }

    private static String words(RespValue reply) {
        return String.join(
                " ",
                ((RespValue.Array) reply)
                        .items().stream().map(RespValue::asText).toList());
    }
}
