package io.undermoon.proxy.gather;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.session.ReplyTarget;
import io.undermoon.resp.RespWriter;
import java.util.List;
import java.util.Locale;

/**
 * A {@code FUNCTION LOAD}, {@code DELETE} or {@code RESTORE} of a client, with active redirection. The masters behind
 * this proxy decide whether it succeeds. If it does, the other proxies are told to make it so, whatever is there: a
 * library is replaced, and one to be deleted may be missing.
 *
 * <p>Where the masters say that all is so already, it counts as success if a peer has had the same change made here
 * {@linkplain ChangesForPeers a moment ago}: the client sends it to every proxy itself. Owned by a loop.
 */
final class FunctionChange {
    private static final String DELETE = "delete";
    private static final String MISSING = "-ERR Library not found";
    private static final String EXISTS = "already exists";

    /** Sends a command to a master or peer. */
    interface Sending {
        void send(CommandFrame command, Route.Send target, Gather replies, int part);
    }

    private final GatherBudget budget;
    private final Client client;
    private final CommandFrame forPeers;
    private final boolean deletes;
    private final String effect;
    private final ChangesForPeers changes;
    private final List<Route.Send> peers;
    private final Sending sending;

    /**
     * @param reply to the client
     * @param frame the command; it is valid until {@link #begin} returns
     */
    FunctionChange(
            GatherBudget budget,
            PendingReply reply,
            CommandFrame frame,
            ChangesForPeers changes,
            List<Route.Send> peers,
            Sending sending) {
        this.budget = budget;
        this.client = new Client(reply);
        this.forPeers = forPeers(frame);
        this.deletes = name(frame).equals(DELETE);
        this.effect = ChangesForPeers.effect(frame);
        this.changes = changes;
        this.peers = peers;
        this.sending = sending;
    }

    /**
     * Asks the masters that decide.
     *
     * @param masters at least one
     */
    void begin(CommandFrame frame, List<Route.Send> masters) {
        send(frame, masters, new Gather(budget, client, masters.size(), this::decide));
    }

    private void send(CommandFrame command, List<Route.Send> targets, Gather replies) {
        for (int i = 0; i < targets.size(); i++) {
            sending.send(command, targets.get(i), replies, i);
        }
    }

    /** The command that makes it so: {@code REPLACE} unless the libraries are flushed before. */
    private static CommandFrame forPeers(CommandFrame frame) {
        int last = frame.argumentCount() - 1;
        return switch (name(frame)) {
            case "load" ->
                new CommandBuilder(4)
                        .add(frame, 0)
                        .add(frame, 1)
                        .add("REPLACE")
                        .add(frame, last)
                        .build();
            case "restore" ->
                new CommandBuilder(4)
                        .add(frame, 0)
                        .add(frame, 1)
                        .add(frame, 2)
                        .add(last > 2 && frame.argumentIs(3, "FLUSH") ? "FLUSH" : "REPLACE")
                        .build();
            default ->
                new CommandBuilder(3).add(frame, 0).add(frame, 1).add(frame, 2).build();
        };
    }

    private static String name(CommandFrame frame) {
        return frame.argument(1).toLowerCase(Locale.ROOT);
    }

    private void decide(Gather replies) {
        ByteBuf success = null;
        boolean isSo = true;
        for (int i = 0; i < replies.size(); i++) {
            if (!isError(replies.reply(i))) {
                success = replies.reply(i);
            } else {
                isSo &= saysThatItIsSo(replies.reply(i).toString(UTF_8));
            }
        }
        boolean isDone =
                !replies.hasError() || isSo && (deletes && success != null || changes.take(effect, System.nanoTime()));
        if (!isDone) {
            replies.answer(Merges::first);
        } else if (success == null) {
            replies.answerWith(madeBefore(replies.reply(0).toString(UTF_8)));
        } else {
            tellPeers(Unpooled.copiedBuffer(success));
        }
    }

    private void tellPeers(ByteBuf success) {
        if (peers.isEmpty()) {
            client.reply(success, 0, success.writerIndex(), true);
        } else {
            send(forPeers, peers, new Gather(budget, client, peers.size(), replies -> answer(success, replies)));
        }
    }

    private void answer(ByteBuf success, Gather replies) {
        ByteBuf answer = success;
        for (int i = 0; i < replies.size(); i++) {
            ByteBuf reply = replies.reply(i);
            if (isError(reply) && !(deletes && reply.toString(UTF_8).startsWith(MISSING))) {
                answer = Unpooled.buffer().writeBytes(reply, reply.readerIndex(), reply.readableBytes() - 2);
                ByteBufUtil.writeAscii(answer, " (the masters behind this proxy have carried it out)\r\n");
                break;
            }
        }
        replies.answerWith(answer);
    }

    private static boolean isError(ByteBuf reply) {
        return reply.getByte(reply.readerIndex()) == '-';
    }

    private boolean saysThatItIsSo(String error) {
        return deletes ? error.startsWith(MISSING) : error.startsWith("-ERR Library ") && error.contains(EXISTS);
    }

    /** The reply of who made the change: to {@code FUNCTION LOAD} the name, which the error quotes. */
    private static ByteBuf madeBefore(String error) {
        ByteBuf reply = Unpooled.buffer();
        int quote = error.indexOf('\'');
        int end = error.indexOf('\'', quote + 1);
        if (end > 0) {
            RespWriter.bulk(reply, error.substring(quote + 1, end));
        } else {
            RespWriter.simple(reply, "OK");
        }
        return reply;
    }

    /** The client; a change that has begun is carried out although it leaves. */
    private record Client(PendingReply reply) implements ReplyTarget {
        @Override
        public boolean isWaiting() {
            return true;
        }

        @Override
        public void hold(int bytes) {
            reply.hold(bytes);
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            reply.reply(in, from, to, last);
        }

        @Override
        public void fail(BackendFailure failure) {
            reply.fail(failure);
        }
    }
}
