package io.undermoon.proxy.control.nodes;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts and lists the keys of a slot. A Redis outside cluster mode has no index by slot, so a {@code SCAN} reads the
 * names of all keys of the node, in batches of {@value #BATCH} between which the node serves other commands. The cost
 * is meant for occasional use by an operator.
 *
 * <p>One search runs at a time, so that searches do not starve the clients of a node. As with any {@code SCAN}, a key
 * that is added, deleted or rehashed meanwhile may be missed or counted twice. Thread-safe.
 */
public final class SlotKeys {
    private static final int BATCH = 1000;
    private static final String START = "0";
    private static final int REUSE_FACTOR = 20;

    private final NodeClient nodes;
    private final Map<Endpoint, Census> censuses = new ConcurrentHashMap<>();
    private final AtomicReference<CompletionStage<?>> last =
            new AtomicReference<>(CompletableFuture.completedFuture(null));

    public SlotKeys(NodeClient nodes) {
        this.nodes = nodes;
    }

    /**
     * The number of keys, or an error when the node fails; the stage itself never fails. The caller releases the
     * buffer.
     */
    public CompletionStage<ByteBuf> count(Endpoint node, int slot) {
        Scan scan = new Scan(node, slot, null, 0);
        return search(scan, out -> RespWriter.integer(out, scan.count));
    }

    /**
     * The number of keys in each slot of a node, by the number of the slot. A count may be as old as {@value
     * #REUSE_FACTOR} times what it took to make it, so that who asks often does not keep the node busy. The stage fails
     * when the node does.
     */
    public CompletionStage<int[]> countAll(Endpoint node) {
        Census known = censuses.get(node);
        if (known != null && System.nanoTime() - known.endNanos() <= REUSE_FACTOR * known.tookNanos()) {
            return CompletableFuture.completedFuture(known.keys());
        }
        int[] keys = new int[Slot.COUNT];
        long start = System.nanoTime();
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        return last.getAndSet(over)
                .thenCompose(ignored -> countFrom(node, START, keys))
                .whenComplete((done, problem) -> {
                    over.complete(true);
                    if (problem == null) {
                        long end = System.nanoTime();
                        censuses.put(node, new Census(keys, end, end - start));
                    }
                });
    }

    private CompletionStage<int[]> countFrom(Endpoint node, String cursor, int[] keys) {
        return nodes.call(node, "SCAN", cursor, "COUNT", Integer.toString(BATCH))
                .thenCompose(reply -> {
                    String next = eachKey(node, reply, key -> keys[Slot.of(key)]++);
                    return next.equals(START) ? CompletableFuture.completedFuture(keys) : countFrom(node, next, keys);
                });
    }

    /** The keys of each slot, as they were counted. */
    @SuppressWarnings("ArrayRecordComponent") // never compared or modified
    private record Census(int[] keys, long endNanos, long tookNanos) {}

    /** The names of at most {@code max} keys; otherwise as {@link #count}. */
    public CompletionStage<ByteBuf> names(Endpoint node, int slot, long max) {
        Set<ByteBuffer> names = new LinkedHashSet<>();
        return search(new Scan(node, slot, names, max), out -> {
            RespWriter.array(out, names.size());
            names.forEach(name -> RespWriter.bulk(out, name.array()));
        });
    }

    private CompletionStage<ByteBuf> search(Scan scan, Consumer<ByteBuf> writer) {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        return last.getAndSet(over).thenCompose(ignored -> scan.next(START)).handle((done, problem) -> {
            over.complete(true);
            return Replies.of(
                    problem == null
                            ? writer
                            : out -> RespWriter.error(
                                    out, NodeException.of(problem).errorText()));
        });
    }

    /** A {@code SCAN} over all keys of a node. */
    private final class Scan {
        private final Endpoint node;
        private final int slot;
        private final @Nullable Set<ByteBuffer> names;
        private final long max;
        private long count;

        /**
         * @param names collects the names of at most {@code max} keys; null to count all keys instead
         */
        Scan(Endpoint node, int slot, @Nullable Set<ByteBuffer> names, long max) {
            this.node = node;
            this.slot = slot;
            this.names = names;
            this.max = max;
        }

        private void found(byte[] key) {
            count++;
            if (names != null && !isFull()) {
                names.add(ByteBuffer.wrap(key));
            }
        }

        private boolean isFull() {
            return names != null && names.size() >= max;
        }

        CompletionStage<Boolean> next(String cursor) {
            return nodes.call(node, "SCAN", cursor, "COUNT", Integer.toString(BATCH))
                    .thenCompose(this::take);
        }

        private CompletionStage<Boolean> take(RespValue reply) {
            String cursor = add(reply);
            return cursor.equals(START) || isFull() ? CompletableFuture.completedFuture(true) : next(cursor);
        }

        /**
         * Processes a batch.
         *
         * @return the next cursor
         */
        private String add(RespValue reply) {
            return eachKey(node, reply, key -> {
                if (Slot.of(key) == slot) {
                    found(key);
                }
            });
        }
    }

    /**
     * Takes the keys of a batch.
     *
     * @return the next cursor
     */
    private static String eachKey(Endpoint node, RespValue reply, Consumer<byte[]> action) {
        if (reply instanceof RespValue.Array array
                && array.items().size() == 2
                && array.items().get(0) instanceof RespValue.Bulk cursor
                && array.items().get(1) instanceof RespValue.Array keys) {
            for (RespValue key : keys.items()) {
                if (key instanceof RespValue.Bulk bulk) {
                    action.accept(bulk.bytes());
                }
            }
            return cursor.text();
        }
        throw NodeException.unexpectedReply("node " + node + " answered SCAN with something else");
    }
}
