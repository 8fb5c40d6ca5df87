package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.umctl.SetCluster;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scripts that write to a key of a slot that moves, which they do not name. */
class ScriptMoveIT {
    private static final String STAYING = "{s0}key";
    private static final String MOVING = "{moving-3}undeclared";
    private static final ProxyAddress ELSEWHERE = new ProxyAddress("10.1.2.3:5299");

    private enum Way {
        EVAL,
        TRANSACTION,
        WITHOUT_KEYS
    }

    /** After the rest of a slot was copied, what a script writes there would be lost. The test itself hands over. */
    @ParameterizedTest
    @EnumSource
    void scripts_wait_while_their_node_hands_slots_over(Way way) {
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyHarness proxy = ProxyHarness.start(1, UnaryOperator.identity());
                RespConnection node = redis.connect();
                RespConnection client = RespConnection.to(proxy.port());
                RespConnection other = RespConnection.to(proxy.port())) {
            TaggedSlots moving = new TaggedSlots(
                    TwoProxies.MOVING,
                    new SlotState.Migrating(new MigrationMeta(
                            new Epoch(1),
                            proxy.address(),
                            new NodeAddress(redis.address()),
                            ELSEWHERE,
                            new NodeAddress("10.1.2.3:7001"))));
            proxy.topology().resolvesOwnership();
            proxy.topology()
                    .apply(new SetCluster(
                            new Epoch(1),
                            true,
                            new ClusterName("test"),
                            Map.of(
                                    new NodeAddress(redis.address()),
                                    List.of(TaggedSlots.stable(TwoProxies.STAYING), moving)),
                            Map.of(),
                            List.of(),
                            ClusterConfig.DEFAULT,
                            false));
            own(proxy, moving, SlotOwnership.LOCAL);
            String script = "return redis.call('incr', ARGV[1])";
            if (way == Way.TRANSACTION) {
                client.call("MULTI");
                assertThat(text(client.call("EVAL", script, "1", STAYING, MOVING)))
                        .isEqualTo("QUEUED");
            }
            own(proxy, moving, SlotOwnership.HELD);
            switch (way) {
                case EVAL -> client.send("EVAL", script, "1", STAYING, MOVING);
                case TRANSACTION -> client.send("EXEC");
                case WITHOUT_KEYS -> client.send("EVAL", script, "0", MOVING);
            }
            // The one loop of the proxy has met the script by then.
            for (int i = 0; i < 100; i++) {
                other.call("SET", STAYING, "other commands are executed");
            }
            assertThat(text(node.call("EXISTS", MOVING))).isEqualTo("0");

            own(proxy, moving, SlotOwnership.LOCAL);
            client.receive();
            assertThat(text(node.call("GET", MOVING))).isEqualTo("1");
        }
    }

    private static void own(ProxyHarness proxy, TaggedSlots slots, SlotOwnership ownership) {
        assertThat(proxy.topology().setOwnership(slots, ownership)).isTrue();
    }
}
