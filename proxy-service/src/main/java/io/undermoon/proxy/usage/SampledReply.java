package io.undermoon.proxy.usage;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Passes the reply to a command that is looked at on, and notes what it took. Used again and again by its loop. */
final class SampledReply implements ReplyReceiver, IntConsumer {
    /** Keys beyond do not count. */
    private static final int MAX_KEYS = 256;

    private static final int MAX_BYTES_OF_KEYS = 64 * 1024;

    private final LoopUsage usage;
    private @Nullable ReplyReceiver receiver;
    private @Nullable CommandFrame frame;
    private byte[] keys = new byte[256];
    private int[] ends = new int[4];

    Role role = Role.MASTER;
    int slot;
    int weight;
    long startNanos;
    long bytesIn;
    long bytesOut;
    int keyCount;

    SampledReply(LoopUsage usage) {
        this.usage = usage;
    }

    /** Begins with a command that has been sent. */
    SampledReply begin(Role itsRole, int itsSlot, int itsWeight, long nowNanos, long bytes) {
        role = itsRole;
        slot = itsSlot;
        weight = itsWeight;
        startNanos = nowNanos;
        bytesIn = bytes;
        bytesOut = 0;
        keyCount = 0;
        return this;
    }

    SampledReply to(ReplyReceiver next) {
        receiver = next;
        return this;
    }

    /** Takes the keys of which {@link #accept} is told from a command. */
    SampledReply from(CommandFrame command) {
        frame = command;
        return this;
    }

    /** The command is not used any more. */
    void keysAreIn() {
        frame = null;
    }

    byte[] keys() {
        return keys;
    }

    int keyStart(int key) {
        return key == 0 ? 0 : ends[key - 1];
    }

    int keyEnd(int key) {
        return ends[key];
    }

    /** Takes an argument, which is a key. */
    @Override
    public void accept(int argument) {
        CommandFrame command = frame;
        if (command == null || keyCount == MAX_KEYS) {
            return;
        }
        int length = command.argumentLength(argument);
        int start = keyStart(keyCount);
        if (length > TopKeys.MAX_KEY_BYTES || start + length > MAX_BYTES_OF_KEYS) {
            return;
        }
        if (keyCount == ends.length) {
            ends = Arrays.copyOf(ends, 2 * keyCount);
        }
        if (start + length > keys.length) {
            keys = Arrays.copyOf(keys, Math.max(2 * keys.length, start + length));
        }
        command.buffer().getBytes(command.argumentStart(argument), keys, start, length);
        ends[keyCount++] = start + length;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        bytesOut += to - from;
        ReplyReceiver next = receiver;
        if (last) {
            receiver = null;
            usage.answered(this);
        }
        if (next != null) {
            next.reply(in, from, to, last);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        ReplyReceiver next = receiver;
        receiver = null;
        usage.answered(this);
        if (next != null) {
            next.fail(failure);
        }
    }
}
