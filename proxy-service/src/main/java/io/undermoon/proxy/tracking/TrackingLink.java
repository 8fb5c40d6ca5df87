package io.undermoon.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a client that tracks keys to one endpoint: receives the invalidation messages, and detects that it
 * is dead. A client that speaks RESP2, or redirects its messages, has a second connection, in RESP3, to which the
 * endpoint redirects them. Owned by the client's loop.
 */
final class TrackingLink implements ReplyReceiver {
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Tracking tracking;
    private final PinnedConnection connection;
    private final @Nullable PinnedConnection messages;
    private final List<Probe> probes = new ArrayList<>();

    /** A message that has not arrived completely. */
    private @Nullable ByteBuf partial;

    private boolean joined;
    private boolean ended;

    /**
     * @param messages where the messages come; null if on the connection itself
     */
    TrackingLink(Tracking tracking, PinnedConnection connection, @Nullable PinnedConnection messages) {
        this.tracking = tracking;
        this.connection = connection;
        this.messages = messages;
        connection.onPush(this);
        probes.add(new Probe(connection));
        if (messages != null) {
            messages.onPush(this);
            probes.add(new Probe(messages));
        }
    }

    PinnedConnection connection() {
        return connection;
    }

    /** Whether the messages come on a connection of their own. */
    boolean hasOwnForMessages() {
        return messages != null;
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
        Answer answer = new Answer(error -> {
            joined |= error == null;
            whenAnswered.accept(error);
            if (error != null) {
                connection.close("tracking was refused: " + error);
            }
        });
        if (messages == null) {
            connection.sendAll(options.command(isPeer, Invalidations.NO_REDIRECT), 1, answer);
            return;
        }
        ByteBuf place = connection.awaitCommand(answer);
        if (place == null) {
            return;
        }
        messages.whenIdKnown(id -> {
            if (id == 0) {
                connection.close("the connection for invalidation messages has no id");
            } else {
                connection.sendAwaited(place, options.command(isPeer, id));
            }
        });
    }

    /**
     * Detects a dead connection, on which invalidation messages would be missed.
     *
     * @param used whether a command may keep the connection of the client's commands busy for long
     */
    void probe(boolean used, long nowNanos, long limitNanos) {
        for (Probe probe : List.copyOf(probes)) {
            if (!used || probe.connection != connection) {
                probe.ask(nowNanos, limitNanos);
            }
        }
    }

    /** Closes the connection when the replies in flight are in; the client is not told. */
    void retire() {
        end();
        connection.retire();
        closeMessages();
    }

    /** Closes the connection at once; the client is not told. */
    void close() {
        end();
        connection.close();
        closeMessages();
    }

    private void closeMessages() {
        if (messages != null) {
            messages.close();
        }
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
            connection.close("the connection for invalidation messages was lost");
            closeMessages();
        }
    }

    private void end() {
        ended = true;
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    /** Pings one connection, one at a time. */
    private static final class Probe {
        private final PinnedConnection connection;
        private boolean pinging;
        private long pingedNanos;

        Probe(PinnedConnection connection) {
            this.connection = connection;
        }

        void ask(long nowNanos, long limitNanos) {
            if (!pinging) {
                pinging = true;
                pingedNanos = nowNanos;
                connection.sendAll(Unpooled.wrappedBuffer(PING), 1, new Answer(error -> pinging = false));
            } else if (nowNanos - pingedNanos > limitNanos) {
                connection.close("no reply within the time limit");
            }
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
