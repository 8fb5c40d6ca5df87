package io.undermoon.proxy.control.nodes;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendQuery;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts and names the keys of a slot. A Redis that is no cluster keeps no index by slot, so the names of all keys of the node,
 * whatever their slot, come over the connection and are hashed here, in batches of {@value #BATCH} between which the node serves
 * others. That is for an operator now and then, not for a program's loop.
 *
 * <p>One search runs at a time, the others wait, so that many of them do not take the node away from its clients. As with
 * any SCAN, a key that comes, goes or is moved within the node's table meanwhile may be found or not, or be counted twice.
 * Thread-safe.
 */
public final class SlotKeys {
    private static final int BATCH = 1000;
    private static final String START = "0";

    private final BackendQuery nodes;
    private final AtomicReference<CompletionStage<?>> last =
            new AtomicReference<>(CompletableFuture.completedFuture(null));

    public SlotKeys(BackendQuery nodes) {
        this.nodes = nodes;
    }

    /** How many there are, an error where the node does not answer; never fails. To be released by the caller. */
    public CompletionStage<ByteBuf> count(Endpoint node, int slot) {
        return search(new Count(node, slot));
    }

    /** Their names, up to a number of them; otherwise as {@link #count}. */
    public CompletionStage<ByteBuf> names(Endpoint node, int slot, long max) {
        return search(new Names(node, slot, max));
    }

    private CompletionStage<ByteBuf> search(Scan scan) {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        return last.getAndSet(over).thenCompose(ignored -> scan.next(START)).handle((done, problem) -> {
            over.complete(true);
            return reply(scan, problem);
        });
    }

    private static ByteBuf reply(Scan scan, @Nullable Throwable problem) {
        ByteBuf out = Unpooled.buffer();
        if (problem == null) {
            scan.write(out);
        } else {
            RespWriter.error(out, NodeReplies.error(problem));
        }
        return out;
    }

    /** One walk over all keys of a node. */
    private abstract class Scan {
        private final Endpoint node;
        private final int slot;

        Scan(Endpoint node, int slot) {
            this.node = node;
            this.slot = slot;
        }

        /** A key of the slot was found. */
        abstract void found(byte[] key);

        /** Whether no more keys are wanted. */
        abstract boolean isFull();

        abstract void write(ByteBuf out);

        CompletionStage<Boolean> next(String cursor) {
            return nodes.ask(node, List.of("SCAN", cursor, "COUNT", Integer.toString(BATCH)))
                    .thenCompose(this::take);
        }

        private CompletionStage<Boolean> take(ByteBuf reply) {
            String cursor;
            try {
                cursor = add(new RespReader(RespLimits.CONTROL).read(reply));
            } finally {
                reply.release();
            }
            return cursor.equals(START) || isFull() ? CompletableFuture.completedFuture(true) : next(cursor);
        }

        /**
         * Takes a batch.
         *
         * @return the cursor of the next one
         */
        private String add(@Nullable RespValue reply) {
            if (reply instanceof RespValue.Failure failure) {
                throw new NodeReplies.RefusedException(failure.text());
            }
            if (reply instanceof RespValue.Array array
                    && array.items().size() == 2
                    && array.items().get(0) instanceof RespValue.Bulk cursor
                    && array.items().get(1) instanceof RespValue.Array keys) {
                for (RespValue key : keys.items()) {
                    if (key instanceof RespValue.Bulk bulk && Slot.of(bulk.bytes()) == slot) {
                        found(bulk.bytes());
                    }
                }
                return cursor.text();
            }
            throw new NodeReplies.RefusedException("ERR node " + node + " answered SCAN with something else");
        }
    }

    private final class Count extends Scan {
        private long count;

        Count(Endpoint node, int slot) {
            super(node, slot);
        }

        @Override
        void found(byte[] key) {
            count++;
        }

        @Override
        boolean isFull() {
            return false;
        }

        @Override
        void write(ByteBuf out) {
            RespWriter.integer(out, count);
        }
    }

    private final class Names extends Scan {
        private final Set<ByteBuffer> names = new LinkedHashSet<>();
        private final long max;

        Names(Endpoint node, int slot, long max) {
            super(node, slot);
            this.max = max;
        }

        @Override
        void found(byte[] key) {
            if (!isFull()) {
                names.add(ByteBuffer.wrap(key));
            }
        }

        @Override
        boolean isFull() {
            return names.size() >= max;
        }

        @Override
        void write(ByteBuf out) {
            RespWriter.array(out, names.size());
            names.forEach(name -> RespWriter.bulk(out, name.array()));
        }
    }
}
