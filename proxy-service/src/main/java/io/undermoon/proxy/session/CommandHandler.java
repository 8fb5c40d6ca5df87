package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;

/**
 * Carries out the commands of the sessions of one event loop. A session cuts its input into commands and calls the
 * handler with each; the handler writes the reply at once ({@link ClientSession#replyBuffer}) or takes the place for a
 * later one ({@link ClientSession#expectReply}). Owned by the loop.
 */
public interface CommandHandler {
    /** The number of hops left of a command that a client sent itself; commands from peers have 0 or more. */
    int NOT_FORWARDED = -1;

    /**
     * Carries out the next command of a session.
     *
     * @param frame valid during the call
     * @param hopsLeft how many more proxies may forward the command, or {@link #NOT_FORWARDED}
     * @return false when the command has to be handled again later: all replies have to be in first, or the session is
     *     {@linkplain ClientSession#hold held}
     */
    boolean handle(ClientSession session, CommandFrame frame, int hopsLeft);

    /** Whether the next command of a client shows that the limit on the number of clients is not for it. */
    Admission admission(ClientSession session, CommandFrame frame);

    /** Where the command belongs that the readable bytes begin with; asked on loops that do not serve clients. */
    Place placeOf(ByteBuf input);

    /** What a command of a client beyond the limit shows. */
    enum Admission {
        /** The client is a peer, a coordinator or a broker. */
        ADMITTED,
        /** The client may be one, and the command is carried out. */
        UNDETERMINED,
        REFUSED
    }

    /** The reply to a command is complete. */
    void answered(PendingReply reply);
}
