package io.undermoon.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;

/**
 * Takes the place of a connection that a client needs but cannot have, because too many are in use: every command
 * fails.
 */
record RefusedConnection(Endpoint endpoint) implements NodeConnection {
    @Override
    public Protocol protocol() {
        return Protocol.RESP3;
    }

    @Override
    public void send(CommandFrame frame, ReplyReceiver receiver) {
        receiver.fail(BackendFailure.TOO_MANY_PINNED);
    }

    @Override
    public void sendForwarded(CommandFrame frame, int hopsLeft, ReplyReceiver receiver) {
        receiver.fail(BackendFailure.TOO_MANY_PINNED);
    }

    @Override
    public void sendAll(ByteBuf commands, int count, ReplyReceiver others, ReplyReceiver last) {
        last.fail(BackendFailure.TOO_MANY_PINNED);
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void whenWritable(Runnable callback) {
        callback.run();
    }
}
