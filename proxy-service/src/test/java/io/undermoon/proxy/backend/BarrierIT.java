package io.undermoon.proxy.backend;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BarrierIT {
    /** A reply that is not there yet when the waiting begins is held when it comes. */
    @Test
    void replies_that_are_held_for_replicas_are_waited_for_when_nothing_is_in_flight_any_more() {
        try (RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port());
                RespConnection node = master.connect()) {
            await().until(() -> text(node.call("INFO", "replication")).contains("state=online"));
            proxy.serveAllFrom(master.port());
            proxy.configure("min_replica_acks", "1");
            assertThat(text(client.call("SET", "key", "1"))).isEqualTo("OK");
            replica.freeze();
            node.call("CLIENT", "PAUSE", "60000", "WRITE");
            client.send("SET", "key", "2");
            await().until(() -> proxy.stats().get(Counter.IN_FLIGHT) == 1);

            Endpoint endpoint =
                    proxy.topology().current().endpoints().iterator().next();
            AtomicLong decided = new AtomicLong();
            CompletionStage<?> quiet = Barrier.await(proxy.connections(), endpoint, slot -> true, () -> true)
                    .thenRun(() -> decided.set(proxy.stats().get(Counter.WRITES_WITHOUT_REPLICAS)));
            node.call("CLIENT", "UNPAUSE");

            await().until(() -> quiet.toCompletableFuture().isDone());
            assertThat(decided)
                    .as("writes that were answered when the wait was over")
                    .hasValue(1);
            assertThat(text(client.receive())).startsWith("NOREPLICAS ");
            replica.unfreeze();
        }
    }
}
