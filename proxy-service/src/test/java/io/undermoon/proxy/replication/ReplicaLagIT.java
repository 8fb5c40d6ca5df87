package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.ScriptedRedis;
import io.undermoon.resp.RespValue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaLagIT {
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private final EventLoopGroup group = Transport.best().newEventLoopGroup(1);
    private final NodeConnections connections = new NodeConnections(
            new ProxyLoop(
                    (EventLoop) group.next(),
                    Transport.best(),
                    new BackendSettings(1000, 3000, 1 << 20, 4, BackendSettings.Login.NONE, BackendSettings.Login.NONE),
                    new LoopStats(1)),
            Access.PROXY);
    private final Endpoints endpoints = new Endpoints();
    private final AtomicLong maxLag = new AtomicLong();

    @AfterEach
    void stop() {
        connections.loop().eventLoop().submit(connections::close).awaitUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void a_replica_beyond_a_limit_is_found_and_comes_back() {
        AtomicInteger written = new AtomicInteger(1100);
        AtomicInteger silentSeconds = new AtomicInteger(1);
        try (ScriptedRedis master = new ScriptedRedis(
                        command -> info(command, "role:master\r\nmaster_repl_offset:" + written.get() + "\r\n"));
                ScriptedRedis replica =
                        new ScriptedRedis(command -> info(command, replica(master.address(), silentSeconds.get())))) {
            Endpoint endpoint = endpoints.redis(replica.address());
            ReplicaLag lag = start(new LagLimits(100, Duration.ofSeconds(5)), replica.address(), master.address());
            assertThat(lag.isWithin(endpoints.redis("127.0.0.1:1")))
                    .as("never measured")
                    .isFalse();
            awaitWithin(lag, endpoint, true);
            written.set(1101);
            awaitWithin(lag, endpoint, false);
            written.set(900);
            awaitWithin(lag, endpoint, true);
            silentSeconds.set(6);
            awaitWithin(lag, endpoint, false);
            silentSeconds.set(5);
            awaitWithin(lag, endpoint, true);
            master.close();
            awaitWithin(lag, endpoint, false);
        }
    }

    @Test
    void a_replica_that_keeps_up_is_within_a_byte() {
        try (RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()))) {
            ReplicaLag lag = start(new LagLimits(1, Duration.ofSeconds(30)), replica.address(), master.address());
            awaitWithin(lag, endpoints.redis(replica.address()), true);
        }
    }

    @Test
    void a_replica_too_far_behind_to_become_master_is_found_as_soon_as_there_is_a_limit() {
        AtomicInteger written = new AtomicInteger(1100);
        try (ScriptedRedis master = new ScriptedRedis(
                        command -> info(command, "role:master\r\nmaster_repl_offset:" + written.get() + "\r\n"));
                ScriptedRedis replica = new ScriptedRedis(command -> info(command, replica(master.address(), 0)))) {
            NodeAddress node = new NodeAddress(replica.address());
            ReplicaLag lag = start(LagLimits.NONE, replica.address(), master.address());
            assertThat(lag.isWithinMaxLag(node)).as("no limit").isTrue();
            maxLag.set(100);
            await().atMost(30, TimeUnit.SECONDS).until(() -> lag.isWithinMaxLag(node));
            written.set(1101);
            await().atMost(30, TimeUnit.SECONDS).until(() -> !lag.isWithinMaxLag(node));
            assertThat(lag.isWithin(endpoints.redis(replica.address())))
                    .as("for reads")
                    .isTrue();
        }
    }

    @Test
    void without_limits_nobody_is_asked() {
        ReplicaLag lag = start(LagLimits.NONE, "127.0.0.1:1", "127.0.0.1:2");
        assertThat(lag.isWithin(endpoints.redis("127.0.0.1:1"))).isTrue();
    }

    private ReplicaLag start(LagLimits limits, String replica, String master) {
        NodeStatus status = new NodeStatus(
                new NodeAddress(replica),
                WantedRole.replicaOf(new NodeAddress(master)),
                true,
                InfoReport.parse(replica(master, 0)),
                System.nanoTime(),
                Restart.NONE,
                null);
        ReplicaLag lag = new ReplicaLag(
                new NodeClient(connections), endpoints, limits, INTERVAL, () -> List.of(status), maxLag::get);
        lag.start(connections.loop().eventLoop());
        return lag;
    }

    private static void awaitWithin(ReplicaLag lag, Endpoint replica, boolean wanted) {
        await().atMost(30, TimeUnit.SECONDS).until(() -> lag.isWithin(replica) == wanted);
    }

    private static String replica(String master, int silentSeconds) {
        return String.join(
                "\r\n",
                "role:slave",
                "master_host:" + master.substring(0, master.indexOf(':')),
                "master_port:" + master.substring(master.indexOf(':') + 1),
                "master_link_status:up",
                "master_last_io_seconds_ago:" + silentSeconds,
                "slave_repl_offset:1000",
                "");
    }

    private static RespValue info(List<String> command, String replication) {
        return new RespValue.Bulk(command.contains("replication") ? replication : "");
    }
}
