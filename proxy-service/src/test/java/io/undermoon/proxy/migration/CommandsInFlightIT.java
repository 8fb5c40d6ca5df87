package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.NodeRelay;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Writes that are on the way to the source's node when its slots are to be switched: whatever connection they take, the
 * switch waits for them.
 */
class CommandsInFlightIT {
    /** In a moving slot. */
    private static final String KEY = "{moving-3}key";

    /** In a slot that stays. */
    private static final String STAYING = "{s0}key";

    /** The value that is written, by which the command is recognized on its way. */
    private static final String VALUE = "held-back";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private enum Way {
        SHARED,
        SHARED_RESP3,
        RETIRED,
        TRANSACTION,
        WATCHED,
        TRACKING,
        TRACKING_AFTER_BLOCKING,
        WITHOUT_REPLY,
        FROM_A_PEER,
        SPLIT,
        SCRIPT,
        SCRIPT_WITH_AN_UNDECLARED_KEY
    }

    @ParameterizedTest
    @EnumSource
    void a_switch_waits_for_a_write_in_flight(Way way) {
        try (TwoProxies proxies = new TwoProxies(true);
                NodeRelay relay = new NodeRelay(proxies.sourceNode)) {
            proxies.sourceIsAt(relay.address());
            try (RespConnection client =
                    way == Way.FROM_A_PEER ? proxies.connectToDestination() : proxies.connectToSource()) {
                relay.holdBack(VALUE);
                write(way, client);
                await().atMost(LIMIT).until(() -> relay.heldBack() > 0);
                if (way == Way.RETIRED) {
                    proxies.sourceIsAt(proxies.sourceNode.address());
                    proxies.sourceIsAt(relay.address());
                }

                proxies.migrate();
                await().atMost(LIMIT)
                        .until(() -> proxies.progress().error().contains("held")
                                || proxies.progress().state() == State.SWITCHED);
                assertThat(proxies.progress().state()).isNotEqualTo(State.SWITCHED);
                relay.release();

                proxies.awaitSwitched();
            }
            try (RespConnection node = proxies.destinationNode.connect()) {
                assertThat(text(node.call("GET", KEY))).isEqualTo(VALUE);
            }
        }
    }

    private static void write(Way way, RespConnection client) {
        switch (way) {
            case SHARED, RETIRED, FROM_A_PEER -> client.send("SET", KEY, VALUE);
            case SHARED_RESP3 -> {
                client.call("HELLO", "3");
                client.send("SET", KEY, VALUE);
            }
            case TRANSACTION -> {
                client.call("MULTI");
                client.call("SET", KEY, VALUE);
                client.send("EXEC");
            }
            case WATCHED -> {
                assertThat(text(client.call("WATCH", KEY))).isEqualTo("OK");
                client.send("SET", KEY, VALUE);
            }
            case TRACKING, TRACKING_AFTER_BLOCKING -> {
                client.call("HELLO", "3");
                assertThat(text(client.call("CLIENT", "TRACKING", "ON"))).isEqualTo("OK");
                if (way == Way.TRACKING_AFTER_BLOCKING) {
                    client.call("BLPOP", STAYING, "0.01");
                }
                client.send("SET", KEY, VALUE);
            }
            case WITHOUT_REPLY -> {
                client.send("CLIENT", "REPLY", "OFF");
                client.send("SET", KEY, VALUE);
            }
            case SPLIT -> client.send("MSET", STAYING, "other", KEY, VALUE);
            case SCRIPT -> client.send("EVAL", "redis.call('set', KEYS[1], ARGV[1])", "1", KEY, VALUE);
            case SCRIPT_WITH_AN_UNDECLARED_KEY ->
                client.send("EVAL", "redis.call('set', ARGV[1], ARGV[2])", "1", STAYING, KEY, VALUE);
        }
    }
}
