package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.resp.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one connection of an event loop to a Redis node or peer proxy in one protocol, shared by all clients of the loop that
 * speak it.
 *
 * <p>Commands go out in the order of {@link #send} and replies come back in that order: one client's commands to a node are
 * never reordered. A command is written at most once. What was never written when a connection fails is answered with an
 * error that says so, and so is what was written and not answered; nothing is sent again. The connection is remade by itself,
 * after a pause that grows from {@value #MIN_PAUSE_MILLIS} to {@value #MAX_PAUSE_MILLIS} ms, until it is retired.
 *
 * <p>Owned by its loop: every method is called on it.
 */
public final class SharedConnection implements LoopFlusher.Flushable, HandlerOwner, NodeConnection {
    private static final Logger LOG = Logger.getLogger(SharedConnection.class);
    private static final long MIN_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 2000;

    /** Until a node that does not speak the protocol is asked again: it may have been replaced by a newer one. */
    private static final long PROTOCOL_PAUSE_MILLIS = 30_000;

    /** A connection that ends sooner counts as one that could not be made: a node may refuse us after the handshake. */
    private static final long MIN_LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        /** Being made; commands queue up. */
        CONNECTING,
        /** Commands are written. */
        READY,
        /** The last attempt failed and the next one is due soon; commands are refused. */
        PAUSED,
        CLOSED
    }

    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final Protocol protocol;
    private final ReceiverQueue waiting = new ReceiverQueue();
    private final List<Runnable> onWritable = new ArrayList<>();

    private State state = State.CONNECTING;
    private @Nullable Channel channel;
    private @Nullable OutputBatch output;
    private @Nullable ByteBuf queued;
    private boolean dirty;
    private boolean retired;
    private boolean protocolRefused;
    private long pauseMillis = MIN_PAUSE_MILLIS;
    private long readySinceNanos;
    private String lastProblem = "not connected yet";

    SharedConnection(ProxyLoop loop, Endpoint endpoint, Protocol protocol) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.protocol = protocol;
        connect();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public Protocol protocol() {
        return protocol;
    }

    /** Whether the other side was found not to speak the protocol. */
    public boolean isProtocolRefused() {
        return protocolRefused;
    }

    /** Whether it is being found out if the other side is there and speaks the protocol. */
    public boolean isConnecting() {
        return state == State.CONNECTING;
    }

    @Override
    public void send(CommandFrame frame, ReplyReceiver receiver) {
        ByteBuf buffer = accept(receiver);
        if (buffer == null) {
            return;
        }
        OutputBatch batch = output;
        if (state == State.READY && batch != null && !frame.isRewritten()) {
            batch.append(frame.buffer(), frame.start(), frame.end());
            if (batch.isLarge()) {
                write(batch);
            }
        } else {
            frame.writeTo(buffer);
        }
    }

    @Override
    public void sendForwarded(CommandFrame frame, int hopsLeft, ReplyReceiver receiver) {
        ByteBuf buffer = accept(receiver);
        if (buffer != null) {
            frame.writeWrapped(buffer, "UMFORWARD", hopsLeft);
        }
    }

    @Override
    public void sendAll(ByteBuf commands, int count, ReplyReceiver last) {
        ByteBuf buffer = accept(count == 1 ? last : IgnoredReply.INSTANCE);
        if (buffer == null) {
            if (count > 1) {
                last.fail(BackendFailure.unreachable(endpoint.toString(), lastProblem));
            }
            return;
        }
        for (int i = 2; i <= count; i++) {
            waiting.add(i == count ? last : IgnoredReply.INSTANCE);
        }
        loop.stats().add(Counter.IN_FLIGHT, count - 1);
        buffer.writeBytes(commands, commands.readerIndex(), commands.readableBytes());
    }

    @Override
    public boolean isWritable() {
        Channel current = channel;
        return current == null || current.isWritable();
    }

    @Override
    public void whenWritable(Runnable callback) {
        onWritable.add(callback);
    }

    /** Takes no more part: closes once the replies in flight are there. */
    void retire() {
        retired = true;
        closeIfDrained();
    }

    /** Closes at once; commands in flight fail. */
    void close() {
        retired = true;
        Channel current = channel;
        if (current != null) {
            current.close();
        } else {
            disconnected("the proxy is stopping");
        }
    }

    /** Whether the connection serves the endpoint again or still. */
    boolean isUsable() {
        return !retired && state != State.CLOSED;
    }

    @Override
    public void flush() {
        dirty = false;
        OutputBatch batch = output;
        if (state == State.READY && batch != null) {
            write(batch);
        }
    }

    private void write(OutputBatch batch) {
        loop.stats().add(Counter.BACKEND_BYTES_OUT, batch.flush());
    }

    /** Queues the receiver and returns where to write its command; null when it was refused. */
    private @Nullable ByteBuf accept(ReplyReceiver receiver) {
        OutputBatch batch = output;
        ByteBuf buffer;
        if (state == State.READY && batch != null) {
            buffer = batch.buffer();
            if (!dirty) {
                dirty = true;
                loop.flusher().add(this);
            }
        } else if (state == State.CONNECTING) {
            buffer = queued == null ? loop.allocator().buffer() : queued;
            queued = buffer;
            if (buffer.readableBytes() > loop.settings().maxQueuedBytes()) {
                receiver.fail(BackendFailure.unreachable(endpoint.toString(), "too much waits for the connection"));
                return null;
            }
        } else {
            receiver.fail(BackendFailure.unreachable(endpoint.toString(), lastProblem));
            return null;
        }
        waiting.add(receiver);
        loop.stats().add(Counter.IN_FLIGHT, 1);
        return buffer;
    }

    private void connect() {
        if (retired) {
            disconnected(lastProblem);
            return;
        }
        state = State.CONNECTING;
        Connector.connect(loop, this);
    }

    @Override
    public void connectFailed(String reason) {
        loop.stats().add(Counter.BACKEND_CONNECT_FAILURES, 1);
        if (pauseMillis == MIN_PAUSE_MILLIS) {
            LOG.warnf("node=%s cannot be reached: %s", endpoint, reason);
        }
        disconnected(reason);
    }

    @Override
    public void ready(Channel newChannel) {
        channel = newChannel;
        OutputBatch batch = new OutputBatch(newChannel);
        output = batch;
        state = State.READY;
        readySinceNanos = System.nanoTime();
        protocolRefused = false;
        ByteBuf early = queued;
        queued = null;
        if (early != null) {
            batch.append(early, early.readerIndex(), early.writerIndex());
            early.release();
            flush();
        }
        writable();
        closeIfDrained();
    }

    @Override
    public void protocolRefused() {
        LOG.warnf("node=%s does not speak %s", endpoint, protocol);
        protocolRefused = true;
        pauseMillis = PROTOCOL_PAUSE_MILLIS;
    }

    @Override
    public void disconnected(String reason) {
        if (state == State.CLOSED || state == State.PAUSED) {
            return;
        }
        boolean wasReady = state == State.READY;
        if (wasReady && System.nanoTime() - readySinceNanos >= MIN_LIFE_NANOS) {
            pauseMillis = MIN_PAUSE_MILLIS;
        }
        if (wasReady && !retired) {
            loop.stats().add(Counter.BACKEND_CONNECTIONS_LOST, 1);
            if (pauseMillis == MIN_PAUSE_MILLIS) {
                LOG.warnf("node=%s connection lost: %s; in flight: %d", endpoint, reason, waiting.size());
            }
        }
        lastProblem = reason;
        state = retired ? State.CLOSED : State.PAUSED;
        channel = null;
        if (output != null) {
            output.discard();
            output = null;
        }
        if (queued != null) {
            queued.release();
            queued = null;
        }
        failAll(
                wasReady
                        ? BackendFailure.lost(endpoint.toString(), reason)
                        : BackendFailure.unreachable(endpoint.toString(), reason));
        writable();
        if (state == State.PAUSED) {
            loop.eventLoop().schedule((Runnable) this::connect, pauseMillis, TimeUnit.MILLISECONDS);
            pauseMillis = protocolRefused ? MIN_PAUSE_MILLIS : Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
        }
    }

    @Override
    public @Nullable ReplyReceiver current() {
        return waiting.peek();
    }

    @Override
    public void answered() {
        waiting.poll();
        loop.stats().add(Counter.IN_FLIGHT, -1);
        if (retired) {
            closeIfDrained();
        }
    }

    @Override
    public boolean expectsPromptReplies() {
        return true;
    }

    @Override
    public int inFlight() {
        return waiting.size();
    }

    @Override
    public void writable() {
        if (onWritable.isEmpty()) {
            return;
        }
        List<Runnable> callbacks = List.copyOf(onWritable);
        onWritable.clear();
        callbacks.forEach(Runnable::run);
    }

    private void failAll(BackendFailure failure) {
        for (int left = waiting.size(); left > 0; left--) {
            ReplyReceiver receiver = waiting.poll();
            loop.stats().add(Counter.IN_FLIGHT, -1);
            if (receiver != null) {
                receiver.fail(failure);
            }
        }
    }

    private void closeIfDrained() {
        Channel current = channel;
        if (retired && waiting.size() == 0 && current != null) {
            current.close();
        }
    }
}
