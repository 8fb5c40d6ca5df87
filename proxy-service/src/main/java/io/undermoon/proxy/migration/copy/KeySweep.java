package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Deletes certain keys from a node: scans all keys and unlinks in batches, between which the node serves others. The
 * next batch is scanned while one is unlinked. The predicate is evaluated for each key in the turn of the event loop in
 * which the command that unlinks it is sent, so that keys that the node is to keep by then are kept. Owned by the
 * migration event loop.
 */
public final class KeySweep {
    private static final int BATCH = 500;

    /** Sends a command to the node. */
    @FunctionalInterface
    public interface Caller {
        CompletionStage<RespValue> call(CommandFrame command);
    }

    /** Limits the rate of a sweep. */
    @FunctionalInterface
    public interface Throttle {
        /** Nanoseconds to wait after a batch of which so many keys were scanned and removed. */
        long delayNanos(int scanned, int removed);
    }

    private final ProxyLoop loop;
    private final Caller node;
    private final Predicate<byte[]> keys;
    private final Throttle throttle;
    private final Consumer<Boolean> removing;
    private final CompletableFuture<Long> done = new CompletableFuture<>();
    private long removed;

    private KeySweep(
            ProxyLoop loop, Caller node, Predicate<byte[]> keys, Throttle throttle, Consumer<Boolean> removing) {
        this.loop = loop;
        this.node = node;
        this.keys = keys;
        this.throttle = throttle;
        this.removing = removing;
    }

    /**
     * Starts a sweep.
     *
     * @param node ends the sweep when it fails a command
     * @param keys those to delete
     * @param removing called with true before a batch is unlinked, and with false afterwards
     * @return the number of deleted keys; all keys to delete that existed at the start have been deleted by then
     */
    public static CompletionStage<Long> start(
            ProxyLoop loop, Caller node, Predicate<byte[]> keys, Throttle throttle, Consumer<Boolean> removing) {
        KeySweep sweep = new KeySweep(loop, node, keys, throttle, removing);
        sweep.run();
        return sweep.done;
    }

    private void run() {
        node.call(CommandFrame.of(List.of("DBSIZE"))).whenComplete((size, problem) -> {
            if (problem != null) {
                done.completeExceptionally(problem);
            } else if (ReplyValues.number(size) == 0) {
                done.complete(0L);
            } else {
                next(scan("0"));
            }
        });
    }

    private CompletionStage<RespValue> scan(String cursor) {
        return node.call(CommandFrame.of(List.of("SCAN", cursor, "COUNT", Integer.toString(BATCH))));
    }

    private void next(CompletionStage<RespValue> scanned) {
        scanned.thenAccept(this::take).exceptionally(this::fail);
    }

    private void take(RespValue reply) {
        List<RespValue> parts = ReplyValues.items(reply);
        String cursor = ReplyValues.text(parts.get(0));
        List<RespValue> found = ReplyValues.items(parts.get(1));
        List<byte[]> unwanted = new ArrayList<>();
        for (RespValue key : found) {
            if (key instanceof RespValue.Bulk bulk && keys.test(bulk.bytes())) {
                unwanted.add(bulk.bytes());
            }
        }
        CompletionStage<Long> gone = remove(unwanted);
        if (cursor.equals("0")) {
            gone.thenAccept(last -> done.complete(removed)).exceptionally(this::fail);
            return;
        }
        long delay = throttle.delayNanos(found.size(), unwanted.size());
        if (delay > 0) {
            gone.thenAccept(count -> loop.eventLoop().schedule(() -> next(scan(cursor)), delay, TimeUnit.NANOSECONDS))
                    .exceptionally(this::fail);
        } else {
            CompletionStage<RespValue> ahead = scan(cursor);
            next(gone.thenCompose(count -> ahead));
        }
    }

    private CompletionStage<Long> remove(List<byte[]> unwanted) {
        if (unwanted.isEmpty()) {
            return CompletableFuture.completedFuture(0L);
        }
        removing.accept(true);
        CommandBuilder unlink = new CommandBuilder(unwanted.size() + 1).add("UNLINK");
        unwanted.forEach(unlink::add);
        return node.call(unlink.build())
                .whenComplete((count, problem) -> removing.accept(false))
                .thenApply(count -> removed += ReplyValues.number(count));
    }

    private @Nullable Void fail(Throwable problem) {
        done.completeExceptionally(problem);
        return null;
    }
}
