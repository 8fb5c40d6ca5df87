package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.lease.Term;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.resp.Protocol;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The core of every connection to a Redis node or peer proxy: connects and logs in, queues commands until then, writes
 * the output of a loop's turn at once, matches replies to receivers in order, and fails all receivers when the
 * connection ends. The subclasses are its roles.
 *
 * <p>A command is written at most once. The methods from {@link #ready} to {@link #writable} are called by
 * {@link Connector} and {@link BackendHandler}. Owned by its loop: every method is called on it.
 */
abstract class BackendConnection implements LoopFlusher.Flushable {
    /** For connections on which a command may block. */
    static final long NO_REPLY_TIMEOUT = 0;

    final ProxyLoop loop;

    private final Endpoint endpoint;
    private final Access access;
    private final long replyTimeoutMillis;
    private final ReceiverQueue unanswered = new ReceiverQueue();
    private final List<Runnable> onWritable = new ArrayList<>(0);

    private Protocol protocol;

    /** Set from the end of the login to the end of the connection. */
    private @Nullable Channel channel;

    /** Set together with the channel, unless commands wait for {@link #uncork}. */
    private @Nullable OutputBatch output;

    /** The output of the channel while commands wait for {@link #uncork}. */
    private @Nullable OutputBatch corkedOutput;

    /** How many commands others wait for. */
    private int corks;

    /** The commands that wait until the connection is ready, or for {@link #uncork}. */
    private @Nullable EarlyOutput early;

    /** Why the connection is gone; null while it connects or is ready. */
    private @Nullable String problem;

    /** The error of a node that executes a script; null when it does not, as far as is known. */
    private @Nullable String busy;

    /** Whether commands are written: the connection is ready and the node is not busy. */
    private boolean accepting;

    /** The role of the node when the present attempt to connect began. */
    private SetRepl.@Nullable Entry roleAtConnect;

    private boolean dirty;
    private boolean retired;

    /** Whether commands are sent, and replies passed on, only under the lease. */
    private final boolean isFenced;

    /** The numbers of the lease when the first of the commands in flight was accepted. */
    private long leaseNumber;

    private long roleNumber;

    /** Whether the connection ends because replies to the commands in flight may not be passed on. */
    private boolean isUnacknowledged;

    /**
     * @param replyTimeoutMillis how long the node may send nothing while a reply is due before the connection is
     *     closed; {@link #NO_REPLY_TIMEOUT} for no limit
     */
    BackendConnection(ProxyLoop loop, Endpoint endpoint, Access access, Protocol protocol, long replyTimeoutMillis) {
        this(loop, endpoint, access, protocol, replyTimeoutMillis, access != Access.PROXY);
    }

    /** @param underLease whether a node is used only under the lease */
    BackendConnection(
            ProxyLoop loop,
            Endpoint endpoint,
            Access access,
            Protocol protocol,
            long replyTimeoutMillis,
            boolean underLease) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.access = access;
        this.isFenced = endpoint.kind() == Endpoint.Kind.REDIS && underLease;
        this.protocol = protocol;
        this.replyTimeoutMillis = replyTimeoutMillis;
    }

    /** Called when the connection is ready, after the queued commands were written. */
    void onReady() {
        // For roles whose owner waits for it.
    }

    /**
     * Called once when the connection, established or not, is gone.
     *
     * @param wasReady whether commands may have been written
     * @param failure for {@link #failAll}
     */
    abstract void onDisconnected(String reason, boolean wasReady, BackendFailure failure);

    /** Connects, for the first time or again. */
    final void connect() {
        problem = null;
        roleAtConnect = loop.runs().role(endpoint);
        Connector.connect(this);
    }

    public final Endpoint endpoint() {
        return endpoint;
    }

    final Access access() {
        return access;
    }

    final SetRepl.@Nullable Entry roleAtConnect() {
        return roleAtConnect;
    }

    public final Protocol protocol() {
        return protocol;
    }

    final void protocol(Protocol changed) {
        protocol = changed;
    }

    final long replyTimeoutMillis() {
        return replyTimeoutMillis;
    }

    /** Whether commands are written to the node at once. */
    public final boolean isReady() {
        return output != null;
    }

    /** Why the connection is gone; null while it connects or is ready. */
    final @Nullable String problem() {
        return problem;
    }

    /** Whether the connection was closed by the proxy, or will be once its replies have arrived. */
    final boolean isRetired() {
        return retired;
    }

    /** Queues the receiver of the next command; fails it and returns false if the command is refused. */
    final boolean accept(ReplyReceiver receiver) {
        if (isFenced && isWithoutLease(receiver) || !accepting && isRefused(receiver)) {
            return false;
        }
        queueReceiver(receiver);
        return true;
    }

    /**
     * Queues the receivers of several commands like {@link #accept}: that of the last, which may be the only one, and
     * that of all others.
     */
    final boolean acceptAll(int count, ReplyReceiver others, ReplyReceiver last) {
        if (isFenced && isWithoutLease(last) || !accepting && isRefused(last)) {
            return false;
        }
        for (int i = 1; i < count; i++) {
            queueReceiver(others);
        }
        queueReceiver(last);
        return true;
    }

    private boolean isRefused(ReplyReceiver receiver) {
        String error = busy;
        if (error != null) {
            receiver.fail(new BackendFailure(error));
            return true;
        }
        String gone = problem;
        if (gone != null) {
            receiver.fail(BackendFailure.unreachable(endpoint.toString(), gone));
        }
        return gone != null;
    }

    /** Refuses a command without a lease; a connection with commands of an earlier lease ends. */
    private boolean isWithoutLease(ReplyReceiver receiver) {
        if (!loop.holdsLease()) {
            receiver.fail(BackendFailure.NO_LEASE);
            return true;
        }
        if (leaseNumber != loop.term().number() && unanswered.size() > 0) {
            endUnacknowledged();
        }
        return false;
    }

    /** Whether replies that have been read now may be passed on; if not, the connection has to end. */
    final boolean mayAnswer() {
        if (!isFenced || channel == null || inFlight() == 0) {
            return true;
        }
        Term term = loop.term();
        return loop.holdsLease()
                && leaseNumber == term.number()
                && (roleNumber == term.roleNumber()
                        || term.covers(endpoint.address(), roleNumber, loop.nowNanos(), loop.wallMillis()));
    }

    /** Ends the connection without the replies that may not be passed on; returns whether there were any. */
    final boolean endUnlessAnswering() {
        boolean ends = !mayAnswer();
        if (ends) {
            endUnacknowledged();
        }
        return ends;
    }

    /**
     * Ends the connection, so that the commands in flight are not acknowledged; others may be sent on the next one.
     * What was not written yet may still be, under the present lease.
     */
    private void endUnacknowledged() {
        if (channel == null) {
            leaseNumber = loop.term().number();
            return;
        }
        isUnacknowledged = true;
        end("the lease of this proxy was over");
    }

    /** Ends the connection if it is established. A shared one that is still wanted is made again. */
    final void end(String reason) {
        Channel current = channel;
        if (current != null) {
            current.pipeline().get(BackendHandler.class).leave();
            current.close();
            disconnected(reason);
        }
    }

    /** Queues the receiver of a command that is written by the caller. */
    final void queueReceiver(ReplyReceiver receiver) {
        if (isFenced && unanswered.size() == 0) {
            leaseNumber = loop.term().number();
            roleNumber = loop.term().roleNumber();
        }
        unanswered.add(receiver);
        countInFlight(1);
    }

    /** Appends a command whose receiver was queued. */
    final void write(CommandFrame frame) {
        OutputBatch batch = batch();
        if (batch == null) {
            early().append(frame);
            return;
        }
        if (frame.isRewritten()) {
            frame.writeTo(batch.buffer());
            return;
        }
        batch.append(frame.buffer(), frame.start(), frame.end());
        if (batch.isLarge()) {
            flush(batch);
        }
    }

    /** The buffer to append commands to. They leave at the end of the loop's turn, or when the connection is ready. */
    final ByteBuf buffer() {
        OutputBatch batch = batch();
        return batch != null ? batch.buffer() : early().buffer();
    }

    private EarlyOutput early() {
        if (problem != null) {
            throw new IllegalStateException("connection to " + endpoint + " is gone: " + problem);
        }
        EarlyOutput current = early == null ? new EarlyOutput(loop.allocator()) : early;
        early = current;
        return current;
    }

    /** The output of the loop's turn, to append commands to; null while the connection is not ready. */
    final @Nullable OutputBatch batch() {
        OutputBatch batch = output;
        if (batch != null && !dirty) {
            dirty = true;
            loop.flusher().add(this);
        }
        return batch;
    }

    /**
     * Has the commands that follow wait for one that is to be sent before them and is not known yet. Its receiver has
     * been queued, and no other command is in flight.
     *
     * @return the place for the command, which the connection releases when it ends
     */
    final ByteBuf cork() {
        corks++;
        OutputBatch batch = output;
        if (batch != null) {
            flush(batch);
            corkedOutput = batch;
            output = null;
            accepting = false;
        }
        return early().reserve();
    }

    /** A command that others wait for has been written to its place. */
    final void uncork() {
        corks--;
        OutputBatch batch = corkedOutput;
        if (corks == 0 && batch != null) {
            corkedOutput = null;
            begin(batch);
        }
    }

    @Override
    public final void flush() {
        dirty = false;
        OutputBatch batch = output;
        if (batch != null) {
            flush(batch);
        }
    }

    private void flush(OutputBatch batch) {
        loop.stats().add(Counter.BACKEND_BYTES_OUT, batch.flush());
    }

    /** Whether the output drains, or only little waits for it; while it does not, callers should stop sending. */
    public boolean isWritable() {
        Channel current = channel;
        return current == null || output == null
                ? early == null || early.size() <= loop.settings().maxQueuedBytes()
                : current.isWritable();
    }

    /** Calls back once: when the connection is ready, becomes writable again, or is gone. */
    public final void whenWritable(Runnable callback) {
        onWritable.add(callback);
    }

    /** Reads replies, or leaves them in the socket for now; no effect before the connection is ready. */
    final void autoRead(boolean wanted) {
        Channel current = channel;
        if (current != null) {
            current.config().setAutoRead(wanted);
        }
    }

    /** Closes once all replies have arrived; commands are accepted until then. */
    final void closeWhenDrained() {
        retired = true;
        if (unanswered.size() == 0 && output != null) {
            closeNow("closed by the proxy");
        }
    }

    /** Closes at once; commands in flight fail. */
    final void closeNow(String reason) {
        retired = true;
        Channel current = channel;
        if (current != null) {
            current.close();
        }
        disconnected(reason);
    }

    /** Fails all commands in flight, then runs the callbacks of {@link #whenWritable}. */
    final void failAll(BackendFailure failure) {
        for (int left = unanswered.size(); left > 0; left--) {
            ReplyReceiver receiver = unanswered.poll();
            countInFlight(-1);
            if (receiver != null) {
                receiver.fail(failure);
            }
        }
        callWaiting();
    }

    /** A command without a time limit may block, and is not counted. */
    private void countInFlight(int change) {
        if (replyTimeoutMillis != NO_REPLY_TIMEOUT) {
            loop.stats().add(Counter.IN_FLIGHT, change);
        }
    }

    /**
     * The login has succeeded; {@link #ready} follows.
     *
     * @param unrestricted why the node gives the connection more rights than its {@link #access}; null if it does not
     */
    void loggedIn(@Nullable String unrestricted) {
        if (unrestricted != null) {
            loop.stats().add(Counter.UNRESTRICTED_LOGINS, 1);
        }
    }

    /**
     * Whether a node that owes a reply for too long, and shows that it is alive, may go on, see {@link NodeProbe}. Else
     * the connection is closed.
     */
    boolean isPatient() {
        return false;
    }

    /**
     * The node executes a script, or a command of the same connection; until it is done, commands are refused with its
     * error, because they would wait for as long.
     *
     * @param error the node's; null when it is not busy any more
     */
    final void busy(@Nullable String error) {
        busy = error;
        accepting = output != null && error == null;
    }

    /** The channel is connected and logged in. */
    final void ready(Channel established) {
        if (problem != null) {
            established.close();
            return;
        }
        OutputBatch batch = new OutputBatch(established);
        channel = established;
        if (corks > 0) {
            corkedOutput = batch;
        } else {
            begin(batch);
        }
    }

    private void begin(OutputBatch batch) {
        output = batch;
        accepting = busy == null;
        EarlyOutput waiting = early;
        early = null;
        if (waiting != null) {
            waiting.moveTo(batch);
            flush(batch);
        }
        onReady();
        callWaiting();
        if (retired) {
            closeWhenDrained();
        }
    }

    /** The connection could not be established. */
    void connectFailed(String reason) {
        disconnected(reason);
    }

    /** The node does not speak the protocol; {@link #disconnected} follows. */
    void protocolRefused() {
        // Of interest to roles that can use another protocol.
    }

    /** The node has restarted and may not serve yet; {@link #disconnected} follows. */
    void runWithheld() {
        // Of interest to roles that connect again.
    }

    /** The channel, established or not, is gone. */
    final void disconnected(String reason) {
        if (problem != null) {
            return;
        }
        boolean wasReady = output != null;
        problem = reason;
        channel = null;
        corkedOutput = null;
        busy(null);
        accepting = false;
        if (output != null) {
            output.discard();
            output = null;
        }
        if (early != null) {
            early.release();
            early = null;
        }
        String name = endpoint.toString();
        BackendFailure failure =
                wasReady ? BackendFailure.lost(name, reason) : BackendFailure.unreachable(name, reason);
        if (isUnacknowledged) {
            isUnacknowledged = false;
            failure = wasReady ? BackendFailure.unacknowledged(name) : failure;
        }
        onDisconnected(reason, wasReady, failure);
    }

    /** Whether messages may arrive that answer no command. */
    boolean hasPushes() {
        return protocol == Protocol.RESP3;
    }

    /** The receiver of messages that answer no command; null if they are ignored. */
    @Nullable
    ReplyReceiver pushes() {
        return null;
    }

    /** The receiver of the reply that arrives now; null if no command is in flight. */
    @Nullable
    ReplyReceiver current() {
        return unanswered.peek();
    }

    /** The reply that arrived is complete. */
    void answered() {
        unanswered.poll();
        countInFlight(-1);
        if (retired) {
            closeWhenDrained();
        }
    }

    /** The number of commands without a reply. */
    int inFlight() {
        return unanswered.size();
    }

    /** The number of replies that have arrived. */
    final long answeredCount() {
        return unanswered.removed();
    }

    /** The channel takes output again. */
    void writable() {
        callWaiting();
    }

    private void callWaiting() {
        if (!onWritable.isEmpty()) {
            List<Runnable> callbacks = List.copyOf(onWritable);
            onWritable.clear();
            callbacks.forEach(Runnable::run);
        }
    }
}
