package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a backend for one client alone, for as long as the client has state on it: watched keys, a command that
 * blocks, or keys of which it wants to know when they change. It is not remade when it breaks, and it waits for replies as long as it takes.
 *
 * <p>Taken from {@link NodeConnections#pin} and given back by {@link #release}, or by {@link #close} when its state is not clean.
 * Owned by its loop.
 */
public final class PinnedConnection implements LoopFlusher.Flushable, HandlerOwner, NodeConnection {
    /** For {@link #blocksOn}: a command that waits, but changes nothing. */
    public static final int WAITS_FOR_NO_KEY = -2;

    /** The command in flight does not wait. */
    private static final int NOT_BLOCKING = -1;

    private final ProxyLoop loop;
    private final PinnedPool pool;
    private final Endpoint endpoint;
    private final ReceiverQueue waiting = new ReceiverQueue();
    private final List<Runnable> onWritable = new ArrayList<>(0);

    private Protocol protocol;
    private @Nullable ReplyReceiver pushes;
    private final ClientId clientId = new ClientId();

    /** How many {@code CLIENT UNBLOCK} for this connection are under way. */
    private int unblocking;

    private ByteBuf unsent;
    private @Nullable Channel channel;
    private boolean dirty;
    private boolean retired;
    private boolean closed;
    private String problem = "closed";
    private int blockingSlot = NOT_BLOCKING;

    /** How many replies have come in. */
    private long answered;

    PinnedConnection(ProxyLoop loop, PinnedPool pool, Endpoint endpoint, Protocol protocol) {
        this.loop = loop;
        this.pool = pool;
        this.endpoint = endpoint;
        this.protocol = protocol;
        this.unsent = loop.allocator().buffer();
        waiting.add(clientId);
        ClientId.writeQuestion(unsent);
        Connector.connect(loop, this);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public Protocol protocol() {
        return protocol;
    }

    /** Has the other side speak a protocol from the next command on. */
    public void switchProtocol(Protocol wanted) {
        if (protocol != wanted && accept(IgnoredReply.INSTANCE)) {
            protocol = wanted;
            LoginSequence.hello(endpoint, wanted, unsent);
        }
    }

    @Override
    public boolean hasPushes() {
        return true;
    }

    @Override
    public @Nullable ReplyReceiver pushes() {
        return pushes;
    }

    /** Has somebody take what the other side says unasked; {@link ReplyReceiver#fail} says, once, that the connection is gone. */
    public void onPush(ReplyReceiver receiver) {
        pushes = receiver;
    }

    /** Whether the connection is gone; a client's state on it is gone with it. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void send(CommandFrame frame, ReplyReceiver receiver) {
        if (accept(receiver)) {
            frame.writeTo(unsent);
        }
    }

    @Override
    public void sendForwarded(CommandFrame frame, int hopsLeft, ReplyReceiver receiver) {
        if (accept(receiver)) {
            frame.writeWrapped(unsent, "UMFORWARD", hopsLeft);
        }
    }

    /** Sends a command whose reply nobody wants. */
    public void sendIgnoringReply(ByteBuf command) {
        sendAll(command, 1, IgnoredReply.INSTANCE);
    }

    @Override
    public void sendAll(ByteBuf commands, int count, ReplyReceiver last) {
        for (int i = 1; i < count && !closed; i++) {
            waiting.add(IgnoredReply.INSTANCE);
        }
        if (accept(last)) {
            unsent.writeBytes(commands, commands.readerIndex(), commands.readableBytes());
        }
    }

    /** Says that the command that is sent next waits for keys of a slot, or for none: {@link #WAITS_FOR_NO_KEY}. */
    public void blocksOn(int slot) {
        blockingSlot = slot;
    }

    /** What is in flight now and could still change a key of these slots: tells whether it has been answered since. */
    BooleanSupplier settled(IntPredicate slots) {
        boolean waitsElsewhere = blockingSlot != NOT_BLOCKING && !slots.test(blockingSlot);
        long due = waitsElsewhere ? answered : answered + waiting.size();
        return () -> closed || answered >= due;
    }

    /**
     * Has the backend end what blocks on this connection, over another one: the reply comes as if time had run out, or as an
     * error. An element that is found in the same moment is delivered instead. The outcome is told on the loop.
     */
    public void unblock(boolean withError, Consumer<UnblockOutcome> outcome) {
        clientId.whenKnown(id -> {
            if (id == ClientId.UNKNOWN || closed) {
                outcome.accept(UnblockOutcome.FAILED);
                return;
            }
            unblocking++;
            List<String> command = List.of("CLIENT", "UNBLOCK", Long.toString(id), withError ? "ERROR" : "TIMEOUT");
            pool.unblocker(endpoint).send(CommandFrame.of(command), new UnblockOutcome.Receiver(result -> {
                unblocking--;
                outcome.accept(result);
            }));
        });
    }

    /** Gives the connection back for others to use: nothing is in flight and it has no state. */
    public void release() {
        if (waiting.size() > 0) {
            throw new IllegalStateException("connection to " + endpoint + " given back with commands in flight");
        }
        blockingSlot = NOT_BLOCKING;
        if (unblocking > 0) {
            // It would unblock the next one who uses this connection.
            close();
        } else {
            pool.put(this);
        }
    }

    /** Takes no more part: closes once the replies in flight are there. */
    public void retire() {
        retired = true;
        closeIfDrained();
    }

    /** Ends the connection and with it whatever state it has; commands in flight fail. */
    public void close() {
        close("closed by the proxy");
    }

    /**
     * Ends the connection like {@link #close()}.
     *
     * @param why told to whoever waits for a reply
     */
    public void close(String why) {
        Channel current = channel;
        if (current != null) {
            current.close();
        }
        disconnected(why);
    }

    @Override
    public void flush() {
        dirty = false;
        Channel current = channel;
        if (current != null && !closed && unsent.isReadable()) {
            ByteBuf bytes = unsent;
            unsent = loop.allocator().buffer();
            current.writeAndFlush(bytes, current.voidPromise());
        }
    }

    @Override
    public boolean expectsPromptReplies() {
        return false;
    }

    @Override
    public void ready(Channel newChannel) {
        channel = newChannel;
        if (closed) {
            newChannel.close();
        } else {
            flush();
            writable();
        }
    }

    @Override
    public void disconnected(String reason) {
        if (closed) {
            return;
        }
        boolean sent = channel != null;
        closed = true;
        problem = reason;
        unsent.release();
        pool.put(this);
        BackendFailure failure = sent
                ? BackendFailure.lost(endpoint.toString(), reason)
                : BackendFailure.unreachable(endpoint.toString(), reason);
        for (ReplyReceiver receiver = waiting.poll(); receiver != null; receiver = waiting.poll()) {
            receiver.fail(failure);
        }
        writable();
        ReplyReceiver told = pushes;
        if (told != null) {
            told.fail(failure);
        }
    }

    @Override
    public @Nullable ReplyReceiver current() {
        return waiting.peek();
    }

    @Override
    public void answered() {
        waiting.poll();
        answered++;
        closeIfDrained();
    }

    private void closeIfDrained() {
        if (retired && waiting.size() == 0) {
            close();
        }
    }

    @Override
    public int inFlight() {
        return waiting.size();
    }

    @Override
    public boolean isWritable() {
        Channel current = channel;
        return closed
                || (current == null
                        ? unsent.readableBytes() <= loop.settings().maxQueuedBytes()
                        : current.isWritable());
    }

    @Override
    public void whenWritable(Runnable callback) {
        onWritable.add(callback);
    }

    @Override
    public void writable() {
        if (!onWritable.isEmpty()) {
            List<Runnable> callbacks = List.copyOf(onWritable);
            onWritable.clear();
            callbacks.forEach(Runnable::run);
        }
    }

    private boolean accept(ReplyReceiver receiver) {
        if (closed) {
            receiver.fail(BackendFailure.unreachable(endpoint.toString(), problem));
            return false;
        }
        waiting.add(receiver);
        if (!dirty) {
            dirty = true;
            loop.flusher().add(this);
        }
        return true;
    }
}
