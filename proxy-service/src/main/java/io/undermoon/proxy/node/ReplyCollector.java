package io.undermoon.proxy.node;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespProtocolException;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.util.concurrent.CompletableFuture;

/**
 * Completes a stage with one reply, parsed when it is whole. Of a reply beyond the limit only the part up to it is
 * kept.
 */
final class ReplyCollector implements ReplyReceiver {
    private final String question;
    private final int maxBytes;
    private final CompletableFuture<RespValue> answer;
    private ByteBuf collected = Unpooled.buffer();

    /**
     * @param question the node and the command, for messages
     */
    ReplyCollector(String question, int maxBytes, CompletableFuture<RespValue> answer) {
        this.question = question;
        this.maxBytes = maxBytes;
        this.answer = answer;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (answer.isDone()) {
            return;
        }
        if (to - from > maxBytes - collected.readableBytes()) {
            collected = Unpooled.EMPTY_BUFFER;
            answer.completeExceptionally(
                    NodeException.invalidReply(question, "reply is larger than " + maxBytes + " bytes"));
            return;
        }
        collected.writeBytes(in, from, to - from);
        if (last) {
            parse();
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        answer.completeExceptionally(NodeException.noReply(failure));
    }

    private void parse() {
        RespValue value;
        try {
            value = new RespReader(RespLimits.CONTROL).read(collected);
        } catch (RespProtocolException e) {
            answer.completeExceptionally(NodeException.invalidReply(question, String.valueOf(e.getMessage())));
            return;
        }
        if (value == null) {
            answer.completeExceptionally(NodeException.invalidReply(question, "no whole reply"));
        } else {
            answer.complete(value);
        }
    }
}
