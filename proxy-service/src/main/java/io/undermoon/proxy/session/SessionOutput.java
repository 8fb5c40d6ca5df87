package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.LoopFlusher;
import io.undermoon.proxy.backend.OutputBatch;
import io.undermoon.proxy.client.Client;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a client is sent: the replies in the order of its commands, and messages that answer no command between them.
 * Owned by the client's loop.
 */
final class SessionOutput implements LoopFlusher.Flushable {
    private static final Logger LOG = Logger.getLogger(ClientSession.class);

    private final ClientSession session;
    private final SessionLoop loop;
    private final CommandHandler handler;
    private final Channel channel;
    private final Client client;
    private final OutputBatch batch;
    private final SessionLimits limits;
    private final SessionMemory memory;
    private final OutputGuard messageGuard = new OutputGuard();

    /** The reply that the client's later commands wait for, while messages may go out before it. */
    private @Nullable PendingReply blockingReply;

    /** Where the reply to the present command is written; null if none is. */
    private @Nullable ByteBuf answer;

    private int answerFrom;

    /** The pending replies in the order of the commands. */
    private @Nullable PendingReply head;

    private @Nullable PendingReply tail;
    private int pending;

    /** Size of the replies that have arrived before their turn. */
    private long keptBytes;

    /** Size of the messages among the output that has not been written. */
    private long messagesInBatch;

    private boolean dirty;
    private boolean closed;

    SessionOutput(
            ClientSession session,
            SessionLoop loop,
            CommandHandler handler,
            Channel channel,
            SessionInput input,
            SessionLimits limits) {
        this.session = session;
        this.loop = loop;
        this.handler = handler;
        this.channel = channel;
        this.client = session.client();
        this.limits = limits;
        this.batch = new OutputBatch(channel);
        this.memory = new SessionMemory(loop.clients().memory(), client, input, this, limits);
    }

    SessionMemory memory() {
        return memory;
    }

    /** Whether all replies are in. */
    boolean isComplete() {
        return head == null;
    }

    /** Whether all replies are in and written. */
    boolean isFlushed() {
        return !dirty && head == null;
    }

    /** The number of commands whose reply is not in. */
    int pending() {
        return pending;
    }

    /** Size of the replies that have arrived before their turn. */
    long keptBytes() {
        return keptBytes;
    }

    /** Whether the client reads too little of its replies. */
    boolean isExceeded() {
        return limits.isOutputExceeded(keptBytes);
    }

    /** The buffer for the whole reply to the present command, which is written at once. */
    ByteBuf replyBuffer() {
        ByteBuf buffer = bufferInTurn();
        answer = buffer;
        answerFrom = buffer.writerIndex();
        return buffer;
    }

    private ByteBuf bufferInTurn() {
        if (client.isSilent()) {
            return loop.sink();
        }
        if (head == null) {
            markDirty();
            return batch.buffer();
        }
        PendingReply reply = place();
        reply.done = true;
        ByteBuf kept = channel.alloc().buffer();
        reply.kept = kept;
        add(reply);
        return kept;
    }

    private PendingReply place() {
        PendingReply reply = loop.pool().take();
        reply.output = this;
        return reply;
    }

    private void add(PendingReply reply) {
        PendingReply last = tail;
        if (last == null) {
            head = reply;
        } else {
            last.next = reply;
        }
        tail = reply;
        pending++;
    }

    /** What has been written in reply to the present command since the last call; an error is counted. */
    Answer takeAnswer() {
        ByteBuf reply = answer;
        answer = null;
        if (reply == null || reply.writerIndex() == answerFrom) {
            return Answer.NONE;
        }
        if (reply.getByte(answerFrom) != '-') {
            return Answer.VALUE;
        }
        return countError(reply, answerFrom, reply.writerIndex()) ? Answer.REJECTION : Answer.FAILURE;
    }

    /** Counts an error reply; returns whether it says that the command was rejected. */
    boolean countError(ByteBuf in, int from, int to) {
        return loop.stats().errors().count(in, from, to);
    }

    /** The place for a reply to the present command that arrives later. */
    PendingReply expectReply(int commandId) {
        PendingReply reply = place();
        reply.commandId = commandId;
        reply.silent = client.isSilent();
        reply.startNanos = loop.proxyLoop().nowNanos();
        add(reply);
        return reply;
    }

    /** Like {@link #expectReply}, of a command before whose reply messages may be sent. */
    PendingReply expectBlockingReply(int commandId) {
        PendingReply reply = expectReply(commandId);
        blockingReply = reply;
        return reply;
    }

    /** Whether the client waits for the reply to a command that blocks. */
    boolean isBlocked() {
        return blockingReply != null;
    }

