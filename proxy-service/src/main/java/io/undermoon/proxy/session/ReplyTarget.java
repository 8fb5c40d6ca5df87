package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.ReplyReceiver;

/** The receiver of the one reply that several replies of nodes are merged into. */
public interface ReplyTarget extends ReplyReceiver {
    /** Whether the reply is still wanted: false once the client has left. */
    boolean isWaiting();

    /** Notes that so many bytes of replies are kept for the reply, or, when negative, no longer are. */
    void hold(int bytes);
}
