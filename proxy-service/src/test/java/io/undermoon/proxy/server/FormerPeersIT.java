package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.testsupport.FreePort;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two proxies of a cluster of which all slots are at a third one, and that become free. */
class FormerPeersIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final int first = FreePort.any();
    private final int second = FreePort.any();
    private final ProxyServer firstProxy = proxy(first);
    private final ProxyServer secondProxy = proxy(second);

    @BeforeEach
    void start() {
        firstProxy.start();
        secondProxy.start();
        tell(first, "SETCLUSTER v2 1 NOFLAG demo PEER 127.0.0.1:" + second + " 1 0-16383");
        tell(second, "SETCLUSTER v2 1 NOFLAG demo PEER 127.0.0.1:" + first + " 1 0-16383");
    }

    @AfterEach
    void stop() {
        firstProxy.close();
        secondProxy.close();
    }

    /** Each would send clients to the other one. */
    @Test
    void clients_of_a_deleted_cluster_are_told_so() {
        tell(first, "SETCLUSTER v2 2 NOFLAG ");
        assertThat(get(first)).isEqualTo("MOVED 12182 127.0.0.1:" + second);
        await().during(Duration.ofSeconds(1))
                .atMost(LIMIT)
                .until(() -> get(first).startsWith("MOVED "));

        tell(second, "SETCLUSTER v2 2 NOFLAG ");
        await().atMost(LIMIT).until(() -> get(first).startsWith("CLUSTERDOWN "));
        await().atMost(LIMIT).until(() -> get(second).startsWith("CLUSTERDOWN "));
    }

    private static String get(int proxy) {
        try (RespConnection client = RespConnection.to(proxy)) {
            return text(client.call("GET", "foo"));
        }
    }

    private static void tell(int proxy, String message) {
        try (RespConnection control = RespConnection.to(proxy)) {
            assertThat(text(control.call(("UMCTL " + message).split(" ", -1)))).isEqualTo("OK");
        }
    }

    private static ProxyServer proxy(int port) {
        return new ProxyServer(Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {});
    }
}
