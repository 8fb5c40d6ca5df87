package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.SessionFeature;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Watched keys: they live on a connection of the client's own, which also takes the client's other commands for that
 * node, so that all is executed in the order it was sent. Owned by the session's loop.
 */
public final class Watch implements SessionFeature {
    private static final byte[] UNWATCH = "*1\r\n$7\r\nUNWATCH\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ClientSession session;
    private final PinnedConnection connection;
    private final int slot;

    /** How many {@code WATCH} wait for their replies, and whether one has got {@code OK}. */
    private int pending;

    private boolean watches;

    /**
     * @param slot of the watched keys
     */
    Watch(ClientSession session, PinnedConnection connection, int slot) {
        this.session = session;
        this.connection = connection;
        this.slot = slot;
        connection.watches(slot);
    }

    /** The watched keys of a session; null if there are none. */
    public static @Nullable Watch of(ClientSession session) {
        return (Watch) session.features().get(FeatureKind.WATCH);
    }

    @Override
    public FeatureKind kind() {
        return FeatureKind.WATCH;
    }

    public PinnedConnection connection() {
        return connection;
    }

    int slot() {
        return slot;
    }

    @Override
    public @Nullable NodeConnection connectionTo(Endpoint endpoint) {
        Endpoint own = connection.endpoint();
        return own.kind() == endpoint.kind() && own.address().equals(endpoint.address()) ? connection : null;
    }

    @Override
    public boolean uses(PinnedConnection other) {
        return other == connection;
    }

    /** A connection without another use is closed rather than cleaned: closing cannot fail. */
    @Override
    public void close() {
        connection.endWatching();
        if (session.features().use(connection)) {
            connection.sendIgnoringReply(Unpooled.wrappedBuffer(UNWATCH));
        } else {
            connection.close();
        }
    }

    /** Ends the watch once the connection is not needed for it any more, if it has not ended before. */
    private void end() {
        if (session.features().get(FeatureKind.WATCH) == this) {
            session.features().end(FeatureKind.WATCH);
            connection.endWatching();
            session.features().giveBack(connection, true);
        }
    }

    /** The receiver of the reply to a {@code WATCH} that is sent now. When none succeeds, nothing is watched. */
    ReplyReceiver watchReply(ReplyReceiver client) {
        pending++;
        return new WatchReply(client);
    }

    private final class WatchReply implements ReplyReceiver {
        private final ReplyReceiver client;
        private boolean begun;
        private boolean isError;

        WatchReply(ReplyReceiver client) {
            this.client = client;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (!begun) {
                begun = true;
                isError = in.getByte(from) == '-';
            }
            if (last) {
                answered(!isError);
            }
            client.reply(in, from, to, last);
        }

        @Override
        public void fail(BackendFailure failure) {
            answered(false);
            client.fail(failure);
        }

        private void answered(boolean success) {
            watches |= success;
            if (--pending == 0 && !watches) {
                end();
            }
        }
    }

    /** Passes on the reply to {@code EXEC}, which ends the watch; the connection is given back. */
    final class ExecReply implements ReplyReceiver {
        private final ReplyReceiver client;

        ExecReply(ReplyReceiver client) {
            this.client = client;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (last) {
                end();
            }
            client.reply(in, from, to, last);
        }

        @Override
        public void fail(BackendFailure failure) {
            end();
            client.fail(failure);
        }
    }
}
