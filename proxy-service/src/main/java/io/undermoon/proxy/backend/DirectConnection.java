package io.undermoon.proxy.backend;

import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Redis node for one task of the proxy itself. A command may be written in pieces, so that a large
 * value passes through without being buffered whole; commands sent meanwhile follow it. The connection does not
 * reconnect: its owner has to know when it is lost, because a command without a reply may still be executed.
 *
 * <p>Owned by its loop.
 */
public final class DirectConnection extends BackendConnection {
    /** The task that uses the connection. */
    public interface Owner {
        /** Commands may be sent from now on. */
        void ready();

        /** The connection is gone, or could not be established; called once, before the receivers of replies fail. */
        void lost(String reason);

        /** The connection is writable again. */
        void writable();
    }

    private final Owner owner;

    /** The commands sent while another one is written in pieces. */
    private final ArrayDeque<CommandFrame> held = new ArrayDeque<>();

    private boolean inPieces;

    /**
     * @param replyTimeoutMillis how long the node may send nothing while a reply is due before the connection is
     *     closed; commands on large values take long
     */
    public DirectConnection(ProxyLoop loop, Endpoint endpoint, long replyTimeoutMillis, Owner owner) {
        super(loop, endpoint, Access.PROXY, Protocol.RESP2, replyTimeoutMillis);
        this.owner = owner;
        connect();
    }

    /** Sends a command; the receiver gets its reply, or the reason why there is none. */
    public void send(CommandFrame frame, ReplyReceiver receiver) {
        if (!accept(receiver)) {
            return;
        }
        if (!isReady()) {
            closeNow("not connected");
        } else if (inPieces) {
            held.add(frame);
        } else {
            write(frame);
        }
    }

    /** Begins a command that the caller writes in pieces to {@link #out}, until {@link #end}. */
    public void begin(ReplyReceiver receiver) {
        queueReceiver(receiver);
        inPieces = true;
    }

    /** Ends the command in pieces. */
    public void end() {
        inPieces = false;
        for (CommandFrame frame = held.poll(); frame != null; frame = held.poll()) {
            write(frame);
        }
    }

    /** Queues the receiver of a command that the caller writes whole to {@link #out}. */
    public void expect(ReplyReceiver receiver) {
        queueReceiver(receiver);
    }

    /** The number of commands sent so far. */
    public long sent() {
        return answeredCount() + inFlight();
    }

    /** The output of the loop's turn, to append commands to; null when the connection is gone. */
    public @Nullable OutputBatch out() {
        return batch();
    }

    /** Whether the output drains; while it does not, or before the connection is ready, callers should stop sending. */
    @Override
    public boolean isWritable() {
        return isReady() && super.isWritable();
    }

    /** Reads replies, or leaves them in the socket while their receiver cannot take them. */
    public void setReading(boolean wanted) {
        autoRead(wanted);
    }

    /** Closes at once; commands in flight fail. */
    public void close(String reason) {
        closeNow(reason);
    }

    @Override
    void onReady() {
        owner.ready();
    }

    @Override
    void onDisconnected(String reason, boolean wasReady, BackendFailure failure) {
        held.clear();
        owner.lost(endpoint() + ": " + reason);
        failAll(failure);
    }

    @Override
    void writable() {
        if (isReady()) {
            owner.writable();
        }
    }
}
