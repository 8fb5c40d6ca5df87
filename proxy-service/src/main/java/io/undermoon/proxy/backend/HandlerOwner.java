package io.undermoon.proxy.backend;

import io.netty.channel.Channel;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import org.jspecify.annotations.Nullable;

/** What a {@link BackendHandler} tells and asks the connection it works for. All on the loop. */
interface HandlerOwner {
    Endpoint endpoint();

    /** What is to be spoken on the connection. */
    default Protocol protocol() {
        return Protocol.RESP2;
    }

    /** The other side does not speak the protocol; {@link #disconnected} follows. */
    default void protocolRefused() {
        // For those who may ask for another one.
    }

    /** Whether messages may come that answer no command. */
    default boolean hasPushes() {
        return protocol() == Protocol.RESP3;
    }

    /** Who takes the message that comes in now and answers no command; null when nobody does. */
    default @Nullable ReplyReceiver pushes() {
        return null;
    }

    /** Whether silence while commands are in flight means that the connection is dead. */
    boolean expectsPromptReplies();

    /** The connection is made and logged in. */
    void ready(Channel channel);

    /** The connection could not be made. */
    default void connectFailed(String reason) {
        disconnected(reason);
    }

    /** The connection, made or not, is gone. */
    void disconnected(String reason);

    /** Who waits for the reply that comes in now; null when nobody does. */
    @Nullable
    ReplyReceiver current();

    /** The reply that came in is complete. */
    void answered();

    int inFlight();

    /** What was written is leaving again. */
    void writable();
}
