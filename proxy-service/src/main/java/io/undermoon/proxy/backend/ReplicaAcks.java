package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds the replies to clients' writes until enough replicas have acknowledged the writes, in a cluster that wants so.
 *
 * <p>One {@code WAIT} at a time is under way for each node, on a connection of its own, so that reads do not wait. It
 * is about all writes that were executed before it was sent; those that are executed meanwhile are what the next one is
 * about. Redis waits for what the connection that asks has written last, so that writes something first, see
 * {@link #QUESTION}.
 *
 * <p>For one loop, and owned by it.
 */
public final class ReplicaAcks {
    /** How long the replicas may take. */
    static final long TIMEOUT_MILLIS = 1000;

    /** Before Redis 7.2 any command counts as a write of its connection; since then it takes one like the second. */
    private static final List<List<String>> QUESTION =
            List.of(List.of("PING"), List.of("SPUBLISH", "undermoon:wait", ""));

    private final ProxyLoop loop;
    private final SharedConnections connections;
    private final Map<Endpoint, Node> nodes = new HashMap<>();
    private int wanted;

    ReplicaAcks(ProxyLoop loop, SharedConnections connections) {
        this.loop = loop;
        this.connections = connections;
    }

    /** Sets how many replicas are to have a write before its client gets the reply; 0 for none. */
    public void want(int replicas) {
        wanted = replicas;
    }

    /** The receiver of the reply to a write that is sent to a node or peer next. Peers see to their own nodes. */
    public ReplyReceiver hold(Endpoint endpoint, ReplyReceiver receiver) {
        return wanted == 0 || endpoint.kind() == Endpoint.Kind.PEER
                ? receiver
                : nodes.computeIfAbsent(endpoint, Node::new).hold(receiver);
    }

    /** Says whether the replies that are held for a node now have been passed on since. */
    BooleanSupplier settled(Endpoint endpoint) {
        Node node = nodes.get(endpoint);
        return node == null ? () -> true : node.settled();
    }

    /** Forgets the nodes that are gone. */
    void retain(Set<Endpoint> known) {
        nodes.entrySet()
                .removeIf(entry ->
                        !known.contains(entry.getKey()) && entry.getValue().isIdle());
    }

    /** The held replies of one node. */
    final class Node implements LoopFlusher.Flushable {
        private final Endpoint endpoint;
        private List<HeldReply> executed = new ArrayList<>();
        private List<HeldReply> asked = List.of();

        /** How many replies have been held and not passed on, those included that have not arrived. */
        private int open;

        Node(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        HeldReply hold(ReplyReceiver receiver) {
            open++;
            return new HeldReply(this, receiver);
        }

        /** A reply has been passed on, or will not arrive. */
        void ended() {
            open--;
        }

        ByteBufAllocator allocator() {
            return loop.allocator();
        }

        /** The reply to a write has arrived. */
        void executed(HeldReply reply) {
            executed.add(reply);
            if (executed.size() == 1 && asked.isEmpty()) {
                loop.flusher().add(this);
            }
        }

        /** Asks at the end of the turn of the loop: one question about all that the node has answered in it. */
        @Override
        public void flush() {
            asked = executed;
            executed = new ArrayList<>();
            // One that the metadata do not name may follow as well; it must not count in the place of one that they do.
            int needed = wanted == 0 ? 0 : Math.max(wanted, loop.runs().followers(endpoint));
            ByteBuf commands = Unpooled.buffer();
            QUESTION.forEach(command -> RespWriter.command(commands, command));
            RespWriter.command(commands, List.of("WAIT", Integer.toString(needed), Long.toString(TIMEOUT_MILLIS)));
            connections.get(endpoint).sendAll(commands, QUESTION.size() + 1, IgnoredReply.INSTANCE, new Answer(needed));
        }

        private void end(@Nullable String problem) {
            List<HeldReply> decided = asked;
            asked = List.of();
            if (problem == null) {
                decided.forEach(HeldReply::acknowledged);
            } else {
                loop.stats().add(Counter.WRITES_WITHOUT_REPLICAS, decided.size());
                String error = "NOREPLICAS the write was executed here, but " + problem
                        + "; it is lost if this master fails before its replica has it";
                decided.forEach(reply -> reply.refused(error));
            }
            askAgain();
        }

        private void askAgain() {
            if (!executed.isEmpty()) {
                loop.flusher().add(this);
            }
        }

        private BooleanSupplier settled() {
            List<HeldReply> present = new ArrayList<>(asked);
            present.addAll(executed);
            return () -> present.stream().allMatch(HeldReply::hasEnded);
        }

        private boolean isIdle() {
            return open == 0;
        }

        /** The reply to the {@code WAIT}. */
        private final class Answer implements ReplyReceiver {
            private final int needed;
            private final StringBuilder text = new StringBuilder();

            Answer(int needed) {
                this.needed = needed;
            }

            @Override
            public void reply(ByteBuf in, int from, int to, boolean last) {
                text.append(in.toString(from, to - from, StandardCharsets.UTF_8));
                if (last) {
                    end(problem(text.toString().trim()));
                }
            }

            private @Nullable String problem(String reply) {
                if (!reply.startsWith(":")) {
                    return "its replicas cannot be asked: " + reply.substring(1);
                }
                int have = Integer.parseInt(reply.substring(1));
                return have >= needed
                        ? null
                        : have + " of " + needed + " replicas have acknowledged it within " + TIMEOUT_MILLIS + " ms";
            }

            @Override
            public void fail(BackendFailure failure) {
                if (failure.isFinal()) {
                    List<HeldReply> undecided = asked;
                    asked = List.of();
                    undecided.forEach(reply -> reply.fail(failure));
                    askAgain();
                } else {
                    end("its replicas cannot be asked: " + failure.message());
                }
            }
        }
    }
}
