package io.undermoon.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;

/**
 * Passes the reply to a script that names no keys on. The node's error about the rights of its user, when the script
 * tried a key all the same, is replaced by what Redis Cluster says.
 */
final class KeylessReply implements ReplyReceiver {
    private static final int MAX_ERROR_BYTES = 4096;
    private static final String IN_REDIS_7_0 = "can't access at least one of the keys";
    private static final String FROM_REDIS_7_2 = "No permissions to access a key";
    private static final String NOT_LOCAL = "ERR Script attempted to access a non local key in a cluster node";

    /** Begins what the error says about the place in the script. */
    private static final String PLACE = " script: ";

    private final ReplyReceiver receiver;

    /** An error reply so far; null unless the reply is one. */
    private ByteBuf error = Unpooled.EMPTY_BUFFER;

    private boolean begun;
    private boolean isError;

    KeylessReply(ReplyReceiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (!begun && to > from) {
            begun = true;
            isError = in.getByte(from) == '-';
            error = isError ? Unpooled.buffer() : error;
        }
        if (!isError) {
            receiver.reply(in, from, to, last);
            return;
        }
        error.writeBytes(in, from, to - from);
        if (last || error.readableBytes() > MAX_ERROR_BYTES) {
            isError = !last;
            passOn(last);
        }
    }

    private void passOn(boolean last) {
        String text = error.toString(StandardCharsets.UTF_8);
        if (last && (text.contains(IN_REDIS_7_0) || text.contains(FROM_REDIS_7_2))) {
            int place = text.lastIndexOf(PLACE);
            error.clear();
            RespWriter.error(
                    error, NOT_LOCAL + (place < 0 ? "" : text.substring(place).stripTrailing()));
        }
        receiver.reply(error, error.readerIndex(), error.writerIndex(), last);
    }

    @Override
    public void fail(BackendFailure failure) {
        receiver.fail(failure);
    }
}
