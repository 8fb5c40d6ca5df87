package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.OutputLimit;

/**
 * How close one client is to the {@link ClientLimits}, and how many of its commands may wait for replies: that number grows to the
 * configured one while the client takes its replies and shrinks to one while it does not, so that large replies do not pile
 * up for a slow reader. Owned by the client's loop.
 */
final class SessionLimits {
    private static final int FIRST_WINDOW = 64;

    private final ClientRegistry clients;
    private final Channel channel;
    private final int maxPipeline;
    private final OutputGuard guard = new OutputGuard();
    private int window;

    /** Whether the client has not taken its replies since the window was last looked at. */
    private boolean congested;

    private boolean wasCongested;

    SessionLimits(ClientRegistry clients, Channel channel, int maxPipeline) {
        this.clients = clients;
        this.channel = channel;
        this.maxPipeline = maxPipeline;
        this.window = Math.min(FIRST_WINDOW, maxPipeline);
    }

    /** The limits as of now. */
    ClientLimits now() {
        return clients.limits();
    }

    /** Whether no more commands may wait than so many. */
    boolean isFull(int replies) {
        return replies >= window;
    }

    /** Whether there is room for more than a few commands. */
    boolean hasRoom(int replies) {
        return replies <= window / 2;
    }

    /** The client does not take what is sent. */
    void congested() {
        congested = true;
        wasCongested = true;
        window = Math.max(1, window / 2);
    }

    /** The client has taken what made it wait. */
    void relieved() {
        if (!congested) {
            // Fast until the client was slow once, and slowly from then on.
            window = Math.min(wasCongested ? window + 1 + window / 8 : 2 * window, maxPipeline);
        }
        congested = false;
    }

    /** What was written and the client has not taken. */
    long outputBytes() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return outbound == null ? 0 : outbound.totalPendingWriteBytes();
    }

    /** Whether a client that does not listen to messages is to be cut off for what waits for it. */
    boolean isOutputExceeded(long keptBytes) {
        OutputLimit limit = now().output().normal();
        return limit.isSet() && guard.isExceeded(limit, outputBytes() + keptBytes, System.nanoTime());
    }

    /** Whether a client that does nothing is to be disconnected by now. */
    boolean isIdleTooLong(long idleMillis) {
        long limit = now().idleMillis();
        return limit > 0 && idleMillis >= limit && outputBytes() == 0;
    }
}
