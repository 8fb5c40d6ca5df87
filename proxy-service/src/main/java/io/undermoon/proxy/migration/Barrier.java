package io.undermoon.proxy.migration;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.backend.SharedConnection;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Waits until no client has anything in flight to a node that could still change a key of certain slots: on every loop a {@code
 * PING} follows all that was sent before on the connections that the loop's clients share, and on those that clients have for
 * themselves what was in flight has been answered, unless it waits for keys of other slots.
 *
 * <p>Commands for the slots have to be held before. A connection that is gone counts as quiet: what was sent on it has been
 * answered with an error that says that nobody knows.
 */
final class Barrier {
    private static final long POLL_MICROS = 500;

    private Barrier() {}

    /**
     * Waits.
     *
     * @param wanted whether anybody still waits for it
     */
    static CompletionStage<?> of(
            List<NodeConnections> loops, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        return CompletableFuture.allOf(loops.stream()
                .map(connections -> quiet(connections, node, slots, wanted))
                .toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<?> quiet(
            NodeConnections connections, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        CompletableFuture<Boolean> common = new CompletableFuture<>();
        CompletableFuture<Boolean> own = new CompletableFuture<>();
        ProxyLoop loop = connections.loop();
        loop.execute(() -> {
            List<SharedConnection> shared = connections.existing(node);
            Answered all = new Answered(common, new AtomicInteger(shared.size() + 1));
            shared.forEach(connection -> connection.send(CommandFrame.of(List.of("PING")), all));
            all.countDown();
            poll(loop, connections.settled(node, slots), wanted, own);
        });
        return CompletableFuture.allOf(common, own);
    }

    private static void poll(
            ProxyLoop loop, BooleanSupplier settled, BooleanSupplier wanted, CompletableFuture<Boolean> own) {
        if (settled.getAsBoolean()) {
            own.complete(true);
        } else if (wanted.getAsBoolean()) {
            loop.eventLoop().schedule(() -> poll(loop, settled, wanted, own), POLL_MICROS, TimeUnit.MICROSECONDS);
        }
    }

    private record Answered(CompletableFuture<Boolean> done, AtomicInteger left) implements ReplyReceiver {
        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (last) {
                countDown();
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            countDown();
        }

        void countDown() {
            if (left.decrementAndGet() == 0) {
                done.complete(true);
            }
        }
    }
}
