package io.undermoon.proxy.migration.copy;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.migration.record.AttemptId;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.SlotRanges;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CopyAttemptIT {
    private final EventLoopGroup group = Transport.best().newEventLoopGroup(1);
    private final ProxyLoop loop = new ProxyLoop(
            (EventLoop) group.next(),
            Transport.best(),
            new BackendSettings(1000, 3000, 1 << 20, 4, BackendSettings.Login.NONE, BackendSettings.Login.NONE),
            new LoopStats(1));
    private final NodeConnections connections = new NodeConnections(loop, Access.PROXY);
    private final NodeClient nodes = new NodeClient(connections);
    private final MigrationRecords records = new MigrationRecords(nodes);
    private final Endpoints endpoints = new Endpoints();

    @AfterEach
    void stop() {
        loop.eventLoop().submit(connections::close).awaitUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void an_attempt_whose_claim_was_replaced_deletes_nothing() {
        try (RedisServerProcess source = RedisServerProcess.start();
                RedisServerProcess destination = RedisServerProcess.start();
                RespConnection node = destination.connect()) {
            node.call("SET", "k", "of a later attempt");
            MigrationRecord claim = new MigrationRecord(new AttemptId(new Epoch(1), 1, "own"), Status.COPYING);
            MigrationRecord later = new MigrationRecord(new AttemptId(new Epoch(1), 2, "later"), Status.COPYING);
            Endpoint to = endpoints.redis(destination.address());
            get(records.replace(to, MigrationRecords.IMPORTS, SlotRanges.ALL, null, later));

            assertThatThrownBy(() -> get(prepare(endpoints.redis(source.address()), to, claim)))
                    .hasMessageContaining("has record '" + later + "' instead of '" + claim + "'");
            assertThat(text(node.call("GET", "k"))).isEqualTo("of a later attempt");
        }
    }

    private CompletionStage<?> prepare(Endpoint from, Endpoint to, MigrationRecord claim) {
        CopyContext context = new CopyContext(loop, nodes, records, CommandTable.load(), 0, 0);
        CopyAttempt attempt = new CopyAttempt(
                context, from, to, SlotRanges.ALL, claim, MigrationConfig.DEFAULT, new CopyCounters(), new Unheard());
        CompletableFuture<Object> prepared = new CompletableFuture<>();
        loop.execute(() -> attempt.prepare().whenComplete((done, problem) -> {
            attempt.close();
            if (problem == null) {
                prepared.complete("prepared");
            } else {
                prepared.completeExceptionally(problem);
            }
        }));
        return prepared;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** A listener that nothing is expected of. */
    private static final class Unheard implements CopyAttempt.Listener {
        @Override
        public void converged() {
            throw new IllegalStateException("nothing is copied");
        }

        @Override
        public void attemptFailed(String reason) {
            // The attempt has been told.
        }
    }
}
