package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.gather.Gather;
import io.undermoon.proxy.gather.Merges;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.resp.RespWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An {@code EXEC} of commands in several slots, carried out as one transaction for each slot. Each is sent when the
 * reply to the one before is in, so who sees the effect of one sees that of those before it; together they are not
 * atomic. One whose slot is being handed over, or whose node is away for a failover, waits for that to end, also when
 * the client has left meanwhile. When one is not carried out, neither are those after it, and their commands have an
 * error for a reply. The client's later commands wait until the last reply is in. Owned by the session's loop.
 *
 * <p>The slot of watched keys comes first: if one of them has changed, nothing is executed.
 */
final class SplitTransaction {
    private final SessionLoop loop;
    private final TransactionSender sender;
    private final ClientSession session;
    private final Command exec;
    private final List<Transaction> parts;
    private final @Nullable Watch watch;
    private final Gather replies;
    private int next;
    private boolean watchedKeyChanged;

    SplitTransaction(
            SessionLoop loop,
            TransactionSender sender,
            ClientSession session,
            Command exec,
            Transaction whole,
            @Nullable Watch watch) {
        this.loop = loop;
        this.sender = sender;
        this.session = session;
        this.exec = exec;
        this.watch = watch;
        int[] order = new int[whole.count()];
        parts = whole.bySlot(watch == null ? Transaction.NO_SLOT : watch.slot(), order, sender::reads);
        int[] sizes = parts.stream().mapToInt(Transaction::count).toArray();
        Gather.Merge merge = Merges.placedOrErrors(order, sizes, whole.countOfClient());
        Gather.Merge nothing =
                (all, out) -> RespWriter.nullArray(out, session.client().protocol());
        replies = new Gather(
                sender.budget(),
                session.expectBlockingReply(exec.id()),
                parts.size(),
                complete -> complete.answerWithErrors(watchedKeyChanged ? nothing : merge));
    }

    /** Sends the first part. */
    void begin() {
        sendNext();
    }

    private void sendNext() {
        int number = next;
        Transaction part = parts.get(number);
        if (number > 0 && sender.mustWait(session, exec, part)) {
            loop.whenReleased(this::sendNext);
            return;
        }
        next++;
        String problem = watch != null && number == 0
                ? sender.sendWatched(session, watch, part, new Part(number))
                : sender.send(session, exec, part, new Part(number));
        if (problem != null) {
            replies.part(number).fail(new BackendFailure(problem));
            giveUp();
        }
    }

    /** Answers the parts that have not been sent. */
    private void giveUp() {
        while (next < parts.size()) {
            replies.part(next++)
                    .fail(new BackendFailure(
                            "EXECABORT not executed, because commands before it in another slot were not"));
        }
    }

    /** Goes on after the reply to a part, which is complete. */
    private void carriedOut(int number) {
        if (next == parts.size()) {
            return;
        }
        ByteBuf reply = replies.reply(number);
        byte type = reply.getByte(reply.readerIndex());
        watchedKeyChanged = type == '_' || type == '*' && reply.getByte(reply.readerIndex() + 1) == '-';
        if (type == '-' || watchedKeyChanged) {
            giveUp();
        } else {
            sendNext();
        }
    }

    /** The receiver of the reply to one part: an error, null, or an array. */
    private final class Part implements ReplyReceiver {
        private final int number;
        private final ReplyReceiver collected;

        Part(int number) {
            this.number = number;
            this.collected = replies.part(number);
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            collected.reply(in, from, to, last);
            if (last) {
                carriedOut(number);
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            collected.fail(failure);
            carriedOut(number);
        }
    }
}
