package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.DecoderException;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientMemory;
import io.undermoon.proxy.client.Refusal;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.stats.Counter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: cuts its input into commands, hands them to the {@link CommandHandler} in order, and sends the
 * replies in the order of the commands ({@link SessionOutput}).
 *
 * <p>Memory is bounded: of the input only a command that is not complete yet is kept. The session stops reading while
 * {@link SessionSettings#maxPipeline} commands wait for replies, while the client does not read its replies, or while a
 * node does not take its commands. Owned by one event loop.
 */
public final class ClientSession extends ChannelInboundHandlerAdapter implements Movable {
    private static final Logger LOG = Logger.getLogger(ClientSession.class);

    /** How much input behind a command that waits is read, so that the end of the connection is noticed meanwhile. */
    private static final int MAX_INPUT_WHILE_WAITING = 1 << 20;

    /** How many logins are handled before it is known what a session is. */
    private static final int MAX_LOGINS = 4;

    private final SessionLoops loops;
    private final SessionLoop loop;
    private final CommandHandler handler;
    private final Channel channel;
    private final Client client;
    private final SessionInput input;
    private final SessionOutput output;
    private final SessionLimits limits;
    private final SessionFeatures features;
    private final Admission admission;
    private final SessionMemory memory;
    private final Throttle throttle;
    private final RouteOrder order = new RouteOrder();
    private final WrittenNodes written = new WrittenNodes();

    /** Whether the commands in flight are {@linkplain #beginStaleRead stale reads}. */
    private boolean readsStale;

    private boolean paused;
    private boolean resuming;

    /** Whether limits of the user or the cluster apply, as of the last burst. */
    private boolean limited;

    private int logins;

    /** Where the session goes; null while it is where it belongs. */
    private @Nullable Place destination;

    /** Whether all replies are out and the session is on its way. */
    private boolean departed;

    /** The number of events of the channel. */
    private int events;

    private int busyConnections;

    /** No command is handled until all replies are in. */
    private boolean waiting;

    /** No command is handled until {@link #release}. */
    private boolean held;

    /** A command that is handled again, before those in the input. */
    private @Nullable RepeatedCommand repeated;

    /** The client sends no more; the commands that have arrived are still handled. */
    private boolean inputEnded;

    /** No more commands are handled; the connection closes when the last reply is out. */
    private boolean closing;

    private boolean closed;

    /**
     * @param loops to which the session may move
     * @param loop that it is on
     * @param refusal of the client unless it shows that it operates the cluster; null if it is admitted
     */
    ClientSession(
            SessionLoops loops,
            SessionLoop loop,
            CommandHandler handler,
            Channel channel,
            Client client,
            @Nullable Refusal refusal) {
        this.loops = loops;
        this.loop = loop;
        this.handler = handler;
        this.admission = new Admission(loop, client, refusal);
        this.channel = channel;
        this.client = client;
        this.features = new SessionFeatures(loop.connections(), client);
        this.input = new SessionInput(channel.alloc(), requestLimits());
        this.limits = new SessionLimits(loop.clients(), channel, loop.settings().maxPipeline());
        this.output = new SessionOutput(this, loop, handler, channel, input, limits);
        this.memory = output.memory();
        this.throttle = new Throttle(loop.proxyLoop(), client, loop.clients().clusterMeter(), this::scheduleResume);
        client.onAccountChange(() -> loop.proxyLoop().execute(this::checkAllowed));
    }

    public Client client() {
        return client;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public ProxyLoop proxyLoop() {
        return loop.proxyLoop();
    }

    @Override
    public int events() {
        return events;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    SessionInput input() {
        return input;
    }

    SessionLimits limits() {
        return limits;
    }

    /** Whether the client is connected, as far as is known: it may have left without a notice. */
    public boolean isOpen() {
        return channel.isOpen() && !inputEnded;
    }

    /** Whether all replies are in. */
    public boolean isIdle() {
        return output.isComplete();
    }

    /** What the client has begun and not ended, and which connections its commands take because of that. */
    public SessionFeatures features() {
        return features;
    }

    /** Closes the connection of a client whose user is no longer allowed what it has begun. */
    private void checkAllowed() {
        if (!features.areAllowed(client.user())) {
            channel.close();
        }
    }

    /** Where the client's writes were sent. */
    public WrittenNodes written() {
        return written;
    }

    /**
     * Whether a command for a slot may be sent by these routes without overtaking earlier ones on another path. If not,
     * it has to be handled again when all replies are in.
     *
     * @param slot negative for a command that is not about one slot
     */
    public boolean isInOrder(RouteTable now, int slot) {
        if (readsStale) {
            if (!output.isComplete()) {
                return false;
            }
            readsStale = false;
        }
        return order.permits(now, slot, output.isComplete());
    }

    /**
     * Whether a read that needs no lease may be sent now: it takes a connection of its own, so other commands have to
     * be answered before, and those that follow it wait for its reply.
     */
    public boolean beginStaleRead() {
        readsStale = readsStale || output.isComplete();
        return readsStale;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        loop.stats().add(Counter.CONNECTIONS_OPEN, 1);
        admission.begin();
    }

    /** Refuses a client that has not shown that the limit on their number is not for it. */
    void refuse() {
        Refusal refusal = admission.refusal();
        if (refusal != null && !client.isInternal() && !closing) {
            loop.stats().add(Counter.CONNECTIONS_REJECTED, 1);
            replyBuffer().writeCharSequence("-" + refusal.error() + "\r\n", StandardCharsets.UTF_8);
            closing = true;
            input.drop();
            closeWhenAnswered();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        closing = true;
        forget();
        loop.forget(this);
        throttle.close();
        output.close();
        features.closeAll();
        input.close();
        memory.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        events++;
        loop.stats().add(Counter.CLIENT_BYTES_IN, in.readableBytes());
        beginBurst(in.readableBytes());
        if (closing) {
            in.release();
            return;
        }
        input.add(in);
        takeCommands();
    }

    private void beginBurst(int bytes) {
        loop.proxyLoop().beginBurst();
        limited = loop.servesClients() && throttle.isOn();
        if (limited && bytes > 0) {
            throttle.received(bytes);
        }
    }

    /**
     * Output has been sent. Messages do not count for limits: they answer no command of the client that could wait
     * until they are paid for.
     */
    void sent(long bytes, long messageBytes) {
        loop.stats().add(Counter.CLIENT_BYTES_OUT, bytes);
        if (limited) {
            throttle.sent(bytes - messageBytes);
        }
    }

    /** Handles the commands that are complete, then keeps what is left of the input. */
    private void takeCommands() {
        try {
            while (!mustWait() && isAtItsLoop() && takeCommand()) {
                if (client.closesAfterReply()) {
                    closing = true;
                    break;
                }
            }
        } catch (ProtocolException e) {
            refuseProtocol(e);
        }
        if (inputEnded) {
            closeIfBlocked();
            // What is left when the session need not wait is not a complete command.
            closing |= !waiting && !mustWait();
        }
        if (closing) {
            input.drop();
            closeWhenAnswered();
        } else {
            pause(mustPause() || waiting && input.size() > MAX_INPUT_WHILE_WAITING);
            if (!paused || input.isLarge()) {
                input.keep();
            }
            if (!paused && input.size() > 0) {
                checkInput();
            }
        }
        memory.countIfHeld();
    }

    /** Whether the next command belongs on this loop; if not, the session goes to another one. */
    private boolean isAtItsLoop() {
        if (loop.servesClients()) {
            return true;
        }
        Place place = input.size() == 0 ? Place.UNKNOWN : handler.placeOf(input.unread());
        if (place == Place.ANY && logins < MAX_LOGINS) {
            logins++;
            return true;
        }
        if (place == Place.UNKNOWN || place == Place.CONTROL && loops.isControl(loop.proxyLoop())) {
            return true;
        }
        destination = place == Place.CONTROL ? Place.CONTROL : Place.CLIENTS;
        departWhenAnswered();
        return false;
    }

    private void departWhenAnswered() {
        if (destination != null && !departed && output.isFlushed()) {
            departed = true;
            loops.move(this, destination);
        }
    }

    @Override
    public Departure leave() {
        closed = true;
        Departure departure =
                new Departure(client, loops, input.take(), inputEnded, closing, admission.refusal(), this::forget);
        admission.leave();
        loop.forget(this);
        output.close();
        features.closeAll();
        input.close();
        memory.close();
        return departure;
    }

    private void forget() {
        loop.stats().add(Counter.CONNECTIONS_OPEN, -1);
        admission.end();
    }

    /** Goes on with what another loop has begun. */
    void goOn(Departure departure) {
        admission.goOn();
        paused = true;
        inputEnded = departure.inputEnded();
        closing = departure.closing();
        beginBurst(departure.input().readableBytes());
        input.add(departure.input());
        if (closing) {
            input.drop();
            closeWhenAnswered();
        } else {
            takeCommands();
        }
    }

    /** Refuses a command, of which the beginning has arrived, that will be too large, or has it wait for memory. */
    private void checkInput() {
        client.active(loop.proxyLoop().nowNanos());
        ClientMemory all = loop.clients().memory();
        long limit = limits.now().queryBufferBytes();
        long memoryLimit = all.limitBytes();
        if (input.needed() > limit) {
            refuseInput("a command of more than " + limit + " bytes (client-query-buffer-limit)");
        } else if (memoryLimit > 0 && input.needed() > memoryLimit) {
            refuseInput("a command of more than " + memoryLimit + " bytes (maxmemory-clients)");
        } else if (input.beginsLarge() && all.isTight()) {
            memory.await();
            pause(true);
        }
    }

    private void refuseInput(String why) {
        refuseProtocol(new ProtocolException(why));
        input.drop();
        closeWhenAnswered();
    }

    SessionMemory memory() {
        return memory;
    }

    /** There is memory for the large command that the client has begun. */
    void memoryFreed() {
        memory.freed();
        scheduleResume();
    }

    /** Closes the connection of the client that holds most, because clients together hold too much memory. */
    void evict() {
        if (closed) {
            channel.close();
            return;
        }
        ClientMemory all = loop.clients().memory();
        LOG.warnf(
                "Client closed because clients hold too much memory and it holds most: client=%s held_bytes=%d"
                        + " all_bytes=%d limit_bytes=%d",
                client.remoteAddress(), client.heldBytes(), all.heldBytes(), all.limitBytes());
        loop.stats().add(Counter.CLIENTS_EVICTED, 1);
        // At once: the handler of TLS would first try to send what the client does not read.
        channel.unsafe().close(channel.voidPromise());
    }

    /** Applies limits that have changed, and closes the connection of a client that exceeds one. */
    void checkLimits() {
        if (closed) {
            return;
        }
        refreshRequestLimits();
        checkOutput();
        // A client that waits for a reply, for messages, for its turn or for the end of a pause is not idle.
        boolean waits =
                waiting || destination != null || throttle.isWaiting() || !output.isComplete() || isSubscriber();
        if (!waits && limits.isIdleTooLong(client.idleMillis())) {
            channel.close();
        }
    }

    private void checkOutput() {
        if (!isSubscriber() && output.isExceeded()) {
            LOG.warnf("Client closed because it does not read its replies: client=%s", client.remoteAddress());
            channel.close();
        }
    }

    /** Whether messages come that answer no command. */
    private boolean isSubscriber() {
        return features.get(FeatureKind.SUBSCRIPTIONS) != null || features.get(FeatureKind.MONITOR) != null;
    }

    /** Applies the limits on the size of commands, which depend on the login, from the next command on. */
    public void refreshRequestLimits() {
        input.limits(requestLimits());
    }

    private RequestLimits requestLimits() {
        return client.authenticated() ? loop.clients().limits().requests() : RequestLimits.UNAUTHENTICATED;
    }

    private boolean handle(CommandFrame frame, int hopsLeft) {
        boolean handled = handler.handle(this, frame, hopsLeft);
        output.takeAnswer();
        return handled;
    }

    /** What has been written in reply to the present command since the last call; an error is counted. */
    public Answer takeAnswer() {
        return output.takeAnswer();
    }

    /** Handles the next command; false when it is not complete, or has to be handled again later. */
    private boolean takeCommand() {
        waiting = false;
        if (repeated != null) {
            return takeRepeated(repeated);
        }
        int start = input.position();
        if (!input.next()) {
            return false;
        }
        if (!admission.permits(handler, this, input.frame())) {
            refuse();
            return false;
        }
        if (limited && !isDue()) {
            input.rewind(start);
            return false;
        }
        if (handle(input.frame(), CommandHandler.NOT_FORWARDED)) {
            input.handled();
            if (limited) {
                throttle.handled();
            }
            client.advanceReplyMode();
            return true;
        }
        input.rewind(start);
        waiting = true;
        return false;
    }

    /** Whether the limits of the user and the cluster let the present command through now. */
    private boolean isDue() {
        return handler.admission(this, input.frame()) == CommandHandler.Admission.ADMITTED || throttle.permits();
    }

    private boolean takeRepeated(RepeatedCommand command) {
        repeated = null;
        boolean silentNow = client.isSilent();
        client.silent(command.silent());
        boolean taken = handle(command.frame(), command.hopsLeft());
        client.silent(silentNow);
        if (taken) {
            return true;
        }
        repeated = command;
        waiting = true;
        return false;
    }

    /** A command in its own memory, the hops it had left, and whether its reply is unwanted. */
    private record RepeatedCommand(CommandFrame frame, int hopsLeft, boolean silent) {}

    /** Has a command that was not executed handled again, before all commands that follow it; its reply is given up. */
    public void repeat(PendingReply reply, CommandFrame frame, int hopsLeft) {
        repeated = new RepeatedCommand(frame, hopsLeft, reply.silent);
        waiting = true;
        output.giveUp(reply);
        scheduleResume();
    }

    private boolean mustWait() {
        return held || destination != null || waiting && !output.isComplete() || mustPause();
    }

    private void refuseProtocol(ProtocolException e) {
        loop.stats().add(Counter.PROTOCOL_ERRORS, 1);
        LOG.debugf("Client sent a protocol error: client=%s error=%s", client.remoteAddress(), e.getMessage());
        replyBuffer().writeCharSequence("-ERR Protocol error: " + e.getMessage() + "\r\n", StandardCharsets.UTF_8);
        closing = true;
    }

    private boolean mustPause() {
        return destination != null
                || throttle.isWaiting()
                || busyConnections > 0
                || memory.isAwaited()
                || limits.isFull(output.pending())
                || !channel.isWritable();
    }

    private void pause(boolean wanted) {
        if (paused != wanted) {
            paused = wanted;
            channel.config().setAutoRead(!wanted);
        }
    }

    /** Handles commands again in this turn of the loop, if the session waits. */
    void scheduleResume() {
        if ((paused || waiting && output.isComplete()) && !resuming) {
            resuming = true;
            loop.proxyLoop().execute(this::resume);
        }
    }

    /** Handles commands again if the reason to wait is gone and there is room for more than a few. */
    private void resume() {
        resuming = false;
        boolean hasRoom = limits.hasRoom(output.pending());
        if ((paused || waiting) && !closing && hasRoom && !mustWait()) {
            limits.relieved();
            beginBurst(0);
            try {
                takeCommands();
            } catch (RuntimeException e) {
                // Nobody else would notice: this is a task of the loop, not an event of the channel.
                channel.pipeline().fireExceptionCaught(e);
            }
        }
    }

    /** Stops reading the client until a connection takes commands again. */
    public void awaitWritable(NodeConnection connection) {
        busyConnections++;
        int bytes = input.frame().length();
        memory.addUntaken(bytes);
        connection.whenWritable(() -> {
            busyConnections--;
            memory.addUntaken(-bytes);
            memory.count();
            scheduleResume();
        });
    }

    /**
     * Has the present command handled again after {@link SessionLoop#releaseHeld}: its slot is being handed over, or
     * clients are paused.
     */
    public void hold() {
        if (!held) {
            held = true;
            loop.hold(this);
        }
    }

    /** Whether the present command has to be handled again because of {@link #hold}. */
    public boolean isHeld() {
        return held;
    }

    void release() {
        held = false;
        client.paused(false);
        scheduleResume();
    }

    /** The buffer for the whole reply to the present command, which is written at once. */
    public ByteBuf replyBuffer() {
        return output.replyBuffer();
    }

    /** The place for a reply to the present command that arrives later. */
    public PendingReply expectReply(int commandId) {
        return output.expectReply(commandId);
    }

    /**
     * Like {@link #expectReply}, for a command on a pinned connection: the client's later commands wait for the reply.
     */
    public PendingReply expectBlockingReply(int commandId) {
        waiting = true;
        return output.expectBlockingReply(commandId);
    }

    /** Has the client's later commands wait until all replies are in. */
    public void awaitReplies() {
        waiting = true;
    }

    /** Whether the client waits for the reply to a command on a pinned connection. */
    public boolean isBlocked() {
        return output.isBlocked();
    }

    /**
     * Sends a message that answers no command. It goes behind the replies that are pending, but before that to a
     * command that blocks. Closes the connection of a client that lets too many messages pile up.
     */
    public void push(ByteBuf in, int from, int to) {
        if (!closed && channel.isOpen()) {
            output.push(in, from, to);
        }
    }

    /** Output has been written. */
    void flushed() {
        checkOutput();
        memory.count();
        closeWhenAnswered();
        departWhenAnswered();
    }

    /** A client that has left must not take an element from a list: with the connection its command ends. */
    private void closeIfBlocked() {
        if (features.get(FeatureKind.BLOCKED) != null) {
            channel.close();
        }
    }

    private void closeWhenAnswered() {
        if (closing && output.isFlushed() && !closed) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        memory.count();
        if (channel.isWritable()) {
            scheduleResume();
        } else {
            limits.congested();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        events++;
        if (event instanceof ChannelInputShutdownReadComplete && !closing) {
            inputEnded = true;
            closeIfBlocked();
            if (mustWait()) {
                pause(mustPause());
            } else {
                takeCommands();
            }
        } else if (event == Drain.INSTANCE) {
            closing = true;
            input.drop();
            closeWhenAnswered();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        events++;
        if (cause instanceof DecoderException) {
            loop.stats().add(Counter.TLS_FAILURES, 1);
            LOG.debugf("TLS failed: client=%s error=%s", client.remoteAddress(), cause.getMessage());
        } else if (cause instanceof IOException) {
            LOG.debugf("Client connection failed: client=%s error=%s", client.remoteAddress(), cause.getMessage());
        } else {
            LOG.errorf(cause, "Client closed after an unexpected error: client=%s", client.remoteAddress());
        }
        context.close();
    }
}
