package io.undermoon.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.backend.UnblockOutcome;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.BlockedFeature;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@code WAIT} or {@code WAITAOF} that asks several nodes and peers at once, from when it is sent until all have
 * answered. The client gets the smallest of their numbers, or an error if one of them gave an error or no answer. Owned
 * by the session's loop.
 *
 * <p>Redis waits for the writes of the connection that asks, and the writes went over connections that other clients
 * share. So the connection that asks writes something itself before: all writes that were answered come before that in
 * the stream to the replicas. Before 7.2 any command does, even if it changes nothing; from then on it takes one that
 * is replicated.
 */
final class ReplicaWait implements BlockedFeature {
    private static final List<String> PING = List.of("PING");
    private static final List<String> REPLICATED = List.of("SPUBLISH", "undermoon:wait", "");

    private final ClientSession session;
    private final CommandFrame frame;
    private final List<Part> parts = new ArrayList<>();
    private final PendingReply reply;

    /** How many numbers the client gave and gets: that of replicas, for {@code WAITAOF} that of masters before it. */
    private final int numbers;

    private int missing;

    private ReplicaWait(
            ClientSession session, Command command, CommandFrame frame, List<PinnedConnection> connections) {
        this.session = session;
        this.frame = BlockingTimeout.rest(command, frame, 0);
        this.numbers = numbers(command);
        this.missing = connections.size();
        this.reply = session.expectBlockingReply(command.id());
        connections.forEach(connection -> parts.add(new Part(connection)));
        session.features().begin(this);
        session.client().blocked(true);
    }

    /**
     * Asks.
     *
     * @param connections at least one; the session's own, or to be given back
     */
    static void ask(ClientSession session, Command command, CommandFrame frame, List<PinnedConnection> connections) {
        ReplicaWait wait = new ReplicaWait(session, command, frame, connections);
        List.copyOf(wait.parts).forEach(Part::send);
    }

    /** Answers a client that has written nothing. */
    static void answerNothing(Command command, ByteBuf out) {
        write(new long[numbers(command)], out);
    }

    private static int numbers(Command command) {
        return command.name().equals("waitaof") ? 2 : 1;
    }

    private static void write(long[] values, ByteBuf out) {
        if (values.length > 1) {
            RespWriter.array(out, values.length);
        }
        for (long value : values) {
            RespWriter.integer(out, value);
        }
    }

    @Override
    public boolean uses(PinnedConnection other) {
        return parts.stream().anyMatch(part -> part.connection == other);
    }

    @Override
    public void unblock(boolean withError, Consumer<Boolean> outcome) {
        List<Part> waiting = parts.stream().filter(part -> !part.ended).toList();
        Unblocking all = new Unblocking(waiting.size(), outcome);
        waiting.forEach(part -> part.connection.unblock(withError, all::add));
    }

    /** The outcomes of unblocking several connections, as one. */
    private static final class Unblocking {
        private final Consumer<Boolean> outcome;
        private int missing;
        private boolean isUnblocked;

        Unblocking(int missing, Consumer<Boolean> outcome) {
            this.missing = missing;
            this.outcome = outcome;
        }

        void add(UnblockOutcome result) {
            isUnblocked |= result == UnblockOutcome.UNBLOCKED;
            if (--missing == 0) {
                outcome.accept(isUnblocked);
            }
        }
    }

    /** The client has left: its command ends with the connections. */
    @Override
    public void close() {
        parts.forEach(part -> part.connection.close());
    }

    private void partEnded() {
        if (--missing > 0) {
            return;
        }
        if (session.features().get(FeatureKind.BLOCKED) == this) {
            session.features().end(FeatureKind.BLOCKED);
            session.client().blocked(false);
            parts.forEach(part -> session.features().giveBack(part.connection, part.isClean()));
        }
        ByteBuf out = Unpooled.buffer();
        String error = null;
        for (Part part : parts) {
            error = error == null ? part.error : error;
        }
        if (error != null) {
            RespWriter.error(out, error);
        } else {
            long[] least = new long[numbers];
            for (int i = 0; i < numbers; i++) {
                int number = i;
                least[i] = parts.stream()
                        .mapToLong(part -> part.values[number])
                        .min()
                        .orElse(0);
            }
            if (isSatisfied(least)) {
                session.written().replicated();
            }
            write(least, out);
        }
        reply.reply(out, 0, out.writerIndex(), true);
    }

    /** Whether the client got the numbers that it wanted, which it gave as the first arguments. */
    private boolean isSatisfied(long[] least) {
        for (int i = 0; i < numbers; i++) {
            if (least[i] < Long.parseLong(frame.argument(1 + i))) {
                return false;
            }
        }
        return true;
    }

    /** One node or peer that is asked. */
    private final class Part implements ReplyReceiver {
        private final PinnedConnection connection;
        private final ByteBuf collected = Unpooled.buffer();
        private long[] values = {};
        private @Nullable String error;
        private boolean ended;

        Part(PinnedConnection connection) {
            this.connection = connection;
        }

        void send() {
            connection.blocksOn(PinnedConnection.WAITS_FOR_NO_KEY);
            if (connection.endpoint().kind() == Endpoint.Kind.PEER) {
                connection.sendForwarded(frame, 0, this);
                return;
            }
            ByteBuf commands = Unpooled.buffer();
            RespWriter.command(commands, PING);
            RespWriter.command(commands, REPLICATED);
            frame.writeTo(commands);
            connection.sendAll(commands, 3, this);
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            collected.writeBytes(in, from, to - from);
            if (last) {
                answered(new RespReader(RespLimits.CONTROL).read(collected));
            }
        }

        private void answered(@Nullable RespValue reply) {
            List<RespValue> items =
                    reply instanceof RespValue.Array array ? array.items() : reply == null ? List.of() : List.of(reply);
            values = items.stream()
                    .filter(RespValue.Int.class::isInstance)
                    .mapToLong(item -> ((RespValue.Int) item).value())
                    .toArray();
            if (reply instanceof RespValue.Failure failure) {
                error = failure.text();
            } else if (values.length != numbers) {
                error = "ERR " + connection.endpoint() + " answered with something else than numbers of replicas";
            }
            end();
        }

        @Override
        public void fail(BackendFailure failure) {
            error = failure.message();
            end();
        }

        private void end() {
            ended = true;
            partEnded();
        }

        /** Whether other clients may use the connection: a node that has become a replica is about to close it. */
        boolean isClean() {
            return error == null || !error.startsWith("UNBLOCKED ");
        }
    }
}
