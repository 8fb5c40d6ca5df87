package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.OutputLimit;

/**
 * Compares one client with the {@link ClientLimits}, and adapts how many of its commands may wait for replies: the
 * window grows to the configured one while the client reads its replies and shrinks to one while it does not, so that
 * large replies do not pile up for a slow reader. Owned by the client's loop.
 */
final class SessionLimits {
    private static final int FIRST_WINDOW = 64;

    private final ClientRegistry clients;
    private final Channel channel;
    private final int maxPipeline;
    private final OutputGuard guard = new OutputGuard();
    private int window;

    /** Whether the client has been slow to read since the window was last adapted. */
    private boolean congested;

    private boolean wasCongested;

    SessionLimits(ClientRegistry clients, Channel channel, int maxPipeline) {
        this.clients = clients;
        this.channel = channel;
        this.maxPipeline = maxPipeline;
        this.window = Math.min(FIRST_WINDOW, maxPipeline);
    }

    /** The limits that apply now. */
    ClientLimits now() {
        return clients.limits();
    }

    /** Whether so many pending replies fill the window. */
    boolean isFull(int replies) {
        return replies >= window;
    }

    /** Whether there is room in the window for more than a few commands. */
    boolean hasRoom(int replies) {
        return replies <= window / 2;
    }

    /** The client does not read what is sent. */
    void congested() {
        congested = true;
        wasCongested = true;
        window = Math.max(1, window / 2);
    }

    /** The client has read what made its session wait. */
    void relieved() {
        if (!congested) {
            // The window grows fast until the client was slow once, and slowly from then on.
            window = Math.min(wasCongested ? window + 1 + window / 8 : 2 * window, maxPipeline);
        }
        congested = false;
    }

    /** How many bytes were written and not sent yet. */
    long outputBytes() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return outbound == null ? 0 : outbound.totalPendingWriteBytes();
    }

    /** Whether a client without subscriptions exceeds the limit on output. */
    boolean isOutputExceeded(long keptBytes) {
        OutputLimit limit = now().output().normal();
        return limit.isSet() && guard.isExceeded(limit, outputBytes() + keptBytes, System.nanoTime());
    }

    /** Whether an idle client has to be disconnected. */
    boolean isIdleTooLong(long idleMillis) {
        long limit = now().idleMillis();
        return limit > 0 && idleMillis >= limit && outputBytes() == 0;
    }
}
