package io.undermoon.proxy.migration;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A connection to a node on which keys are deleted, and nothing else is done. KeyDB executes {@code SCAN} in the
 * background, and ends itself when the connection has had a command with a time limit before, such as the {@code WAIT}
 * after a change of a record: it takes the time limit for that of the {@code SCAN}. Owned by the loop.
 */
final class SweepConnection implements DirectConnection.Owner {
    private static final long TIMEOUT_MILLIS = 30_000;

    private final CompletableFuture<SweepConnection> ready = new CompletableFuture<>();
    private final DirectConnection connection;

    SweepConnection(ProxyLoop loop, Endpoint node) {
        this.connection = new DirectConnection(loop, node, TIMEOUT_MILLIS, this);
    }

    /** Completed when commands may be sent; fails when there is no connection. */
    CompletionStage<SweepConnection> whenReady() {
        return ready;
    }

    CompletionStage<RespValue> call(CommandFrame command) {
        return NodeClient.call(connection, command);
    }

    void close() {
        connection.close("no longer needed");
    }

    @Override
    public void ready() {
        ready.complete(this);
    }

    @Override
    public void lost(String reason) {
        ready.completeExceptionally(new IllegalStateException(reason));
    }

    @Override
    public void writable() {
        // What is sent is short.
    }
}
