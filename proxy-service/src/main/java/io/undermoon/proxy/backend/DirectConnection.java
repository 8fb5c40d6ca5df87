package io.undermoon.proxy.backend;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Redis node for one purpose of the proxy's own. Commands may be written piece by piece, so that a large
 * value passes through without being held; what is sent meanwhile leaves after them. It is not remade when it breaks: whoever uses
 * it has to know, because what was sent and not answered may still be carried out.
 *
 * <p>Owned by its loop.
 */
public final class DirectConnection implements LoopFlusher.Flushable, HandlerOwner {
    /** Who uses the connection. */
    public interface Owner {
        /** Commands may be sent from now on. */
        void ready();

        /** The connection is gone, or was never made; said once, before the receivers of replies hear of it. */
        void lost(String reason);

        /** What was written is leaving again. */
        void writable();
    }

    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final Owner owner;
    private final long patienceNanos;
    private final ReceiverQueue waiting = new ReceiverQueue();

    /** Sent while a command is open. */
    private final ArrayDeque<CommandFrame> held = new ArrayDeque<>();

    private @Nullable Channel channel;
    private @Nullable OutputBatch output;
    private @Nullable ScheduledFuture<?> watchdog;
    private long lastProgressNanos;
    private long sent;
    private boolean dirty;
    private boolean open;
    private boolean closed;

    /**
     * @param patienceMillis how long a reply may bring nothing before the connection is given up; commands on large values
     *     take their time
     */
    public DirectConnection(ProxyLoop loop, Endpoint endpoint, long patienceMillis, Owner owner) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.owner = owner;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        Connector.connect(loop, this);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Sends a command; its reply, or why there is none, goes to the receiver. */
    public void send(CommandFrame frame, ReplyReceiver receiver) {
        expect(receiver);
        OutputBatch batch = out();
        if (batch == null) {
            disconnected("not connected");
        } else if (open) {
            held.add(frame);
        } else {
            batch.append(frame.buffer(), frame.start(), frame.end());
        }
    }

    /** A command follows in pieces, by {@link #out}, until {@link #end}; its reply goes to the receiver. */
    public void begin(ReplyReceiver receiver) {
        expect(receiver);
        open = true;
    }

    /** The command in pieces is whole. */
    public void end() {
        open = false;
        OutputBatch batch = out();
        for (CommandFrame frame = held.poll(); frame != null && batch != null; frame = held.poll()) {
            batch.append(frame.buffer(), frame.start(), frame.end());
        }
    }

    /** Says that a command was written whole by {@link #out}, and who gets its reply. */
    public void expect(ReplyReceiver receiver) {
        if (waiting.size() == 0) {
            lastProgressNanos = System.nanoTime();
        }
        waiting.add(receiver);
        sent++;
    }

    /** How many commands were sent so far. */
    public long sent() {
        return sent;
    }

    /** Where to append; it leaves at the end of the loop's turn. Null when the connection is gone. */
    public @Nullable OutputBatch out() {
        if (output != null && !dirty) {
            dirty = true;
            loop.flusher().add(this);
        }
        return output;
    }

    /** Whether what was sent is leaving; while false, more should not be sent. */
    public boolean isWritable() {
        Channel current = channel;
        return current != null && current.isWritable();
    }

    /** Has the connection bring replies, or not for a while: for the sake of somebody who cannot take them now. */
    public void setReading(boolean wanted) {
        Channel current = channel;
        if (current != null) {
            current.config().setAutoRead(wanted);
        }
    }

    public void close(String reason) {
        disconnected(reason);
    }

    @Override
    public void flush() {
        dirty = false;
        OutputBatch batch = output;
        if (batch != null) {
            batch.flush();
        }
    }

    @Override
    public boolean expectsPromptReplies() {
        return false;
    }

    @Override
    public void ready(Channel newChannel) {
        if (closed) {
            newChannel.close();
            return;
        }
        channel = newChannel;
        output = new OutputBatch(newChannel);
        long period = Math.max(1, patienceNanos / 4);
        watchdog = loop.eventLoop().scheduleWithFixedDelay(this::watch, period, period, TimeUnit.NANOSECONDS);
        owner.ready();
    }

    @Override
    public void disconnected(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        if (watchdog != null) {
            watchdog.cancel(false);
        }
        if (output != null) {
            output.discard();
            output = null;
        }
        held.clear();
        Channel current = channel;
        if (current != null) {
            current.close();
        }
        owner.lost(endpoint + ": " + reason);
        List<ReplyReceiver> unanswered = new ArrayList<>();
        for (ReplyReceiver receiver = waiting.poll(); receiver != null; receiver = waiting.poll()) {
            unanswered.add(receiver);
        }
        unanswered.forEach(receiver -> receiver.fail(BackendFailure.lost(endpoint.toString(), reason)));
    }

    @Override
    public @Nullable ReplyReceiver current() {
        lastProgressNanos = loop.nowNanos();
        return waiting.peek();
    }

    @Override
    public void answered() {
        waiting.poll();
    }

    @Override
    public int inFlight() {
        return waiting.size();
    }

    @Override
    public void writable() {
        if (!closed) {
            owner.writable();
        }
    }

    private void watch() {
        if (waiting.size() > 0 && System.nanoTime() - lastProgressNanos > patienceNanos) {
            disconnected("no reply within " + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms");
        }
    }
}
