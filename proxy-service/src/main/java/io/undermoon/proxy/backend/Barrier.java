package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
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
 * Waits until no command of a client is in flight to a node that could still change a key of certain slots. On the
 * connections that the clients of a loop share, a {@code PING} is sent behind all earlier commands; on the connections
 * of a single client, all replies must have arrived, except those of commands that block on other slots. Replies that
 * are held for replicas must have been passed on.
 *
 * <p>Commands for the slots must be held already. A lost connection counts as quiet, also if the node executes some of
 * its commands later: they were answered with the error that they may have been executed, or their client has left.
 */
public final class Barrier {
    private static final long POLL_MICROS = 500;

    private Barrier() {}

    /**
     * Starts waiting.
     *
     * @param wanted false ends the waiting without a result
     */
    public static CompletionStage<?> await(
            List<NodeConnections> loops, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        return CompletableFuture.allOf(loops.stream()
                .map(connections -> quiet(connections, node, slots, wanted))
                .toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Starts waiting until no client watches a key of the slots on a connection to the node. New watches must be held
     * already.
     *
     * @param wanted false ends the waiting without a result
     */
    public static CompletionStage<?> awaitNoWatches(
            List<NodeConnections> loops, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        return CompletableFuture.allOf(loops.stream()
                .map(connections -> unwatched(connections, node, slots, wanted))
                .toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<?> unwatched(
            NodeConnections connections, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        ProxyLoop loop = connections.loop();
        loop.execute(() -> poll(loop, () -> !connections.areWatched(node, slots), wanted, done));
        return done;
    }

    private static CompletableFuture<?> quiet(
            NodeConnections connections, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        CompletableFuture<Boolean> common = new CompletableFuture<>();
        CompletableFuture<Boolean> own = new CompletableFuture<>();
        CompletableFuture<Boolean> held = new CompletableFuture<>();
        ProxyLoop loop = connections.loop();
        loop.execute(() -> {
            List<SharedConnection> shared = connections.existing(node);
            Answered all = new Answered(common, new AtomicInteger(shared.size() + 1));
            shared.forEach(connection -> connection.sendBehindAll(CommandFrame.of(List.of("PING")), all));
            all.countDown();
            CompletableFuture.allOf(common, own)
                    .thenRun(() -> poll(loop, connections.acks().settled(node), wanted, held));
            poll(loop, connections.settled(node, slots), wanted, own);
        });
        return held;
    }

    private static void poll(
            ProxyLoop loop, BooleanSupplier condition, BooleanSupplier wanted, CompletableFuture<Boolean> done) {
        if (condition.getAsBoolean()) {
            done.complete(true);
        } else if (wanted.getAsBoolean()) {
            loop.eventLoop().schedule(() -> poll(loop, condition, wanted, done), POLL_MICROS, TimeUnit.MICROSECONDS);
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
