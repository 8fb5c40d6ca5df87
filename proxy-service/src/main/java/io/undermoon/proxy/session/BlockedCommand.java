package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.backend.UnblockOutcome;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command that waits at a backend on a connection of its own, from when it is sent until its reply is in.
 *
 * <p>It ends in one of these ways: the reply comes and is passed on; the connection is lost and the client is told; the client
 * leaves and the connection is closed; or it is to {@link #comeAgain}: then the backend is asked to unblock it with an error, which
 * tells apart, beyond doubt, that nothing was taken from that something was. On the error the command comes again, with what
 * is left of its time; on any other reply that is passed on. Owned by the session's loop.
 */
final class BlockedCommand implements ReplyReceiver {
    /** No slot: the command is about a node. */
    static final int NO_SLOT = -1;

    private static final byte[] UNBLOCKED = "-UNBLOCKED ".getBytes(StandardCharsets.US_ASCII);

    /** The command may be on its way still when the backend is asked to unblock it. */
    private static final long RETRY_MILLIS = 5;

    private final SessionLoop loop;
    private final ClientSession session;
    private final Command command;
    private final CommandFrame frame;
    private final int slot;
    private final int hopsLeft;
    private final PinnedConnection connection;
    private final PendingReply reply;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

    private boolean begun;
    private boolean comesAgain;

    /** How often somebody else asks for the error, or got it. */
    private int errorsWanted;

    /** An error as far as it has come; errors are short. */
    private @Nullable ByteBuf error;

    /**
     * @param frame copied
     * @param slot of the keys, or {@link #NO_SLOT}
     * @param hopsLeft what the command came with, see {@link Router#nextHops}
     */
    BlockedCommand(
            SessionLoop loop,
            ClientSession session,
            Command command,
            CommandFrame frame,
            int slot,
            int hopsLeft,
            PinnedConnection connection) {
        this.loop = loop;
        this.session = session;
        this.command = command;
        this.frame = BlockingTimeout.rest(command, frame, 0);
        this.slot = slot;
        this.hopsLeft = hopsLeft;
        this.connection = connection;
        this.reply = session.expectBlockingReply(command.id());
        session.state().blocked(this);
        session.client().blocked(true);
        loop.blocked().add(this);
    }

    PinnedConnection connection() {
        return connection;
    }

    Endpoint endpoint() {
        return connection.endpoint();
    }

    /** The slot of the keys, or {@link #NO_SLOT}. */
    int slot() {
        return slot;
    }

    /** Completes when the command waits here no more: its reply is in, or it comes again. */
    CompletionStage<@Nullable Void> end() {
        return end;
    }

    /** Ends the waiting on somebody's behalf; the client gets what the backend says. Tells whether it was waiting. */
    void unblock(boolean withError, Consumer<Boolean> outcome) {
        if (withError) {
            errorsWanted++;
        }
        connection.unblock(withError, result -> {
            if (withError && result != UnblockOutcome.UNBLOCKED) {
                errorsWanted--;
            }
            outcome.accept(result == UnblockOutcome.UNBLOCKED);
        });
    }

    /** Ends the waiting, and unless a reply comes in the same moment has the command dispatched again. */
    void comeAgain() {
        if (!comesAgain) {
            comesAgain = true;
            askToUnblock();
        }
    }

    private void askToUnblock() {
        if (end.isDone()) {
            return;
        }
        connection.unblock(true, result -> {
            if (end.isDone() || result == UnblockOutcome.UNBLOCKED) {
                return;
            }
            if (result == UnblockOutcome.NOT_BLOCKED) {
                loop.proxyLoop().eventLoop().schedule(this::askToUnblock, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                // A backend that is cut off may never answer; the client is told that nobody knows what happened.
                connection.close();
            }
        });
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        ByteBuf collected = error;
        if (!begun && in.getByte(from) == '-') {
            collected = Unpooled.buffer();
            error = collected;
        }
        begun = true;
        if (collected == null) {
            if (last) {
                leave();
                session.state().giveBack(connection, true);
            }
            reply.reply(in, from, to, last);
        } else {
            collected.writeBytes(in, from, to - from);
            if (last) {
                endWithError(collected);
            }
        }
        if (last) {
            end.complete(null);
        }
    }

    private void endWithError(ByteBuf text) {
        leave();
        boolean unblocked = startsWith(text, UNBLOCKED);
        // A node that became a replica says so too, and hangs up.
        session.state().giveBack(connection, !unblocked);
        if (unblocked && comesAgain && errorsWanted == 0 && reply.isWaiting()) {
            long elapsed = System.nanoTime() - startNanos;
            session.comeAgain(reply, BlockingTimeout.rest(command, frame, elapsed), hopsLeft);
        } else {
            reply.reply(text, 0, text.writerIndex(), true);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        leave();
        reply.fail(failure);
        end.complete(null);
    }

    /** The client is gone. */
    void abandon() {
        connection.close();
    }

    private void leave() {
        loop.blocked().remove(this);
        session.state().blocked(null);
        session.client().blocked(false);
    }

    private static boolean startsWith(ByteBuf text, byte[] prefix) {
        if (text.readableBytes() < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (text.getByte(text.readerIndex() + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
