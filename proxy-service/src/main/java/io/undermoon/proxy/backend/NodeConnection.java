package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;

/**
 * A connection to a Redis node or a peer proxy that clients' commands are sent on: shared by the clients of an event
 * loop, or pinned to one client. Commands are written, and their replies received, in the order of the calls; a command
 * is written at most once.
 *
 * <p>Owned by its event loop: every method is called on it, and so is every receiver. The bytes of a command are copied
 * or retained as needed, so the caller keeps its buffer.
 */
public interface NodeConnection {
    /** The other side. */
    Endpoint endpoint();

    /** The protocol of the replies. */
    Protocol protocol();

    /** Sends a command; the receiver gets its reply, or the reason why there is none. */
    void send(CommandFrame frame, ReplyReceiver receiver);

    /** Sends a command to a peer, wrapped as {@code UMFORWARD <hopsLeft> <command>}. */
    void sendForwarded(CommandFrame frame, int hopsLeft, ReplyReceiver receiver);

    /**
     * Sends several commands with no other command between them, such as a transaction.
     *
     * @param commands the bytes of all commands
     * @param count the number of commands
     * @param others gets all replies but the last, one after the other
     */
    void sendAll(ByteBuf commands, int count, ReplyReceiver others, ReplyReceiver last);

    /** Sends several commands with no other command between them, and ignores all replies but the last. */
    default void sendAll(ByteBuf commands, int count, ReplyReceiver last) {
        sendAll(commands, count, IgnoredReply.INSTANCE, last);
    }

    /** Whether the output drains; while it does not, callers should stop sending. */
    boolean isWritable();

    /** Calls back once: when the connection is established, becomes writable again, or is gone. */
    void whenWritable(Runnable callback);
}
