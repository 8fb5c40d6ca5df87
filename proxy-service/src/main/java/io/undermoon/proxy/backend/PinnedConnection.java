package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Redis node or peer proxy for one client alone, for as long as the client has state on it: watched
 * keys, a blocking command, or tracked keys. It does not reconnect, and a reply may take any time.
 *
 * <p>Taken by {@link NodeConnections#pin} and returned by {@link #release}, or by {@link #close} when its state is not
 * clean. Owned by its loop.
 */
public final class PinnedConnection extends BackendConnection implements NodeConnection {
    /** For {@link #blocksOn}: a command that blocks without changing a key. */
    public static final int WAITS_FOR_NO_KEY = -2;

    /** The command in flight does not block. */
    private static final int NOT_BLOCKING = -1;

    private static final int NOT_WATCHING = -1;

    private final PinnedPool pool;
    private final ClientId clientId = new ClientId();

    private @Nullable ReplyReceiver pushes;
    private int blockingSlot = NOT_BLOCKING;
    private int watchedSlot = NOT_WATCHING;

    /** The number of {@code CLIENT UNBLOCK} for this connection in flight. */
    private int unblocking;

    PinnedConnection(ProxyLoop loop, PinnedPool pool, Endpoint endpoint, Protocol protocol) {
        super(loop, endpoint, Access.CLIENTS, protocol, NO_REPLY_TIMEOUT);
        this.pool = pool;
        queueReceiver(clientId);
        ClientId.writeCommand(buffer());
        connect();
    }

    /** Switches the protocol from the next command on. */
    public void switchProtocol(Protocol wanted) {
        if (protocol() != wanted && accept(IgnoredReply.INSTANCE)) {
            protocol(wanted);
            LoginSequence.hello(endpoint(), wanted, buffer());
        }
    }

    /**
     * Sets the receiver of the messages that answer no command; {@link ReplyReceiver#fail} says, once, that the
     * connection is gone.
     */
    public void onPush(ReplyReceiver receiver) {
        pushes = receiver;
    }

    /** Whether commands are written at the end of the loop's turn; before, they wait for the connection. */
    public boolean isEstablished() {
        return isReady();
    }

    /** Whether the connection is gone, and the client's state on it with it. */
    public boolean isClosed() {
        return problem() != null;
    }

    @Override
    public void send(CommandFrame frame, ReplyReceiver receiver) {
        if (accept(receiver)) {
            write(frame);
        }
    }

    @Override
    public void sendForwarded(CommandFrame frame, int hopsLeft, ReplyReceiver receiver) {
        if (accept(receiver)) {
            frame.writeWrapped(buffer(), "UMFORWARD", hopsLeft);
        }
    }

    @Override
    public void sendAll(ByteBuf commands, int count, ReplyReceiver others, ReplyReceiver last) {
        if (acceptAll(count, others, last)) {
            buffer().writeBytes(commands, commands.readerIndex(), commands.readableBytes());
        }
    }

    /** Sends a command and ignores its reply. */
    public void sendIgnoringReply(ByteBuf command) {
        sendAll(command, 1, IgnoredReply.INSTANCE);
    }

    /**
     * Has the commands that are sent from now on wait for {@link #sendAwaited}, which sends one before them. No command
     * is in flight.
     *
     * @param receiver of the reply to the one
     * @return the place of the command; null if the connection is gone
     */
    public @Nullable ByteBuf awaitCommand(ReplyReceiver receiver) {
        return accept(receiver) ? cork() : null;
    }

    /** Sends a command that others wait for. */
    public void sendAwaited(ByteBuf place, ByteBuf command) {
        if (!isClosed()) {
            place.writeBytes(command);
            uncork();
        }
    }

    /**
     * Calls back with the id that the connection has as a client of its backend, at once if it is known; with 0 if the
     * backend does not tell it or cannot be reached.
     */
    public void whenIdKnown(LongConsumer action) {
        clientId.whenKnown(action);
    }

    /** Says that the command that is sent next blocks on a key of a slot, or on none: {@link #WAITS_FOR_NO_KEY}. */
    public void blocksOn(int slot) {
        blockingSlot = slot;
    }

    /** Says that the command that blocked has been answered, on a connection that its client keeps. */
    public void endBlocking() {
        blockingSlot = NOT_BLOCKING;
    }

    /** Says that the client watches keys of a slot from the command on that is sent next. */
    public void watches(int slot) {
        watchedSlot = slot;
    }

    /** Says that the client watches no key any more, on a connection that it may keep. */
    public void endWatching() {
        watchedSlot = NOT_WATCHING;
    }

    /** Whether the client watches keys of one of the slots. */
    boolean watchesAny(IntPredicate slots) {
        return watchedSlot != NOT_WATCHING && slots.test(watchedSlot);
    }

    /**
     * Notes the commands that are now in flight and may still change a key of the slots; the supplier says whether all
     * of them have been answered since.
     */
    BooleanSupplier settled(IntPredicate slots) {
        boolean blocksElsewhere = blockingSlot != NOT_BLOCKING && !slots.test(blockingSlot);
        long due = answeredCount() + (blocksElsewhere ? 0 : inFlight());
        return () -> isClosed() || answeredCount() >= due;
    }

    /**
     * Ends the command that blocks on this connection, by {@code CLIENT UNBLOCK} on another one: its reply comes as
     * after a timeout, or as an error. An element that arrives at the same moment is delivered instead. The outcome is
     * called on the loop.
     */
    public void unblock(boolean withError, Consumer<UnblockOutcome> outcome) {
        clientId.whenKnown(id -> {
            if (id == ClientId.UNKNOWN || isClosed()) {
                outcome.accept(UnblockOutcome.FAILED);
                return;
            }
            unblocking++;
            List<String> command = List.of("CLIENT", "UNBLOCK", Long.toString(id), withError ? "ERROR" : "TIMEOUT");
            pool.unblocker(endpoint()).send(CommandFrame.of(command), new UnblockOutcome.Receiver(result -> {
                unblocking--;
                outcome.accept(result);
            }));
        });
    }

    /**
     * Returns the connection for other clients; it has no state.
     *
     * @throws IllegalStateException commands are in flight
     */
    public void release() {
        if (inFlight() > 0) {
            throw new IllegalStateException("connection to " + endpoint() + " given back with commands in flight");
        }
        blockingSlot = NOT_BLOCKING;
        if (unblocking > 0) {
            // It could unblock the next client's command.
            close();
        } else {
            pool.put(this);
        }
    }

    /** Closes once the replies in flight have arrived. */
    public void retire() {
        closeWhenDrained();
    }

    /** Closes at once, which drops the client's state on the connection; commands in flight fail. */
    public void close() {
        close("closed by the proxy");
    }

    /** Closes at once with a reason for the receivers of the commands in flight. */
    public void close(String reason) {
        closeNow(reason);
    }

    @Override
    boolean hasPushes() {
        return true;
    }

    @Override
    @Nullable
    ReplyReceiver pushes() {
        return pushes;
    }

    @Override
    void onDisconnected(String reason, boolean wasReady, BackendFailure failure) {
        pool.put(this);
        failAll(failure);
        ReplyReceiver receiver = pushes;
        if (receiver != null) {
            receiver.fail(failure);
        }
    }
}
