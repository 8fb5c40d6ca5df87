package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RespServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the proxy of a new master does before it makes the node one, with a scripted node and peer. */
class TakeoverIT {
    private static final BackendSettings SETTINGS =
            new BackendSettings(1000, 60_000, 1 << 20, 10, BackendSettings.Login.NONE, BackendSettings.Login.NONE);
    private static final String HISTORY = "a".repeat(40);

    private final EventLoopGroup group = Transport.best().newEventLoopGroup(1);
    private final EventLoop loop = (EventLoop) group.next();
    private final NodeConnections connections =
            new NodeConnections(new ProxyLoop(loop, Transport.best(), SETTINGS, new LoopStats(1)), Access.PROXY);
    private final NodeClient client = new NodeClient(connections);
    private final Endpoints endpoints = new Endpoints();
    private final Lease lease = new Lease(LeaseClock.SYSTEM);
    private final RoleHandover handover =
            new RoleHandover(connections, client, endpoints, new TakeoverRule(lease, true));

    @AfterEach
    void stop() {
        loop.submit(connections::close).awaitUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** It may take as long as there are commands in flight. */
    @Test
    void a_step_down_that_takes_long_does_not_delay_promises() throws Exception {
        CompletableFuture<String> position = new CompletableFuture<>();
        try (RespServer peer = new RespServer(command -> command.contains("STEPDOWN") ? position.join() : ":7\r\n");
                RespServer replica = new RespServer(command -> replica(command, 10))) {
            CompletableFuture<?> mayRise = promote(replica, peer, new AtomicInteger(1));
            await().until(() -> peer.commandLines().stream().anyMatch(line -> line.contains("STEPDOWN")));

            List<String> promise = List.of("UMCTL", "PROMISE", "127.0.0.1:1", "127.0.0.1:2");
            assertThat(client.call(endpoints.peer(peer.address(), 0), promise)
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS))
                    .isEqualTo(new RespValue.Int(7));

            position.complete("*2\r\n$40\r\n" + HISTORY + "\r\n$2\r\n10\r\n");
            mayRise.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_replica_is_no_longer_looked_at_when_it_is_not_to_be_master_any_more() throws Exception {
        try (RespServer peer = new RespServer(command -> "*2\r\n$40\r\n" + HISTORY + "\r\n$3\r\n999\r\n");
                RespServer replica = new RespServer(command -> replica(command, 10))) {
            AtomicInteger wanted = new AtomicInteger(3);
            CompletableFuture<?> mayRise = promote(replica, peer, wanted);
            await().until(() -> wanted.get() < 0);
            int looks = replica.commands().size();
            // It is looked at every 2 ms.
            loop.schedule(() -> {}, 200, TimeUnit.MILLISECONDS).sync();
            assertThat(replica.commands()).hasSize(looks);
            assertThat(mayRise).isNotDone();
        }
    }

    /** What was acknowledged is in the node of that proxy, which is still there. */
    @Test
    void a_replica_catches_up_with_the_node_of_a_proxy_where_nobody_listens() throws Exception {
        lease.require(true);
        AtomicLong offset = new AtomicLong(10);
        try (RespServer master = new RespServer(command -> master(999));
                RespServer replica = new RespServer(command -> replica(command, offset.get()))) {
            ReplPeer former =
                    new ReplPeer(new NodeAddress(master.address()), new ProxyAddress("127.0.0.1:" + FreePort.any()));
            CompletableFuture<?> mayRise =
                    handover.beforePromotion(new NodeAddress(replica.address()), former, new Epoch(7), () -> true);
            await().until(() -> mayRise.isDone() || replica.commands().size() > 3);
            assertThat(mayRise).isNotDone();

            offset.set(999);
            mayRise.get(10, TimeUnit.SECONDS);
        }
    }

    /** @param wanted how often the promotion is still wanted when it is asked for that */
    private CompletableFuture<?> promote(RespServer replica, RespServer peer, AtomicInteger wanted) {
        ReplPeer former = new ReplPeer(new NodeAddress("127.0.0.1:1"), new ProxyAddress(peer.address()));
        return handover.beforePromotion(
                new NodeAddress(replica.address()), former, new Epoch(7), () -> wanted.decrementAndGet() >= 0);
    }

    private static String master(long offset) {
        String info = "role:master\r\nmaster_repl_offset:" + offset + "\r\nmaster_replid:" + HISTORY + "\r\n";
        return "$" + info.length() + "\r\n" + info + "\r\n";
    }

    /** A replica that is connected to its master. */
    private static String replica(List<String> command, long offset) {
        String info = "role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:1\r\nmaster_link_status:up\r\n"
                + "slave_repl_offset:" + offset + "\r\nmaster_replid:" + HISTORY + "\r\n";
        return "$" + info.length() + "\r\n" + info + "\r\n";
    }
}
