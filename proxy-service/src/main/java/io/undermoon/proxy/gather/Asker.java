package io.undermoon.proxy.gather;

import io.undermoon.proxy.backend.ReplyReceiver;

/** Who waits for the one reply that is made of several. */
public interface Asker extends ReplyReceiver {
    /** Whether the reply is still wanted: false once the client is gone. */
    boolean isWaiting();
}
