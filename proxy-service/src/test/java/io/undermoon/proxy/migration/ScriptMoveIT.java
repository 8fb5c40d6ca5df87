package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.migration.MigrationSettings.ReplicaAck;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.topology.SlotOwnership;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scripts that name a key of a slot that stays, and write to a key of a slot that moves. */
class ScriptMoveIT {
    private static final String STAYING = "{s0}key";
    private static final String MOVING = "{moving-3}undeclared";
    private static final String SCRIPT = "return redis.call('set', ARGV[1], 'written')";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final MigrationSettings SETTINGS = new MigrationSettings(0, 0, 200, 0, ReplicaAck.ALWAYS);

    private enum Way {
        EVAL,
        TRANSACTION
    }

    /** A replica that does not acknowledge keeps the slots held after all their keys were copied. */
    @ParameterizedTest
    @EnumSource
    void what_is_written_before_the_switch_is_at_the_destination_after_it(Way way) {
        try (TwoProxies proxies = new TwoProxies(false, SETTINGS);
                RedisServerProcess replica = proxies.replicaOfDestination();
                RespConnection source = proxies.sourceNode.connect();
                RespConnection destination = proxies.destinationNode.connect();
                RespConnection client = proxies.connectToSource()) {
            source.call("SET", "{moving-3}other", "copied");
            replica.freeze();
            proxies.migrate();
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> text(destination.call("INFO", "clients")).contains("blocked_clients:1"));

            write(way, client);
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(2)).until(() -> isWritten(source) || !isHeld(proxies));
            boolean isWritten = isWritten(source);
            replica.unfreeze();
            proxies.awaitSwitched();

            assertThat(!isWritten || isWritten(destination))
                    .as("written at the source %s, at the destination %s", isWritten, isWritten(destination))
                    .isTrue();
            assertThat(text(client.receive())).isNotNull();
        }
    }

    private static void write(Way way, RespConnection client) {
        List<String> eval = List.of("EVAL", SCRIPT, "1", STAYING, MOVING);
        if (way == Way.TRANSACTION) {
            client.send("MULTI");
            client.send(eval.toArray(String[]::new));
            client.send("EXEC");
        } else {
            client.send(eval.toArray(String[]::new));
        }
    }

    private static boolean isWritten(RespConnection node) {
        return text(node.call("EXISTS", MOVING)).equals("1");
    }

    private static boolean isHeld(TwoProxies proxies) {
        return proxies.source.topology().current().ownership().containsValue(SlotOwnership.HELD);
    }
}
