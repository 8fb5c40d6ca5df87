package io.undermoon.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client that tracks keys: receives the invalidation messages on it, and detects that it is dead.
 * Owned by the client's loop.
 */
final class TrackingLink implements ReplyReceiver {
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Tracking tracking;
    private final PinnedConnection connection;

    /** A message that has not arrived completely. */
    private @Nullable ByteBuf partial;

    private boolean joined;
    private boolean ended;
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

    /** Whether the other side has confirmed tracking, so that the client may have cached what it read here. */
    boolean hasJoined() {
        return joined;
    }

    /**
     * Asks the other side to track. If it refuses, the connection is closed: nothing must be read on it untracked.
     *
     * @param whenAnswered gets null, or the error without the leading {@code -}
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

    /** Detects a dead connection, on which invalidation messages would be missed. */
    void probe(long nowNanos, long limitNanos) {
        if (!pinging) {
            pinging = true;
            pingedNanos = nowNanos;
            connection.sendAll(Unpooled.wrappedBuffer(PING), 1, new Answer(error -> pinging = false));
        } else if (nowNanos - pingedNanos > limitNanos) {
            connection.close("no reply within the time limit");
        }
    }

    /** Closes the connection when the replies in flight are in; the client is not told. */
    void retire() {
        end();
        connection.retire();
    }

    /** Closes the connection at once; the client is not told. */
    void close() {
        end();
        connection.close();
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (ended) {
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
        if (!ended) {
            end();
            tracking.lost(this);
        }
    }

    private void end() {
        ended = true;
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    /** Collects a short reply and passes on its error, or null if it is no error. */
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
