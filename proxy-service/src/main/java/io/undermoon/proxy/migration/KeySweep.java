package io.undermoon.proxy.migration;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Removes the keys of certain slots from a node: walks over all keys and unlinks, batch by batch, with the node serving others in
 * between. Which slots is asked anew for each batch, so that keys of a slot that comes back meanwhile are left alone. Owned by
 * the engine's loop.
 */
final class KeySweep {
    private static final int BATCH = 500;

    private final ProxyLoop loop;
    private final Calls calls;
    private final Endpoint node;
    private final IntPredicate slots;
    private final long keysPerSecond;
    private final Consumer<Boolean> removing;
    private final CompletableFuture<Long> done = new CompletableFuture<>();
    private long removed;

    private KeySweep(
            ProxyLoop loop,
            Calls calls,
            Endpoint node,
            IntPredicate slots,
            long keysPerSecond,
            Consumer<Boolean> removing) {
        this.loop = loop;
        this.calls = calls;
        this.node = node;
        this.slots = slots;
        this.keysPerSecond = keysPerSecond;
        this.removing = removing;
    }

    /**
     * Removes them.
     *
     * @param keysPerSecond 0 for as fast as it goes
     * @param removing told when a batch is about to be removed, and when it is gone
     * @return how many keys there were; none of the slots' keys that were there before is there now
     */
    static CompletionStage<Long> of(
            ProxyLoop loop,
            Calls calls,
            Endpoint node,
            IntPredicate slots,
            long keysPerSecond,
            Consumer<Boolean> removing) {
        KeySweep sweep = new KeySweep(loop, calls, node, slots, keysPerSecond, removing);
        sweep.begin();
        return sweep.done;
    }

    private void begin() {
        calls.call(node, "DBSIZE").whenComplete((size, problem) -> {
            if (problem != null) {
                done.completeExceptionally(problem);
            } else if (Calls.number(size) == 0) {
                done.complete(0L);
            } else {
                scan("0");
            }
        });
    }

    private void scan(String cursor) {
        calls.call(node, "SCAN", cursor, "COUNT", Integer.toString(BATCH))
                .thenCompose(this::remove)
                .whenComplete((next, problem) -> {
                    if (problem != null) {
                        done.completeExceptionally(problem);
                    } else if (next.cursor.equals("0")) {
                        done.complete(removed);
                    } else if (keysPerSecond > 0 && next.removed > 0) {
                        long pauseMicros = TimeUnit.SECONDS.toMicros(next.removed) / keysPerSecond;
                        loop.eventLoop().schedule(() -> scan(next.cursor), pauseMicros, TimeUnit.MICROSECONDS);
                    } else {
                        scan(next.cursor);
                    }
                });
    }

    private record Batch(String cursor, long removed) {}

    private CompletionStage<Batch> remove(RespValue reply) {
        List<RespValue> parts = Calls.items(reply);
        String cursor = Calls.text(parts.get(0));
        List<byte[]> keys = new ArrayList<>();
        for (RespValue key : Calls.items(parts.get(1))) {
            if (key instanceof RespValue.Bulk bulk && slots.test(Slot.of(bulk.bytes()))) {
                keys.add(bulk.bytes());
            }
        }
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(new Batch(cursor, 0));
        }
        removing.accept(true);
        return calls.call(node, Calls.command(List.of("UNLINK"), keys))
                .whenComplete((count, problem) -> removing.accept(false))
                .thenApply(count -> {
                    removed += Calls.number(count);
                    return new Batch(cursor, keys.size());
                });
    }
}
