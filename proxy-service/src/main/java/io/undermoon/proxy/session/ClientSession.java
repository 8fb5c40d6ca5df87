package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.DecoderException;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.LoopFlusher;
import io.undermoon.proxy.backend.OutputBatch;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.Writable;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.stats.Counter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: cuts its input into commands, has them dispatched in order, and sends the replies in that order.
 *
 * <p>Input that is not yet a whole command is the only thing kept of what the client sends. The session stops reading while
 * {@link SessionSettings#maxPipeline} commands wait for replies, while the client does not take its replies, or while a node
 * does not take its commands; so what one client can make the proxy hold is bounded. Owned by one event loop.
 */
final class ClientSession extends ChannelInboundHandlerAdapter implements LoopFlusher.Flushable {
    private static final Logger LOG = Logger.getLogger(ClientSession.class);

    /** How much of what comes after a blocking command is read, so that the client's leaving is noticed meanwhile. */
    private static final int MAX_INPUT_WHILE_WAITING = 1 << 20;

    private final SessionLoop loop;
    private final Dispatcher dispatcher;
    private final Channel channel;
    private final Client client;
    private final SessionInput input;
    private final OutputBatch output;
    private final ReplyQueue replies;
    private final SessionState state = new SessionState();
    private final SessionLimits limits;

    private boolean dirty;
    private boolean paused;
    private boolean resuming;
    private int busyBackends;

    /** Size of the messages that wait behind replies that are owed. */
    private long heldBytes;

    /** No command is taken until all replies are in. */
    private boolean waiting;

    /** No command is taken until the routes have changed, see {@link #hold}. */
    private boolean held;

    /** A command that comes before those in the input, because it was dispatched in vain. */
    private @Nullable RepeatedCommand repeated;

    /** No more commands are taken; the connection closes when the last reply is out. */
    private boolean closing;

    private boolean closed;

    ClientSession(Dispatcher dispatcher, Channel channel, Client client) {
        this.loop = dispatcher.loop();
        this.dispatcher = dispatcher;
        this.channel = channel;
        this.client = client;
        this.input = new SessionInput(channel.alloc(), dispatcher.requestLimits(client));
        this.output = new OutputBatch(channel);
        this.replies = new ReplyQueue(output);
        client.onAccountChange(() -> loop.proxyLoop().execute(this::checkSubscriptions));
        this.limits = new SessionLimits(
                dispatcher.clients(), channel, dispatcher.settings().maxPipeline());
    }

    Client client() {
        return client;
    }

    SessionState state() {
        return state;
    }

    SessionInput input() {
        return input;
    }

    SessionLimits limits() {
        return limits;
    }

    /** Whether no reply is owed. */
    boolean isIdle() {
        return replies.isEmpty();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        loop.stats().add(Counter.CONNECTIONS_OPEN, 1);
        dispatcher.clients().add(client);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        closing = true;
        loop.stats().add(Counter.CONNECTIONS_OPEN, -1);
        dispatcher.clients().remove(client);
        dispatcher.pause().forget(this);
        replies.abandon();
        state.close();
        output.discard();
        input.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.proxyLoop().beginBurst();
        loop.stats().add(Counter.CLIENT_BYTES_IN, in.readableBytes());
        if (closing) {
            in.release();
            return;
        }
        input.add(in);
        takeCommands();
    }

    /** Ends the session of a client that listens to what its user may no longer listen to. */
    private void checkSubscriptions() {
        Subscriptions subscriptions = state.subscriptions();
        if (subscriptions != null && !closed && !subscriptions.areAllowed(client.user())) {
            channel.close();
        }
    }

    /** Dispatches the commands that are whole, then keeps what is left for later. */
    private void takeCommands() {
        try {
            while (!mustWait() && takeCommand()) {
                if (client.closesAfterReply()) {
                    closing = true;
                    break;
                }
            }
        } catch (ProtocolException e) {
            refuseProtocol(e);
        }
        if (closing) {
            input.drop();
            closeWhenAnswered();
        } else {
            pause(mustPause() || waiting && input.size() > MAX_INPUT_WHILE_WAITING);
            if (!paused) {
                input.keep();
                if (input.size() > 0) {
                    checkInput();
                }
            }
        }
    }

    /** The beginning of a command is there: sees to it that not too much of it comes. */
    private void checkInput() {
        client.active(loop.proxyLoop().nowNanos());
        long limit = limits.now().queryBufferBytes();
        if (input.needed() > limit) {
            refuseProtocol(
                    new ProtocolException("a command of more than " + limit + " bytes (client-query-buffer-limit)"));
            input.drop();
            closeWhenAnswered();
        }
    }

    /** Obeys limits that have changed, and closes a client that is beyond one. */
    void checkLimits() {
        if (closed) {
            return;
        }
        input.limits(dispatcher.requestLimits(client));
        checkOutput();
        // A client that waits, for a reply, for messages or for a pause to end, is not idle.
        boolean waits = waiting || !replies.isEmpty() || state.subscriptions() != null;
        if (!waits && limits.isIdleTooLong(client.idleMillis())) {
            channel.close();
        }
    }

    private void checkOutput() {
        if (state.subscriptions() == null && limits.isOutputExceeded(replies.keptBytes())) {
            LOG.warnf("client=%s closed: it does not take its replies", client.remoteAddress());
            channel.close();
        }
    }

    /** Dispatches the next command if it is whole; false when it is not, or has to come again once all replies are in. */
    private boolean takeCommand() {
        waiting = false;
        if (repeated != null) {
            return takeRepeated(repeated);
        }
        int start = input.position();
        if (!input.next()) {
            return false;
        }
        if (dispatcher.dispatch(this, input.frame())) {
            client.advanceReplyMode();
            return true;
        }
        input.rewind(start);
        waiting = true;
        return false;
    }

    private boolean takeRepeated(RepeatedCommand command) {
        repeated = null;
        boolean silentNow = client.isSilent();
        client.silent(command.silent());
        boolean taken = dispatcher.dispatch(this, command.frame(), command.hopsLeft());
        client.silent(silentNow);
        if (taken) {
            return true;
        }
        repeated = command;
        waiting = true;
        return false;
    }

    /** A command in memory of its own, with how many hops left it came, and whether its reply is wanted. */
    private record RepeatedCommand(CommandFrame frame, int hopsLeft, boolean silent) {}

    /** Has a command that is not carried out, after all, dispatched again before all that follow it. */
    void comeAgain(PendingReply reply, CommandFrame frame, int hopsLeft) {
        repeated = new RepeatedCommand(frame, hopsLeft, reply.silent);
        waiting = true;
        replies.complete(reply);
        markDirty();
        scheduleResume();
    }

    private boolean mustWait() {
        return held || waiting && !replies.isEmpty() || mustPause();
    }

    private void refuseProtocol(ProtocolException e) {
        loop.stats().add(Counter.PROTOCOL_ERRORS, 1);
        LOG.debugf("client=%s protocol error: %s", client.remoteAddress(), e.getMessage());
        replyBuffer().writeCharSequence("-ERR Protocol error: " + e.getMessage() + "\r\n", StandardCharsets.UTF_8);
        closing = true;
    }

    private boolean mustPause() {
        return busyBackends > 0 || limits.isFull(replies.size()) || !channel.isWritable();
    }

    private void pause(boolean wanted) {
        if (paused != wanted) {
            paused = wanted;
            channel.config().setAutoRead(!wanted);
        }
    }

    private void scheduleResume() {
        if ((paused || waiting && replies.isEmpty()) && !resuming) {
            resuming = true;
            loop.proxyLoop().execute(this::resume);
        }
    }

    /** Goes on reading, if the reason to pause is gone and there is room for more than a few commands. */
    private void resume() {
        resuming = false;
        boolean hasRoom = limits.hasRoom(replies.size());
        if ((paused || waiting) && !closing && hasRoom && !mustWait()) {
            limits.relieved();
            loop.proxyLoop().beginBurst();
            takeCommands();
        }
    }

    /** Makes the session stop reading until a backend takes commands again. */
    void awaitWritable(Writable backend) {
        busyBackends++;
        backend.whenWritable(() -> {
            busyBackends--;
            scheduleResume();
        });
    }

    /** Makes the session wait with the present command until the routes change: its slot is being handed over. */
    void hold() {
        if (!held) {
            held = true;
            loop.hold(this);
        }
    }

    /** Whether the present command could not be taken because its slot is held. */
    boolean isHeld() {
        return held;
    }

    /** The routes have changed: the command comes again. */
    void release() {
        held = false;
        scheduleResume();
    }

    /** Has new limits on the size of commands apply from the next command on. */
    void requestLimits(RequestLimits limits) {
        input.limits(limits);
    }

    /** Where to write the whole reply to the present command, at once. */
    ByteBuf replyBuffer() {
        if (client.isSilent()) {
            return loop.sink();
        }
        if (replies.isEmpty()) {
            markDirty();
            return output.buffer();
        }
        PendingReply reply = place();
        reply.done = true;
        ByteBuf kept = channel.alloc().buffer();
        reply.kept = kept;
        replies.add(reply);
        return kept;
    }

    private PendingReply place() {
        PendingReply reply = loop.pool().take();
        reply.session = this;
        return reply;
    }

    /**
     * Sends what answers no command, after the replies that are owed; only the reply to a command that blocks is not waited for.
     *
     * @return about how many bytes the client has not taken yet
     */
    long push(ByteBuf in, int from, int to) {
        if (closed || !channel.isOpen()) {
            return 0;
        }
        if (replies.isEmpty() || state.isBlocked() && !replies.hasBegun()) {
            output.append(in, from, to);
            markDirty();
        } else {
            heldBytes += to - from;
            replies.push(in, from, to, this::place);
        }
        return channel.bytesBeforeWritable() + heldBytes;
    }

    /** Messages that waited behind a reply are on their way. */
    void passedOn(int bytes) {
        heldBytes -= bytes;
    }

    long nowNanos() {
        return loop.proxyLoop().nowNanos();
    }

    /** The place for a reply to the present command that comes later. */
    PendingReply expectReply(int commandId) {
        PendingReply reply = place();
        reply.commandId = commandId;
        reply.silent = client.isSilent();
        reply.startNanos = loop.proxyLoop().nowNanos();
        replies.add(reply);
        return reply;
    }

    /** The place for the reply to a command that has this connection to itself; the client's later commands wait for it. */
    PendingReply expectReplyFrom(PinnedConnection connection, int commandId) {
        PendingReply reply = expectReply(commandId);
        reply.fromPinned = true;
        state.blockedOn(connection);
        waiting = true;
        return reply;
    }

    /** Has the client's later commands wait until no reply is owed. */
    void awaitReplies() {
        waiting = true;
    }

    /** The place for the reply to a command that blocks; the client's later commands wait for it. */
    PendingReply expectBlockingReply(int commandId) {
        waiting = true;
        return expectReply(commandId);
    }

    /** What held the session's command back is over. */
    void wake() {
        scheduleResume();
    }

    /** A part of a reply came in. */
    void reply(PendingReply reply, ByteBuf in, int from, int to, boolean last) {
        replies.part(reply, in, from, to);
        markDirty();
        if (last) {
            if (reply.fromPinned) {
                state.unblock();
            }
            dispatcher.answered(reply);
            replies.complete(reply);
            if (replies.isEmpty()) {
                write();
            }
            scheduleResume();
        }
    }

    /** Sends what there is now: a client that has all its replies may go on while others still get theirs. */
    private void write() {
        if (!closed) {
            loop.stats().add(Counter.CLIENT_BYTES_OUT, output.flush());
        }
    }

    /** There is no reply, or no more of it. A client that has got part of it cannot be told and is cut off. */
    void fail(PendingReply reply, BackendFailure failure) {
        if (reply.begun) {
            LOG.warnf("client=%s closed in the middle of a reply: %s", client.remoteAddress(), failure.message());
            channel.close();
            reply.isError = true;
            dispatcher.answered(reply);
            replies.complete(reply);
            return;
        }
        byte[] error = ("-" + failure.message() + "\r\n").getBytes(StandardCharsets.UTF_8);
        reply.reply(Unpooled.wrappedBuffer(error), 0, error.length, true);
    }

    @Override
    public void flush() {
        dirty = false;
        if (closed) {
            output.discard();
            return;
        }
        write();
        checkOutput();
        closeWhenAnswered();
    }

    private void markDirty() {
        if (!dirty) {
            dirty = true;
            loop.proxyLoop().flusher().add(this);
        }
    }

    private void closeWhenAnswered() {
        if (closing && !dirty && replies.isEmpty() && !closed) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            scheduleResume();
        } else {
            limits.congested();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete && state.isBlocked()) {
            // Nobody waits for what may never come; what the client left behind must not take an element from a list.
            channel.close();
        } else if (event instanceof ChannelInputShutdownReadComplete) {
            closing = true;
            input.drop();
            closeWhenAnswered();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException) {
            loop.stats().add(Counter.TLS_FAILURES, 1);
            LOG.debugf("client=%s TLS: %s", client.remoteAddress(), cause.getMessage());
        } else if (cause instanceof IOException) {
            LOG.debugf("client=%s %s", client.remoteAddress(), cause.getMessage());
        } else {
            LOG.errorf(cause, "client=%s closed after an unexpected error", client.remoteAddress());
        }
        context.close();
    }
}
