package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;

/** Who waits for a reply of a backend. Called on the loop that owns the connection. */
public interface ReplyReceiver {
    /**
     * The next part of the reply. The bytes are valid during the call only: whoever needs them later copies or retains them.
     *
     * @param last whether the reply ends with this part; nothing is called after it
     */
    void reply(ByteBuf in, int from, int to, boolean last);

    /** There will be no reply, or no more of it. Nothing is called after it. */
    void fail(BackendFailure failure);
}
