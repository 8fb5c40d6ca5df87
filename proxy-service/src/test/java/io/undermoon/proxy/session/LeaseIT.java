package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients see of a proxy whose lease is over. */
class LeaseIT {
    private static final String NO_LEASE = "CLUSTERDOWN this proxy is cut off";

    private final RedisServerProcess redis = RedisServerProcess.start();
    private final ProxyHarness proxy = ProxyHarness.start();
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
    void without_a_lease_nothing_is_sent_to_nodes() {
        proxy.lease().end();
        assertThat(text(client.call("INCR", "key"))).startsWith(NO_LEASE);
        assertThat(text(client.call("GET", "key"))).startsWith(NO_LEASE);
        assertThat(text(client.call("MGET", "key", "key"))).startsWith(NO_LEASE);
        assertThat(text(client.call("DBSIZE"))).startsWith(NO_LEASE);
        assertThat(text(client.call("BLPOP", "list", "0"))).startsWith(NO_LEASE);
        assertThat(text(client.call("PING"))).isEqualTo("PONG");
        assertThat(text(node.call("GET", "key"))).isEqualTo("0");

        renew();
        assertThat(text(client.call("INCR", "key"))).isEqualTo("1");
    }

    @Test
    void without_a_lease_clients_are_still_told_who_has_a_slot() {
        int slot = Slot.of("key");
        proxy.serve(
                Map.of(redis.port(), new SlotRanges(List.of(new SlotRange(0, slot - 1)))),
                Map.of(new ProxyAddress("127.0.0.1:1"), new SlotRanges(List.of(new SlotRange(slot, Slot.COUNT - 1)))));
        proxy.lease().end();
        assertThat(text(client.call("INCR", "key"))).isEqualTo("MOVED " + slot + " 127.0.0.1:1");
    }

    @Test
    void a_command_waits_for_a_lease_that_is_missing_for_a_moment() {
        proxy.lease().end();
        client.send("INCR", "key");
        await().until(() -> proxy.stats().get(Counter.CLIENT_BYTES_IN) > 0 && !client.hasArrived());
        renew();
        assertThat(text(client.receive())).isEqualTo("1");
    }

    /** What was sent under the lease is executed when it is over. */
    @Test
    void a_reply_after_the_end_of_the_lease_is_not_passed_on() {
        sendWhilePaused();
        proxy.lease().end();
        assertNotAnswered();
    }

    /** The proxy may hold the new lease as a replica. */
    @Test
    void a_reply_under_another_lease_is_not_passed_on() {
        sendWhilePaused();
        proxy.lease().end();
        renew();
        assertNotAnswered();
    }

    /** A node that is no master any more answers after the end of the lease that the proxy had when it was. */
    @Test
    void a_reply_of_a_former_master_counts_only_under_the_lease_of_that_time() {
        sendWhilePaused();
        proxy.lease().hasLeft(new HostPort("127.0.0.1", redis.port()));
        long end = proxy.lease().term().endNanos();
        while (proxy.lease().clock().nanos() - end < 0) {
            renew();
        }
        assertNotAnswered();
    }

    @Test
    void clients_that_wait_are_disconnected_when_the_lease_is_lost() {
        sendWhilePaused();
        proxy.lease().end();
        proxy.connections().forEach(each -> each.loop().execute(each::endUnlessAnswering));
        assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
    }

    /** Sends a command that the node executes only after {@link #assertNotAnswered}. */
    private void sendWhilePaused() {
        assertThat(text(node.call("CLIENT", "PAUSE", "60000", "WRITE"))).isEqualTo("OK");
        client.send("INCR", "key");
        await().until(() -> proxy.stats().get(Counter.IN_FLIGHT) == 1);
    }

    private void assertNotAnswered() {
        assertThat(text(node.call("CLIENT", "UNPAUSE"))).isEqualTo("OK");
        assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
        try (RespConnection other = RespConnection.to(proxy.port())) {
            renew();
            assertThat(text(other.call("GET", "key"))).isEqualTo("1");
        }
    }

    private void renew() {
        proxy.lease().renewed(proxy.lease().clock().now());
    }
}
