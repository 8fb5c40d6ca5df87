package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The receiver of the reply to {@code EXEC}, which it passes on unless {@link #multi} has got an error: then Redis has
 * executed the commands between the two one by one, and {@code EXEC} is answered with an error that says so. Owned by
 * the session's loop.
 */
final class TransactionReply implements ReplyReceiver {
    /** Is told that the node refuses {@code MULTI}. */
    interface Owner {
        void refused(String error);
    }

    private final ReplyReceiver client;
    private final Owner owner;
    private final Multi multi = new Multi();
    private @Nullable String refusal;

    TransactionReply(ReplyReceiver client, Owner owner) {
        this.client = client;
        this.owner = owner;
    }

    /** The receiver of the reply to {@code MULTI}. */
    ReplyReceiver multi() {
        return multi;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        String error = refusal;
        if (error == null) {
            client.reply(in, from, to, last);
        } else if (last) {
            owner.refused(error);
            ByteBuf out = Unpooled.buffer();
            RespWriter.error(out, "ERR the node refused MULTI, so the commands were executed one by one: " + error);
            client.reply(out, 0, out.writerIndex(), true);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        client.fail(failure);
    }

    private final class Multi implements ReplyReceiver {
        private final StringBuilder text = new StringBuilder(0);

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            text.append(in.toString(from, to - from, StandardCharsets.UTF_8));
            if (last && text.charAt(0) == '-') {
                refusal = text.substring(1).trim();
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            // EXEC fails too.
        }
    }
}
