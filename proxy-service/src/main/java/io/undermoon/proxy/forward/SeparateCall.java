package io.undermoon.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * One command on a connection of its own, which waits for no other command of any client. The connection is closed when
 * the reply has arrived. Owned by a loop.
 */
final class SeparateCall implements DirectConnection.Owner, ReplyReceiver {
    private final CommandFrame command;
    private final ReplyReceiver receiver;
    private @Nullable DirectConnection connection;
    private boolean isSent;

    private SeparateCall(CommandFrame command, ReplyReceiver receiver) {
        this.command = command;
        this.receiver = receiver;
    }

    /**
     * Sends a command; the receiver gets its reply, or the reason why there is none.
     *
     * @param command has to stay valid until then
     */
    static void send(ProxyLoop loop, Endpoint endpoint, CommandFrame command, ReplyReceiver receiver) {
        SeparateCall call = new SeparateCall(command, receiver);
        // A node answers nothing before a script has run for its busy-reply-threshold, 5 s by default.
        long timeoutMillis = loop.settings().silenceTimeoutMillis();
        call.connection = new DirectConnection(loop, endpoint, timeoutMillis, call);
    }

    @Override
    public void ready() {
        isSent = true;
        if (connection != null) {
            connection.send(command, this);
        }
    }

    @Override
    public void lost(String reason) {
        if (!isSent) {
            isSent = true;
            receiver.fail(new BackendFailure("CLUSTERDOWN node " + reason + "; nothing was executed"));
        }
    }

    @Override
    public void writable() {
        // There is nothing more to send.
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        receiver.reply(in, from, to, last);
        if (last && connection != null) {
            connection.close("its one command is answered");
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        receiver.fail(failure);
    }
}