    /** Sends a message behind the replies that are pending, but before that to a command that still blocks. */
    void push(ByteBuf in, int from, int to) {
        if (head == null || isBlocked() && head.isOvertaken()) {
            batch.append(in, from, to);
            messagesInBatch += to - from;
            markDirty();
        } else {
            memory.addMessages(to - from);
            pushBehind(in, from, to);
        }
        long pendingBytes = channel.bytesBeforeWritable() + memory.messageBytes();
        if (messageGuard.isExceeded(
                limits.now().output().pubsub(), pendingBytes, loop.proxyLoop().nowNanos())) {
            LOG.warnf(
                    "Client closed because it does not read its messages: client=%s pending_bytes=%d",
                    client.remoteAddress(), pendingBytes);
            channel.close();
        }
    }

    private void pushBehind(ByteBuf in, int from, int to) {
        PendingReply last = tail;
        ByteBuf kept = last != null && last.done ? last.kept : null;
        if (last == null || kept == null) {
            last = place();
            last.done = true;
            add(last);
        }
        last.kept = append(kept, in, from, to);
        last.pushedBytes += to - from;
    }

    /** A part of a reply has arrived. */
    void reply(PendingReply reply, ByteBuf in, int from, int to, boolean last) {
        part(reply, in, from, to);
        markDirty();
        if (last) {
            handler.answered(reply);
            complete(reply);
            if (head == null) {
                write();
            }
            session.scheduleResume();
        }
    }

    /** Passes a part of a reply on if the reply is the next one, else keeps a copy. */
    private void part(PendingReply reply, ByteBuf in, int from, int to) {
        if (reply.silent) {
            return;
        }
        if (reply == head) {
            batch.append(in, from, to);
            return;
        }
        reply.kept = append(reply.kept, in, from, to);
        reply.keptBytes += to - from;
        keptBytes += to - from;
    }

    private static ByteBuf append(@Nullable ByteBuf kept, ByteBuf in, int from, int to) {
        ByteBuf grown = kept == null
                ? in.alloc().directBuffer(to - from)
                : GrowingBuffer.withRoom(in.alloc(), kept, to - from, 0);
        return grown.writeBytes(in, from, to - from);
    }

    /**
     * The reply, or the rest of it, will not arrive. A client that has got part of it can only be disconnected, and
     * one that can be told nothing certain is, too.
     */
    void fail(PendingReply reply, BackendFailure failure) {
        if (reply.begun || failure.isFinal()) {
            if (!failure.isFinal()) {
                LOG.warnf(
                        "Client closed in the middle of a reply: client=%s reason=%s",
                        client.remoteAddress(), failure.message());
            }
            channel.close();
            reply.isError = true;
            handler.answered(reply);
            complete(reply);
            return;
        }
        byte[] error = ("-" + failure.message() + "\r\n").getBytes(StandardCharsets.UTF_8);
        reply.reply(Unpooled.wrappedBuffer(error), 0, error.length, true);
    }

    /** Gives up a reply, so that those behind it follow. */
    void giveUp(PendingReply reply) {
        complete(reply);
        markDirty();
    }

    private void complete(PendingReply reply) {
        if (reply == blockingReply) {
            blockingReply = null;
        }
        reply.done = true;
        while (head != null && head.done) {
            PendingReply first = head;
            advance(first);
            first.recycle();
        }
    }

    /** Passes on what has arrived of the reply behind the first one. */
    private void advance(PendingReply first) {
        PendingReply following = first.next;
        head = following;
        pending--;
        if (following == null) {
            tail = null;
        } else if (following.kept != null) {
            ByteBuf kept = following.kept;
            keptBytes -= following.keptBytes;
            following.keptBytes = 0;
            messagesInBatch += following.pushedBytes;
            batch.append(kept, kept.readerIndex(), kept.writerIndex());
            kept.release();
            following.kept = null;
        }
    }

    private void markDirty() {
        if (!dirty) {
            dirty = true;
            loop.proxyLoop().flusher().add(this);
        }
    }

    /** Writes the output now: a client that has all its replies may go on while others still get theirs. */
    private void write() {
        if (!closed) {
            session.sent(batch.flush(), messagesInBatch);
            messagesInBatch = 0;
        }
    }

    @Override
    public void flush() {
        dirty = false;
        if (closed) {
            batch.discard();
            return;
        }
        write();
        session.flushed();
    }

    /** The client has left: what still arrives for it is dropped. */
    void close() {
        closed = true;
        PendingReply reply = head;
        while (reply != null) {
            PendingReply following = reply.next;
            if (reply.done) {
                reply.recycle();
            } else {
                reply.orphan();
            }
            reply = following;
        }
        head = null;
        tail = null;
        pending = 0;
        keptBytes = 0;
        batch.discard();
    }
}
