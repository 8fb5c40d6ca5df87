package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * A connection on which the node also sends messages that answer no command, such as those of channels. Every value
 * that arrives goes to the one owner, who tells replies from messages. The connection does not reconnect. Owned by its
 * loop.
 */
public final class SubscriptionConnection extends BackendConnection {
    /**
     * The receiver of everything; {@link ReplyReceiver#fail} is called once, with the reason why the connection is
     * gone.
     */
    public interface Owner extends ReplyReceiver {
        /** Commands may be written from now on. */
        void ready();

        /** The number of replies that are due; while it is not 0, silence for too long closes the connection. */
        int answersDue();
    }

    private final Owner owner;

    public SubscriptionConnection(ProxyLoop loop, Endpoint endpoint, Owner owner) {
        super(loop, endpoint, Access.PROXY, Protocol.RESP2, loop.settings().replyTimeoutMillis());
        this.owner = owner;
        connect();
    }

    /**
     * The buffer to append commands to, from {@link Owner#ready} to the end; they leave at the end of the loop's turn.
     */
    public ByteBuf out() {
        return buffer();
    }

    /** Reads what arrives, or leaves it in the socket for now. */
    public void setReading(boolean wanted) {
        autoRead(wanted);
    }

    /** Closes at once; the owner is called as at any other end. */
    public void close(String reason) {
        closeNow(reason);
    }

    @Override
    void onReady() {
        owner.ready();
    }

    @Override
    void onDisconnected(String reason, boolean wasReady, BackendFailure failure) {
        owner.fail(new BackendFailure(reason));
    }

    @Override
    @Nullable
    ReplyReceiver current() {
        return problem() == null ? owner : null;
    }

    @Override
    void answered() {
        // The owner tells replies from messages.
    }

    @Override
    int inFlight() {
        return problem() == null ? owner.answersDue() : 0;
    }
}
