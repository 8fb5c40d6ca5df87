package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;

/** The receiver of one reply of a backend. Called on the loop that owns the connection. */
public interface ReplyReceiver {
    /**
     * Takes the next part of the reply. The bytes are valid during the call only.
     *
     * @param last whether the reply ends with this part; no method is called after it
     */
    void reply(ByteBuf in, int from, int to, boolean last);

    /** There will be no reply, or no more of it. No method is called after it. */
    void fail(BackendFailure failure);
}
