package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.gather.Gather;
import io.undermoon.proxy.gather.Merges;
import io.undermoon.proxy.session.ClientSession;
import java.util.List;

/**
 * An {@code EXEC} of commands in several slots, carried out as one transaction for each slot. Each is sent when the
 * reply to the one before is in, so who sees the effect of one sees that of those before it; together they are not
 * atomic. When one is not carried out, neither are those after it, and their commands have an error for a reply. The
 * client's later commands wait until the last reply is in. Owned by the session's loop.
 */
final class SplitTransaction {
    private final Transactions transactions;
    private final ClientSession session;
    private final Command exec;
    private final List<Transaction> parts;
    private final Gather replies;
    private int next;

    SplitTransaction(Transactions transactions, ClientSession session, Command exec, Transaction whole) {
        this.transactions = transactions;
        this.session = session;
        this.exec = exec;
        int[] order = new int[whole.count()];
        parts = whole.bySlot(order, transactions::reads);
        int[] sizes = parts.stream().mapToInt(Transaction::count).toArray();
        Gather.Merge merge = Merges.placedOrErrors(order, sizes);
        replies = new Gather(
                transactions.budget(),
                session.expectBlockingReply(exec.id()),
                parts.size(),
                complete -> complete.answerWithErrors(merge));
    }

    /** Sends the first part. */
    void begin() {
        sendNext();
    }

    private void sendNext() {
        int number = next++;
        String problem = transactions.send(session, exec, parts.get(number), new Part(replies.part(number)));
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

    private void carriedOut(boolean isError) {
        if (isError) {
            giveUp();
        } else if (next < parts.size()) {
            sendNext();
        }
    }

    /** The reply to one part: an error if none of its commands was executed, or perhaps none. */
    private final class Part implements ReplyReceiver {
        private final ReplyReceiver collected;
        private boolean begun;
        private boolean isError;

        Part(ReplyReceiver collected) {
            this.collected = collected;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (!begun) {
                begun = true;
                isError = in.getByte(from) == '-';
            }
            collected.reply(in, from, to, last);
            if (last) {
                carriedOut(isError);
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            collected.fail(failure);
            carriedOut(true);
        }
    }
}
