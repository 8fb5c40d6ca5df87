package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.session.ReplyTarget;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the replies to several commands that were sent for one command of a client. It calls back once, when the
 * last one has arrived; usually to answer the client with all of them {@linkplain #answer merged} into one.
 *
 * <p>A command without a reply counts as answered with an error. Replies are kept within the {@link GatherBudget};
 * one that exceeds it is dropped and counts as an error too. What arrives for a client that has left is dropped. Owned
 * by a loop.
 */
public final class Gather {
    /** Makes one reply of several, none of which is an error. */
    public interface Merge {
        /**
         * Appends the reply.
         *
         * @throws ProtocolException if the replies are not of the shape that this command's have
         */
        void write(Gather replies, ByteBuf out);
    }

    private final GatherBudget budget;
    private final ReplyTarget target;
    private final Part[] parts;
    private final Consumer<Gather> whenComplete;
    private int missing;

    /** Size of the replies that are kept. */
    private int held;

    public Gather(GatherBudget budget, ReplyTarget target, int parts, Consumer<Gather> whenComplete) {
        if (parts < 1) {
            throw new IllegalArgumentException("a gather needs at least one part");
        }
        this.budget = budget;
        this.target = target;
        this.parts = new Part[parts];
        this.whenComplete = whenComplete;
        this.missing = parts;
        for (int i = 0; i < parts; i++) {
            this.parts[i] = new Part();
        }
    }

    /** Answers the client with the merged replies when all have arrived. */
    public static Gather merged(GatherBudget budget, ReplyTarget target, int parts, Merge merge) {
        return new Gather(budget, target, parts, replies -> replies.answer(merge));
    }

    /** The receiver of the reply to one of the commands. */
    public ReplyReceiver part(int index) {
        return parts[index];
    }

    /** How many commands were sent. */
    public int size() {
        return parts.length;
    }

    /** A complete reply; valid during the callback only. */
    public ByteBuf reply(int part) {
        return parts[part].collected;
    }

    /** Whether a command had an error or no reply. */
    public boolean hasError() {
        return errors() > 0;
    }

    /** Answers the client: with the first error if there is one, else with the merged replies. */
    public void answer(Merge merge) {
        answer(merge, true);
    }

    /** Answers the client with the merged replies, of which some may be errors. */
    public void answerWithErrors(Merge merge) {
        answer(merge, false);
    }

    private void answer(Merge merge, boolean errorsFirst) {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer();
        try {
            write(merge, errorsFirst, out);
            target.reply(out, out.readerIndex(), out.writerIndex(), true);
        } finally {
            out.release();
        }
    }

    /** Answers the client with one of the replies, be it an error. */
    public void answerWith(ByteBuf reply) {
        target.reply(reply, reply.readerIndex(), reply.writerIndex(), true);
    }

    private void write(Merge merge, boolean errorsFirst, ByteBuf out) {
        int errors = errors();
        if (errors > 0 && errorsFirst) {
            writeFirstError(errors, out);
            return;
        }
        try {
            merge.write(this, out);
        } catch (ProtocolException e) {
            out.clear();
            RespWriter.error(out, "ERR a node's reply cannot be merged with the others: " + e.getMessage());
        }
    }

    private int errors() {
        int errors = 0;
        for (Part part : parts) {
            if (part.isError()) {
                errors++;
            }
        }
        return errors;
    }

    /** Says how many parts failed: the client must not think that nothing was executed. */
    private void writeFirstError(int errors, ByteBuf out) {
        for (Part part : parts) {
            if (part.isError()) {
                ByteBuf error = part.collected;
                out.writeBytes(error, error.readerIndex(), error.readableBytes() - 2);
                break;
            }
        }
        if (errors < parts.length) {
            String note = " (this is of " + errors + " of the " + parts.length
                    + " parts the command was split into; the others were carried out)";
            ByteBufUtil.writeAscii(out, note);
        }
        out.writeByte('\r').writeByte('\n');
    }

    private void partComplete() {
        if (--missing > 0) {
            return;
        }
        target.hold(-held);
        held = 0;
        try {
            whenComplete.accept(this);
        } finally {
            for (Part part : parts) {
                part.drop();
            }
        }
    }

    /** One reply. */
    private final class Part implements ReplyReceiver {
        private ByteBuf collected = Unpooled.EMPTY_BUFFER;
        private @Nullable String failure;

        boolean isError() {
            return collected.getByte(collected.readerIndex()) == '-';
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (failure == null) {
                collect(in, from, to);
            }
            if (last) {
                end();
            }
        }

        @Override
        public void fail(BackendFailure problem) {
            hold(-collected.readableBytes());
            drop();
            failure = problem.message();
            end();
        }

        private void collect(ByteBuf in, int from, int to) {
            int bytes = to - from;
            if (!target.isWaiting()) {
                refuse("ERR the client is gone");
            } else if ((long) held + bytes > budget.maxBytes()) {
                refuse("ERR the nodes' replies together are more than the " + budget.maxBytes()
                        + " bytes that may be held; ask for less at once");
            } else {
                hold(bytes);
                if (collected == Unpooled.EMPTY_BUFFER) {
                    collected = PooledByteBufAllocator.DEFAULT.buffer(bytes);
                }
                collected.writeBytes(in, from, bytes);
            }
        }

        private void refuse(String why) {
            hold(-collected.readableBytes());
            drop();
            failure = why;
        }

        private void hold(int bytes) {
            held += bytes;
            target.hold(bytes);
        }

        private void end() {
            if (failure != null) {
                collected = Unpooled.copiedBuffer("-" + failure + "\r\n", StandardCharsets.UTF_8);
            }
            partComplete();
        }

        private void drop() {
            collected.release();
            collected = Unpooled.EMPTY_BUFFER;
        }
    }
}
