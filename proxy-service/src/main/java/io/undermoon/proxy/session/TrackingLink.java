package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client that tracks keys: takes the messages about changed keys that come on it, and notices when it is
 * dead. Owned by the client's loop.
 */
final class TrackingLink implements ReplyReceiver {
    private static final ByteBuf PING =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("*1\r\n$4\r\nPING\r\n", StandardCharsets.US_ASCII));

    private final Tracking tracking;
    private final PinnedConnection connection;

    /** The beginning of a message whose end is not there yet. */
    private @Nullable ByteBuf partial;

    private boolean joined;
    private boolean over;
    private boolean pinging;
    private long pingedNanos;

    TrackingLink(Tracking tracking, PinnedConnection connection) {
        this.tracking = tracking;
        this.connection = connection;
        connection.onPush(this);
    }

    PinnedConnection connection() {
        return connection;
    }

    /** Whether the other side has once said that it tracks, so that the client may have kept what was read here. */
    boolean hasJoined() {
        return joined;
    }

    /**
     * Asks the other side to track. Where it refuses, the connection ends: nothing is to be read on it untracked.
     *
     * @param whenAnswered told null, or the error without the leading {@code -}
     */
    void join(TrackingOptions options, boolean isPeer, Consumer<@Nullable String> whenAnswered) {
        ByteBuf command = Unpooled.buffer();
        options.writeTo(command, isPeer);
        connection.sendAll(command, 1, new Answer(error -> {
            joined |= error == null;
            whenAnswered.accept(error);
            if (error != null) {
                connection.close("tracking was refused: " + error);
            }
        }));
    }

    /** Finds out whether the other side is still there: a connection that is dead tells of no change. */
    void probe(long nowNanos, long limitNanos) {
        if (!pinging) {
            pinging = true;
            pingedNanos = nowNanos;
            connection.sendAll(PING, 1, new Answer(error -> pinging = false));
        } else if (nowNanos - pingedNanos > limitNanos) {
            connection.close("no reply within the time limit");
        }
    }

    /** Takes no more part, without a word to the client; replies in flight still come. */
    void retire() {
        end();
        connection.retire();
    }

    /** Ends at once, without a word to the client. */
    void close() {
        end();
        connection.close();
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (over) {
            return;
        }
        ByteBuf begun = partial;
        if (last && begun == null) {
            tracking.push(in, from, to);
            return;
        }
        if (begun == null) {
            begun = in.alloc().buffer(2 * (to - from));
            partial = begun;
        }
        begun.writeBytes(in, from, to - from);
        if (last) {
            partial = null;
            tracking.push(begun, 0, begun.writerIndex());
            begun.release();
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        if (!over) {
            end();
            tracking.lost(this);
        }
    }

    private void end() {
        over = true;
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    /** Takes a short reply: null if it is no error. */
    private record Answer(StringBuilder text, Consumer<@Nullable String> whenAnswered) implements ReplyReceiver {
        Answer(Consumer<@Nullable String> whenAnswered) {
            this(new StringBuilder(), whenAnswered);
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            text.append(in.toString(from, to - from, StandardCharsets.UTF_8));
            if (last) {
                String reply = text.toString().trim();
                whenAnswered.accept(reply.startsWith("-") ? reply.substring(1) : null);
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            whenAnswered.accept(failure.message());
        }
    }
}
