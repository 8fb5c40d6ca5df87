package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks a Redis node something on behalf of the proxy itself, over the connections of a loop that serves no clients, so that
 * neither delays the other. Usable from any thread.
 */
public final class BackendQuery {
    private final NodeConnections connections;

    public BackendQuery(NodeConnections connections) {
        this.connections = connections;
    }

    /** Sends a command in RESP2, see {@link #ask(Endpoint, Protocol, List)}. */
    public CompletionStage<ByteBuf> ask(Endpoint node, List<String> command) {
        return ask(node, Protocol.RESP2, command);
    }

    /**
     * Sends a command.
     *
     * @param protocol of the reply
     *
     * @return the whole reply as it came, an error reply included, to be released by the caller; fails with
     *     {@link QueryException} when there is none
     */
    public CompletionStage<ByteBuf> ask(Endpoint node, Protocol protocol, List<String> command) {
        CompletableFuture<ByteBuf> reply = new CompletableFuture<>();
        connections
                .loop()
                .execute(() -> connections.shared(node, protocol).send(CommandFrame.of(command), new Collector(reply)));
        return reply;
    }

    /** There is no reply. */
    public static final class QueryException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        QueryException(String message) {
            super(message);
        }
    }

    private final class Collector implements ReplyReceiver {
        private final CompletableFuture<ByteBuf> reply;
        private final ByteBuf collected = connections.loop().allocator().buffer();

        Collector(CompletableFuture<ByteBuf> reply) {
            this.reply = reply;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            collected.writeBytes(in, from, to - from);
            if (last) {
                reply.complete(collected);
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            collected.release();
            reply.completeExceptionally(new QueryException(failure.message()));
        }
    }
}
