package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients see of a proxy without a lease that may answer reads all the same. */
class StaleReadsIT {
    private static final String NO_LEASE = "CLUSTERDOWN this proxy is cut off";

    private final RedisServerProcess redis = RedisServerProcess.start();
    private final ProxyHarness proxy = ProxyHarness.startWithReplicaPort(settings -> new SessionSettings(
            settings.activeRedirection(), settings.maxRedirections(), settings.maxPipeline(), false, "", 0, true));
    private final RespConnection client = RespConnection.to(proxy.port());
    private final RespConnection node = redis.connect();

    @BeforeEach
    void serve() {
        proxy.serveAllFrom(redis.port());
        proxy.lease().require(false);
        renew();
        assertThat(text(client.call("SET", "key", "0"))).isEqualTo("OK");
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
        proxy.close();
        redis.close();
    }

    @Test
    void reads_are_answered_and_writes_are_not() {
        assertThat(text(client.call("GET", "key"))).isEqualTo("0");
        assertThat(proxy.stats().get(Counter.STALE_READS)).isZero();
        proxy.lease().end();

        assertThat(text(client.call("GET", "key"))).isEqualTo("0");
        assertThat(text(client.call("STRLEN", "key"))).isEqualTo("1");
        assertThat(client.call("MGET", "key", "key").toString()).contains("0");
        assertThat(proxy.stats().get(Counter.STALE_READS)).isEqualTo(3);
        for (String command :
                List.of("INCR key", "GETEX key PERSIST", "EVAL return{} 1 key", "BLPOP list 0", "DBSIZE")) {
            assertThat(text(client.call(command.split(" ")))).as(command).startsWith(NO_LEASE);
        }
        assertThat(text(node.call("GET", "key"))).isEqualTo("0");

        renew();
        assertThat(text(client.call("INCR", "key"))).isEqualTo("1");
        assertThat(text(client.call("GET", "key"))).isEqualTo("1");
        assertThat(proxy.stats().get(Counter.STALE_READS)).isEqualTo(3);
    }

    @Test
    void transactions_and_watched_keys_need_the_lease() {
        client.call("MULTI");
        client.call("GET", "key");
        proxy.lease().end();
        assertThat(text(client.call("EXEC"))).startsWith("CLUSTERDOWN ");

        renew();
        assertThat(text(client.call("WATCH", "key"))).isEqualTo("OK");
        proxy.lease().end();
        assertThat(text(client.call("GET", "key"))).startsWith(NO_LEASE);
    }

    /** They are sent on other connections than the commands that follow. */
    @Test
    void a_write_under_a_new_lease_waits_for_the_reads_before_it() {
        redis.freeze();
        proxy.lease().end();
        client.send("GET", "key");
        await().until(() -> proxy.stats().get(Counter.IN_FLIGHT) == 1);
        renew();
        client.send("SET", "key", "1");
        // The loop has handled what the other client sent before.
        try (RespConnection other = RespConnection.to(proxy.port())) {
            assertThat(text(other.call("PING"))).isEqualTo("PONG");
        }
        assertThat(proxy.stats().get(Counter.IN_FLIGHT)).isEqualTo(1);
        redis.unfreeze();
        assertThat(text(client.receive())).isEqualTo("0");
        assertThat(text(client.receive())).isEqualTo("OK");
    }

    @Test
    void replicas_are_read_from_as_well() {
        proxy.replicate(redis.port(), new ProxyAddress("127.0.0.1:1"));
        try (RespConnection reader = RespConnection.to(proxy.replicaAddress().port())) {
            assertThat(text(reader.call("READONLY"))).isEqualTo("OK");
            proxy.lease().end();
            assertThat(text(reader.call("GET", "key"))).isEqualTo("0");
            assertThat(proxy.stats().get(Counter.STALE_READS)).isEqualTo(1);
        }
    }

    private void renew() {
        proxy.lease().renewed(proxy.lease().clock().now());
    }
}
