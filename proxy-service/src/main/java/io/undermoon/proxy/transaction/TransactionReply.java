package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The receiver of the reply to {@code EXEC}, which it passes on unless one of the {@link #queueing} replies was an
 * error. If that was the one to {@code MULTI}, Redis has executed the commands between the two one by one, and {@code
 * EXEC} is answered with an error that says so. If a command was not queued, {@code EXEC} has executed nothing, and the
 * client is told why. Owned by the session's loop.
 */
final class TransactionReply implements ReplyReceiver {
    /** Is told what became of the transaction. */
    interface Owner {
        /** The node refuses {@code MULTI}. */
        void refused(String error);

        /** The node has executed the commands. */
        void executed();
    }

    private final ReplyReceiver client;
    private final Owner owner;
    private final Queueing queueing = new Queueing();
    private boolean isBegun;

    /** The error in reply to {@code MULTI}. */
    private @Nullable String refusal;

    /** The error in reply to a command that was to be queued. */
    private @Nullable String notQueued;

    TransactionReply(ReplyReceiver client, Owner owner) {
        this.client = client;
        this.owner = owner;
    }

    /** The receiver of the replies to {@code MULTI} and to the commands that are queued. */
    ReplyReceiver queueing() {
        return queueing;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (refusal == null && notQueued == null) {
            if (!isBegun && isExecuted(in, from, to)) {
                owner.executed();
            }
            isBegun = true;
            client.reply(in, from, to, last);
        } else if (last && refusal != null) {
            owner.refused(refusal);
            answer("ERR the node refused MULTI, so the commands were executed one by one: " + refusal);
        } else if (last) {
            answer("EXECABORT Transaction discarded because of: " + notQueued);
        }
    }

    /** Whether a reply to {@code EXEC} has the replies to the commands, and is neither an error nor null. */
    private static boolean isExecuted(ByteBuf in, int from, int to) {
        return in.getByte(from) == '*' && (to - from == 1 || in.getByte(from + 1) != '-');
    }

    private void answer(String error) {
        ByteBuf out = Unpooled.buffer();
        RespWriter.error(out, error);
        client.reply(out, 0, out.writerIndex(), true);
    }

    @Override
    public void fail(BackendFailure failure) {
        client.fail(failure);
    }

    /** Finds the errors among replies. */
    private final class Queueing implements ReplyReceiver {
        /** What has arrived of an error. */
        private @Nullable StringBuilder error;

        private boolean isWithin;
        private boolean isAfterMulti;

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (!isWithin && in.getByte(from) == '-') {
                error = new StringBuilder();
            }
            isWithin = !last;
            StringBuilder text = error;
            if (text != null) {
                text.append(in.toString(from, to - from, StandardCharsets.UTF_8));
                if (last) {
                    error = null;
                    ended(text.substring(1).trim());
                }
            }
            isAfterMulti |= last;
        }

        private void ended(String text) {
            if (!isAfterMulti) {
                refusal = text;
            } else if (notQueued == null) {
                notQueued = text;
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            // EXEC fails too.
        }
    }
}
