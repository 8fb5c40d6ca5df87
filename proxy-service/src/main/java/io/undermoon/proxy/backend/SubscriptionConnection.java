package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.undermoon.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * A connection on which the other side also speaks unasked: messages of channels. Whatever arrives goes to its one owner,
 * value by value. It is not remade when it breaks. Owned by its loop.
 */
public final class SubscriptionConnection implements LoopFlusher.Flushable, HandlerOwner {
    /** Who receives everything; {@link ReplyReceiver#fail} says, once, why the connection is gone. */
    public interface Owner extends ReplyReceiver {
        /** Commands may be written from now on. */
        void ready();

        /** How many answers are due; when they are and nothing arrives for too long, the connection is given up. */
        int answersDue();
    }

    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final Owner owner;

    private ByteBuf unsent;
    private @Nullable Channel channel;
    private boolean dirty;
    private boolean closed;

    public SubscriptionConnection(ProxyLoop loop, Endpoint endpoint, Owner owner) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.owner = owner;
        this.unsent = loop.allocator().buffer();
        Connector.connect(loop, this);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Where to append commands, from {@link Owner#ready} until the end; they leave at the end of the loop's turn. */
    public ByteBuf out() {
        if (!dirty) {
            dirty = true;
            loop.flusher().add(this);
        }
        return unsent;
    }

    /** Has the connection bring what arrives, or leave it for a while where it is. */
    public void setReading(boolean wanted) {
        Channel current = channel;
        if (current != null) {
            current.config().setAutoRead(wanted);
        }
    }

    /** Closes; the owner is told like for any other end. */
    public void close(String reason) {
        Channel current = channel;
        if (current != null) {
            current.close();
        }
        disconnected(reason);
    }

    @Override
    public void flush() {
        dirty = false;
        Channel current = channel;
        if (current != null && !closed && unsent.isReadable()) {
            ByteBuf bytes = unsent;
            unsent = loop.allocator().buffer();
            current.writeAndFlush(bytes, current.voidPromise());
        }
    }

    @Override
    public boolean expectsPromptReplies() {
        return true;
    }

    @Override
    public void ready(Channel newChannel) {
        channel = newChannel;
        if (closed) {
            newChannel.close();
        } else {
            owner.ready();
        }
    }

    @Override
    public void disconnected(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        unsent.release();
        unsent = Unpooled.EMPTY_BUFFER;
        owner.fail(new BackendFailure(reason));
    }

    @Override
    public @Nullable ReplyReceiver current() {
        return closed ? null : owner;
    }

    @Override
    public void answered() {
        // The owner tells answers from messages itself.
    }

    @Override
    public int inFlight() {
        return closed ? 0 : owner.answersDue();
    }

    @Override
    public void writable() {
        // Commands are few and small.
    }
}
