package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.client.RespClient;
import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.ProxyLogin;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A proxy with as many clients as it may have is still watched by coordinators and asked by peers. */
class MaxClientsIT {
    private static final String TOO_MANY = "ERR max number of clients reached";
    private static final int MAX = 3;

    private static RedisServerProcess redis;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void startRedis() {
        redis = RedisServerProcess.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void a_client_gets_the_error_of_redis() {
        int port = full();
        RespConnection client = client(port);
        assertThat(say(client, "GET k")).isEqualTo(TOO_MANY);
        assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);

        RespConnection silent = client(port);
        assertThat(text(silent.receive())).isEqualTo(TOO_MANY);
        assertThatThrownBy(silent::receive).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void coordinators_are_served() {
        for (String secret : List.of("", "c0ntrol")) {
            int port = secret.isEmpty() ? full() : full("control_secret", secret);
            Optional<String> control = Optional.of(secret).filter(text -> !text.isEmpty());
            RespClient coordinator = new RespClient(
                    1, Duration.ofSeconds(5), new ProxyLogin(control, Optional.empty(), false), null, Runnable::run);
            open.add(coordinator);
            HostPort address = new HostPort("127.0.0.1", port);
            for (int i = 0; i < 2 * MAX; i++) {
                assertThat(text(RespClient.await(coordinator.call(address, List.of("UMCTL", "GETEPOCH")))))
                        .isEqualTo("1");
            }
        }
    }

    @Test
    void those_who_operate_the_cluster_take_no_place_of_a_client() {
        int port = proxy("maxclients", Integer.toString(MAX));
        for (int i = 0; i < MAX; i++) {
            assertThat(say(client(port), "UMCTL GETEPOCH")).isEqualTo("0");
        }
        for (int i = 0; i < MAX; i++) {
            assertThat(say(client(port), "PING")).isEqualTo("PONG");
        }
        assertThat(say(client(port), "PING")).isEqualTo(TOO_MANY);
    }

    @Test
    void whoever_has_the_control_secret_may_raise_the_limit() {
        int port = full("control_secret", "c0ntrol");
        assertThat(say(client(port), "UMCTL GETEPOCH")).isEqualTo(TOO_MANY);
        RespConnection control = client(port);
        assertThat(say(control, "AUTH undermoon-control c0ntrol")).isEqualTo("OK");
        assertThat(say(control, "CONFIG SET maxclients 10")).isEqualTo("OK");
        assertThat(say(client(port), "PING")).isEqualTo("PONG");
        // The one that was refused is counted until it has been closed.
        await().untilAsserted(() -> assertThat(say(control, "INFO clients"))
                .contains("connected_clients:" + (MAX + 1))
                .contains("cluster_connections:1"));
    }

    /** A login says enough, whenever the first command comes; one that leaves before it makes no room. */
    @Test
    void whoever_has_logged_in_to_operate_the_cluster_may_take_its_time() {
        int port = full("control_secret", "c0ntrol");
        RespConnection control = client(port);
        assertThat(say(control, "AUTH undermoon-control c0ntrol")).isEqualTo("OK");
        try (RespConnection other = RespConnection.to(port)) {
            assertThat(say(other, "AUTH undermoon-control c0ntrol")).isEqualTo("OK");
        }
        // As old as they are, and refused for its age.
        assertThat(text(client(port).receive())).isEqualTo(TOO_MANY);

        assertThat(say(client(port), "PING")).isEqualTo(TOO_MANY);
        assertThat(say(control, "UMCTL GETEPOCH")).isEqualTo("1");
        assertThat(say(control, "INFO clients"))
                .contains("connected_clients:" + MAX)
                .contains("cluster_connections:1");
    }

    @Test
    void peers_are_served() {
        int full = full();
        int other = proxy("active_redirection", "true");
        RespConnection control = client(other);
        assertThat(say(control, "UMCTL SETCLUSTER v2 1 NOFLAG demo PEER 127.0.0.1:" + full + " 1 0-16383"))
                .isEqualTo("OK");
        for (int i = 0; i < MAX + 2; i++) {
            assertThat(say(client(other), "SET k v")).isEqualTo("OK");
        }
    }

    /** So many that wait to be told from clients are in the way of none that shows what it is. */
    @Test
    void those_who_do_not_say_what_they_are_make_room() {
        int port = full();
        for (int i = 0; i < 300; i++) {
            client(port);
        }
        assertThat(say(client(port), "UMCTL GETEPOCH")).isEqualTo("1");
    }

    /** A proxy that serves all slots and has as many clients as it may. */
    private int full(String... keysAndValues) {
        int port = proxy(Stream.concat(Arrays.stream(keysAndValues), Stream.of("maxclients", Integer.toString(MAX)))
                .toArray(String[]::new));
        try (RespConnection control = RespConnection.to(port)) {
            if (keysAndValues.length > 0) {
                say(control, "AUTH undermoon-control " + keysAndValues[1]);
            }
            assertThat(say(control, "UMCTL SETCLUSTER v2 1 NOFLAG demo " + redis.address() + " 1 0-16383"))
                    .isEqualTo("OK");
        }
        for (int i = 0; i < MAX; i++) {
            assertThat(say(client(port), "PING")).isEqualTo("PONG");
        }
        return port;
    }

    private int proxy(String... keysAndValues) {
        int port = FreePort.any();
        String[] values = Stream.concat(
                        Stream.of("address", "127.0.0.1:" + port, "replica_port", "0", "thread_number", "2"),
                        Arrays.stream(keysAndValues))
                .toArray(String[]::new);
        ProxyServer server = new ProxyServer(Configs.onOnePort(values), () -> {});
        open.add(server);
        server.start();
        return port;
    }

    private RespConnection client(int port) {
        RespConnection client = RespConnection.to(port);
        open.add(client);
        return client;
    }

    private static String say(RespConnection client, String command) {
        return text(client.call(command.split(" ")));
    }
}
