package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendQuery;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Counts the keys of a slot. A Redis that is no cluster keeps no index by slot, so the names of all keys of the node, whatever
 * their slot, come over the connection and are hashed here, in batches of {@value #BATCH} between which the node serves
 * others. That is for an operator now and then, not for a program's loop.
 *
 * <p>One count runs at a time, the others wait, so that many of them do not take the node away from its clients. As with
 * any SCAN, a key that comes, goes or is moved within the node's table meanwhile may be counted or not, or twice.
 * Thread-safe.
 */
final class SlotKeyCounter {
    private static final int BATCH = 1000;
    private static final String START = "0";

    private final BackendQuery nodes;
    private CompletionStage<?> last = CompletableFuture.completedFuture(null);

    SlotKeyCounter(BackendQuery nodes) {
        this.nodes = nodes;
    }

    /** The reply, an error where the node does not answer; never fails. To be released by the caller. */
    synchronized CompletionStage<ByteBuf> count(Endpoint node, int slot) {
        CompletionStage<ByteBuf> reply =
                last.thenCompose(ignored -> new Scan(node, slot).next(START)).handle(SlotKeyCounter::reply);
        last = reply;
        return reply;
    }

    private static ByteBuf reply(@Nullable Long count, @Nullable Throwable problem) {
        ByteBuf out = Unpooled.buffer();
        if (count != null) {
            RespWriter.integer(out, count);
        } else {
            RespWriter.error(out, NodeReplies.error(problem));
        }
        return out;
    }

    private final class Scan {
        private final Endpoint node;
        private final int slot;
        private long found;

        Scan(Endpoint node, int slot) {
            this.node = node;
            this.slot = slot;
        }

        CompletionStage<Long> next(String cursor) {
            return nodes.ask(node, List.of("SCAN", cursor, "COUNT", Integer.toString(BATCH)))
                    .thenCompose(this::take);
        }

        private CompletionStage<Long> take(ByteBuf reply) {
            String cursor;
            try {
                cursor = add(new RespReader(RespLimits.CONTROL).read(reply));
            } finally {
                reply.release();
            }
            return cursor.equals(START) ? CompletableFuture.completedFuture(found) : next(cursor);
        }

        /**
         * Counts a batch.
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
                        found++;
                    }
                }
                return cursor.text();
            }
            throw new NodeReplies.RefusedException("ERR node " + node + " answered SCAN with something else");
        }
    }
}
