package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.testsupport.RedisCli;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What redis-cli finds out about a cluster of proxies. */
class RedisCliIT {
    @Test
    void check_and_info_understand_a_cluster_of_proxies() {
        try (RedisServerProcess low = RedisServerProcess.start();
                RedisServerProcess high = RedisServerProcess.start();
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.start()) {
            first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(second.address(), TwoMasters.HIGH));
            second.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
            try (RespConnection direct = low.connect()) {
                direct.call("SET", "b", "1");
            }
            String check = run("--cluster", "check", first.address().value());
            assertThat(check)
                    .contains("[OK] 1 keys in 2 masters.")
                    .contains("[OK] All nodes agree about slots configuration.")
                    .contains("[OK] All 16384 slots covered.");
            String info = run("--cluster", "info", second.address().value());
            assertThat(info)
                    .contains(first.address() + " (test____...) -> 1 keys | 8001 slots | 0 slaves.")
                    .contains(second.address() + " (test____...) -> 0 keys | 8383 slots | 0 slaves.")
                    .contains("[OK] 1 keys in 2 masters.");
            assertThat(run("--cluster", "call", first.address().value(), "PING"))
                    .contains(first.address() + ": PONG", second.address() + ": PONG");
        }
    }

    @Test
    void check_covers_the_slots_where_a_proxy_holds_a_replica() {
        try (RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.start()) {
            first.serveAllWithReplica(master.port(), replica.port(), second.address());
            second.replicate(replica.port(), first.address());
            assertThat(run("--cluster", "check", first.address().value())).contains("[OK] All 16384 slots covered.");
        }
    }

    private static String run(String... arguments) {
        assumeTrue(RedisCli.isInstalled(), "redis-cli is not installed");
        return RedisCli.run(arguments);
    }
}
