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
 * or the client leaves, or the command is to be {@linkplain #repeat repeated}: then the node is asked to unblock it
 * with an error, which tells for certain whether an element was taken or not. On that error a command that is to be
 * repeated is handled again, with what is left of its time; any other reply is passed on.
 *
 * <p>{@linkplain TakenElements Elements} that were taken are kept until the end of the loop's turn, when everything
 * that clients have sent is read, the end of their connections included. If the client has left by then, or its
 * connection is found to be broken when the reply is sent, they are put back. Owned by the session's loop.
 */
final class BlockedCommand implements BlockedFeature, ReplyReceiver {
    private static final byte[] UNBLOCKED = "-UNBLOCKED ".getBytes(StandardCharsets.US_ASCII);

    /** A larger reply is passed on as it arrives, and lost if the client has left. */
    private static final int MAX_COLLECTED = 1 << 20;

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

    /** Where the reply goes that is passed on as it arrives. */
    private ReplyReceiver answer;

    private boolean begun;
    private boolean ended;
    private boolean isRepeated;

    /** How many {@code CLIENT UNBLOCK … ERROR} are under way or have succeeded. */
    private int errorsWanted;

    /** The client has left. */
    private boolean left;

    /** The reply has arrived, and is passed on at the end of the turn. */
    private boolean delivering;

    /** An error, or elements, as far as they have arrived. */
    private @Nullable ByteBuf collected;

    /**
     * @param frame copied
     * @param slot of the keys
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
        this.answer = reply;
        session.features().begin(this);
        clients.add(this);
    }

    /** The command has been passed to the connection: the client counts as blocked once the node has it. */
    void sent() {
        if (connection.isEstablished()) {
            clients.atEndOfTurn(this::noteBlocked);
        } else {
            connection.whenWritable(this::noteBlocked);
        }
    }

    private void noteBlocked() {
        if (!ended && session.features().get(FeatureKind.BLOCKED) == this) {
            session.client().blocked(true);
        }
    }

    Endpoint endpoint() {
        return connection.endpoint();
    }

    /** In which role the client is served. */
    Role role() {
        return session.client().role();
    }

    /** The slot of the keys. */
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
        if (!isRepeated && !left) {
            isRepeated = true;
            askToUnblock();
        }
    }

    private void askToUnblock() {
        if (ended || delivering) {
            return;
        }
        connection.unblock(true, result -> {
            if (ended || delivering || result == UnblockOutcome.UNBLOCKED) {
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
        if (!begun) {
            begun = true;
            if (in.getByte(from) == '-' || TakenElements.areTakenBy(command)) {
                collected = Unpooled.buffer();
            } else {
                answer = held(in, from, to, reply);
            }
        }
        ByteBuf kept = collected;
        if (kept == null) {
            pass(in, from, to, last);
            return;
        }
        kept.writeBytes(in, from, to - from);
        boolean isError = kept.getByte(0) == '-';
        if (last && isError) {
            endWithError(kept);
        } else if (last) {
            delivering = true;
            reply.arrived();
            clients.atEndOfTurn(() -> deliver(kept));
        } else if (!isError && kept.writerIndex() > MAX_COLLECTED) {
            collected = null;
            answer = held(kept, 0, kept.writerIndex(), reply);
            pass(kept, 0, kept.writerIndex(), false);
        }
    }

    private void pass(ByteBuf in, int from, int to, boolean last) {
        if (last) {
            end(true);
        }
        answer.reply(in, from, to, last);
    }

    /** What replicas have to have first is held; a command that has taken nothing has written nothing. */
    private ReplyReceiver held(ByteBuf in, int from, int to, ReplyReceiver receiver) {
        boolean isNothing = in.getByte(from) == '_' || to - from > 2 && in.getByte(from + 1) == '-';
        return isNothing || !command.mayWrite() ? receiver : clients.whenReplicated(endpoint(), receiver);
    }

    private void deliver(ByteBuf elements) {
        end(true);
        int length = elements.writerIndex();
        held(elements, 0, length, new Delivery(elements)).reply(elements, 0, length, true);
    }

    /** Puts the elements back if the client does not get them. */
    private final class Delivery implements ReplyReceiver {
        private final ByteBuf elements;

        Delivery(ByteBuf elements) {
            this.elements = elements;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            boolean isGone = left || !session.isOpen();
            reply.reply(in, from, to, last);
            if (isGone || !session.isOpen()) {
                putBack();
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            reply.fail(failure);
        }

        private void putBack() {
            CommandFrame putBack = TakenElements.putBack(command, frame, elements);
            if (putBack != null) {
                clients.putBack(putBack, slot);
            }
        }
    }

    private void endWithError(ByteBuf text) {
        boolean unblocked = startsWith(text, UNBLOCKED);
        // A node that has become a replica says UNBLOCKED too, and closes the connection.
        end(!unblocked);
        if (unblocked && isRepeated && !left && errorsWanted == 0 && reply.isWaiting()) {
            long elapsed = System.nanoTime() - startNanos;
            session.repeat(reply, BlockingTimeout.rest(command, frame, elapsed), hopsLeft);
        } else {
            reply.reply(text, 0, text.writerIndex(), true);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        end(false);
        answer.fail(failure);
    }

    /**
     * The client has left. Closing the connection would end the command as well, but what it has taken in that moment
     * would be lost.
     */
    @Override
    public void close() {
        left = true;
        boolean isShared = session.features().use(connection);
        if (isShared || !TakenElements.areTakenBy(command)) {
            connection.close();
        } else if (!delivering) {
            askToUnblock();
        }
    }

    /** The reply is in, or will not arrive. */
    private void end(boolean clean) {
        ended = true;
        clients.remove(this);
        if (session.features().get(FeatureKind.BLOCKED) == this) {
            session.features().end(FeatureKind.BLOCKED);
            session.client().blocked(false);
            session.features().giveBack(connection, clean);
        } else if (left) {
            connection.retire();
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
