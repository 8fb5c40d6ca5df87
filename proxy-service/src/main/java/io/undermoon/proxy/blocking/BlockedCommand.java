package io.undermoon.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.backend.UnblockOutcome;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.BlockedFeature;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.PendingReply;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command that blocks at a node or peer on a pinned connection, from when it is sent until its reply is in.
 *
 * <p>It ends in one of these ways: the reply arrives and is passed on; the connection is lost and the client is told;
 * the client leaves and the connection is closed; or it is to be {@linkplain #repeat repeated}: then the node is asked
 * to unblock it with an error, which tells for certain whether an element was taken or not. On that error the command
 * is handled again, with what is left of its time; any other reply is passed on. Owned by the session's loop.
 */
final class BlockedCommand implements BlockedFeature, ReplyReceiver {
    /** The command is about a node rather than a slot. */
    static final int NO_SLOT = -1;

    private static final byte[] UNBLOCKED = "-UNBLOCKED ".getBytes(StandardCharsets.US_ASCII);

    /** The command may not have arrived yet when the node is asked to unblock it. */
    private static final long RETRY_MILLIS = 5;

    private final BlockedClients clients;
    private final ClientSession session;
    private final Command command;
    private final CommandFrame frame;
    private final int slot;
    private final int hopsLeft;
    private final PinnedConnection connection;
    private final PendingReply reply;
    private final long startNanos = System.nanoTime();

    private boolean begun;
    private boolean ended;
    private boolean isRepeated;

    /** How many {@code CLIENT UNBLOCK … ERROR} are under way or have succeeded. */
    private int errorsWanted;

    /** An error as far as it has arrived; errors are short. */
    private @Nullable ByteBuf error;

    /**
     * @param frame copied
     * @param slot of the keys, or {@link #NO_SLOT}
     * @param hopsLeft of the command when it came in
     */
    BlockedCommand(
            BlockedClients clients,
            ClientSession session,
            Command command,
            CommandFrame frame,
            int slot,
            int hopsLeft,
            PinnedConnection connection) {
        this.clients = clients;
        this.session = session;
        this.command = command;
        this.frame = BlockingTimeout.rest(command, frame, 0);
        this.slot = slot;
        this.hopsLeft = hopsLeft;
        this.connection = connection;
        this.reply = session.expectBlockingReply(command.id());
        session.features().begin(this);
        session.client().blocked(true);
        clients.add(this);
    }

    Endpoint endpoint() {
        return connection.endpoint();
    }

    /** The slot of the keys, or {@link #NO_SLOT}. */
    /** In which role the client is served. */
    Role role() {
        return session.client().role();
    }

    int slot() {
        return slot;
    }

    @Override
    public boolean uses(PinnedConnection other) {
        return other == connection;
    }

    @Override
    public void unblock(boolean withError, Consumer<Boolean> outcome) {
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

    /** Unblocks the command, and has it handled again unless its reply arrives in the same moment. */
    void repeat() {
        if (!isRepeated) {
            isRepeated = true;
            askToUnblock();
        }
    }

    private void askToUnblock() {
        if (ended) {
            return;
        }
        connection.unblock(true, result -> {
            if (ended || result == UnblockOutcome.UNBLOCKED) {
                return;
            }
            if (result == UnblockOutcome.NOT_BLOCKED) {
                clients.schedule(this::askToUnblock, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                // A node that is cut off may never answer; the client is told that the outcome is unknown.
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
                end(true);
            }
            reply.reply(in, from, to, last);
        } else {
            collected.writeBytes(in, from, to - from);
            if (last) {
                endWithError(collected);
            }
        }
    }

    private void endWithError(ByteBuf text) {
        boolean unblocked = startsWith(text, UNBLOCKED);
        // A node that has become a replica says UNBLOCKED too, and closes the connection.
        end(!unblocked);
        if (unblocked && isRepeated && errorsWanted == 0 && reply.isWaiting()) {
            long elapsed = System.nanoTime() - startNanos;
            session.repeat(reply, BlockingTimeout.rest(command, frame, elapsed), hopsLeft);
        } else {
            reply.reply(text, 0, text.writerIndex(), true);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        end(false);
        reply.fail(failure);
    }

    /** The client has left: its command ends with the connection. */
    @Override
    public void close() {
        connection.close();
    }

    /** The reply is in, or will not arrive. */
    private void end(boolean clean) {
        ended = true;
        clients.remove(this);
        if (session.features().get(FeatureKind.BLOCKED) == this) {
            session.features().end(FeatureKind.BLOCKED);
            session.client().blocked(false);
            session.features().giveBack(connection, clean);
        }
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
