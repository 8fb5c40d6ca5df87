package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.client.SlowLog;
import org.jspecify.annotations.Nullable;

/**
 * The place of one command in a client's sequence of replies, from its dispatch until its reply is passed on.
 *
 * <p>A reply that arrives while it is the client's next one goes straight to the client's output; otherwise it is kept
 * here until its turn. Instances are reused by their loop through {@link ReplyPool}. Owned by the loop.
 */
public final class PendingReply implements ReplyTarget {
    private final ReplyPool pool;

    @Nullable
    SessionOutput output;

    @Nullable
    PendingReply next;

    private SlowLog.@Nullable Sample sample;
    int commandId;
    long startNanos;

    /** What has arrived before its turn. */
    @Nullable
    ByteBuf kept;

    /** How many bytes of {@link #kept} are of the reply. */
    int keptBytes;

    /** How many bytes of {@link #kept} are messages that answer no command. */
    int pushedBytes;

    boolean begun;

    /** Whether the reply has arrived and is passed on soon, so that messages come behind it. */
    private boolean arrived;

    boolean done;
    boolean isError;
    private boolean isRejection;

    /** Whether the client does not want the reply ({@code CLIENT REPLY}). */
    boolean silent;

    PendingReply(ReplyPool pool) {
        this.pool = pool;
    }

    /** The number of the command in the command table, for counters. */
    public int commandId() {
        return commandId;
    }

    /** When the burst that brought the command began, as {@link System#nanoTime}. */
    public long startNanos() {
        return startNanos;
    }

    /** Whether the reply is an error. */
    public boolean isError() {
        return isError;
    }

    /** Whether the reply is an error that says that the command was not executed at all. */
    public boolean isRejection() {
        return isRejection;
    }

    /** The command's sample for the slow log; null when it was not sampled. */
    public SlowLog.@Nullable Sample sample() {
        return sample;
    }

    public void sample(SlowLog.Sample begun) {
        sample = begun;
    }

    /** The reply to a command that blocks has arrived: messages for the client are sent behind it from now on. */
    public void arrived() {
        arrived = true;
    }

    /** Whether messages may be sent before the reply, of a command that blocks. */
    boolean isOvertaken() {
        return !begun && !arrived;
    }

    @Override
    public boolean isWaiting() {
        return output != null;
    }

    @Override
    public void hold(int bytes) {
        if (output != null) {
            output.memory().addGathered(bytes);
        }
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (!begun) {
            begun = true;
            byte type = in.getByte(from);
            isError = type == '-' || type == '!';
            if (isError && output != null) {
                isRejection = output.countError(in, from, to);
            }
        }
        SessionOutput owner = output;
        if (owner != null) {
            owner.reply(this, in, from, to, last);
        } else if (last) {
            recycle();
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        SessionOutput owner = output;
        if (owner != null) {
            owner.fail(this, failure);
        } else {
            recycle();
        }
    }

    /** The client has left: what arrives is dropped. */
    void orphan() {
        output = null;
        next = null;
        releaseKept();
    }

    /** Gives the instance back to the pool; nothing refers to it any more. */
    void recycle() {
        releaseKept();
        if (output != null && pushedBytes > 0) {
            output.memory().addMessages(-pushedBytes);
        }
        pushedBytes = 0;
        keptBytes = 0;
        output = null;
        next = null;
        sample = null;
        begun = false;
        arrived = false;
        done = false;
        isError = false;
        isRejection = false;
        silent = false;
        pool.put(this);
    }

    private void releaseKept() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
