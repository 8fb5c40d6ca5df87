package io.undermoon.proxy.migration.copy;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.SubscriptionConnection;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows the replication stream of a Redis master from the present offset on. The master sends no copy of its data, so
 * it neither forks nor writes one.
 *
 * <pre>
 * INFO ─► PSYNC &lt;id&gt; &lt;offset + 1&gt; ─► +CONTINUE, then the commands as they are executed
 *              └► anything else: the request has made the master keep a backlog; close the connection and retry,
 *                 before it forks for a copy
 * </pre>
 *
 * The stream is read every few milliseconds only, unless low latency is asked for: a busy master sends many times in
 * between.
 *
 * <p>The feed acknowledges offset 0 only. That keeps the connection open, and {@code WAIT} never counts it as a replica
 * that has the data. Owned by the migration event loop.
 */
final class ChangeFeed implements SubscriptionConnection.Owner {
    private static final int ATTEMPTS = 6;
    private static final long BACKLOG_POLL_MILLIS = 20;
    private static final long ACKNOWLEDGE_MILLIS = 1000;
    private static final long READ_MILLIS = 4;

    private final ProxyLoop loop;
    private final NodeClient nodes;
    private final Endpoint node;
    private final StreamReader reader;
    private final Listener listener;
    private final DelayedFork fork;

    private @Nullable SubscriptionConnection connection;
    private @Nullable ScheduledFuture<?> acknowledging;
    private @Nullable ScheduledFuture<?> pausing;
    private @Nullable ByteBuf partial;
    private InfoReport info = InfoReport.EMPTY;
    private String problem = "";
    private int attempts;
    private boolean attached;
    private boolean lowLatency;
    private boolean pausePending;
    private boolean closed;

    interface Listener extends StreamReader.Listener {
        /** All changes from now on are reported. */
        void attached();

        /** Changes may have been missed, and no more are reported. Called at most once. */
        void lost(String reason);
    }

    ChangeFeed(ProxyLoop loop, NodeClient nodes, Endpoint node, StreamReader reader, Listener listener) {
        this.loop = loop;
        this.nodes = nodes;
        this.node = node;
        this.reader = reader;
        this.listener = listener;
        this.fork = new DelayedFork(nodes, node);
    }

    void attach() {
        if (closed) {
            return;
        }
        if (attempts++ == ATTEMPTS) {
            end("node " + node + " does not let its changes be followed: " + problem);
            return;
        }
        nodes.info(node, "replication").whenComplete((reply, failure) -> {
            if (closed) {
                return;
            }
            if (failure != null) {
                end(NodeException.reason(failure));
                return;
            }
            info = reply;
            if (info.role() != Role.MASTER || info.replicationId().isEmpty()) {
                end("node " + node + " is no master whose changes can be followed");
                return;
            }
            connection = new SubscriptionConnection(loop, node, this);
        });
    }

    /** Chooses whether the stream is read as soon as data arrives. */
    void lowLatency(boolean wanted) {
        lowLatency = wanted;
        if (wanted) {
            if (pausing != null) {
                pausing.cancel(false);
            }
            resumeReading();
        }
    }

    void close() {
        end("");
    }

    private void end(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        disconnect();
        if (!reason.isEmpty()) {
            listener.lost(reason);
        }
    }

    private void disconnect() {
        fork.end();
        if (acknowledging != null) {
            acknowledging.cancel(false);
        }
        if (pausing != null) {
            pausing.cancel(false);
        }
        SubscriptionConnection current = connection;
        connection = null;
        if (current != null) {
            current.close("no longer needed");
        }
        releasePartial();
    }

    @Override
    public void ready() {
        send("REPLCONF", "capa", "eof", "capa", "psync2");
    }

    private void synchronize() {
        SubscriptionConnection asked = connection;
        if (info.hasBacklog()) {
            requestStream();
            return;
        }
        fork.begin().thenAccept(delayed -> {
            if (asked == connection) {
                requestStream();
                awaitBacklog();
            } else {
                fork.end();
            }
        });
    }

    private void requestStream() {
        send("PSYNC", info.replicationId(), Long.toString(info.offset() + 1));
    }

    /**
     * Waits until the master keeps a backlog. It answers PSYNC only when it begins a full copy, which is not wanted.
     */
    private void awaitBacklog() {
        SubscriptionConnection asked = connection;
        loop.eventLoop()
                .schedule(
                        () -> {
                            if (!closed && !attached && asked != null && asked == connection) {
                                nodes.info(node, "replication").whenComplete((reply, failure) -> {
                                    boolean there = failure == null && reply.hasBacklog();
                                    if (!there) {
                                        awaitBacklog();
                                    } else if (asked == connection && !attached) {
                                        retry("it had kept no backlog");
                                    }
                                });
                            }
                        },
                        BACKLOG_POLL_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void retry(String reason) {
        problem = reason;
        disconnect();
        attach();
    }

    private void send(String... command) {
        SubscriptionConnection current = connection;
        if (current != null) {
            RespWriter.command(current.out(), List.of(command));
        }
    }

    @Override
    public int answersDue() {
        return attached ? 0 : 1;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (last && partial == null) {
            handle(in.slice(from, to - from));
            return;
        }
        if (partial == null) {
            partial = loop.allocator().buffer(Math.max(1 << 16, to - from));
        }
        partial.writeBytes(in, from, to - from);
        if (last) {
            handle(partial);
            releasePartial();
        }
    }

    /** Stops reading for a moment. Data that the loop is reading already still arrives. */
    private void pauseReading() {
        SubscriptionConnection current = connection;
        if (lowLatency) {
            pausePending = false;
        } else if (current != null) {
            current.setReading(false);
            pausing = loop.eventLoop().schedule(this::resumeReading, READ_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void resumeReading() {
        pausePending = false;
        if (connection != null) {
            connection.setReading(true);
        }
    }

    private void handle(ByteBuf value) {
        if (closed) {
            return;
        }
        if (value.getByte(value.readerIndex()) != '*') {
            handleLine(value.toString(StandardCharsets.UTF_8).strip());
        } else if (attached) {
            if (!pausePending) {
                pausePending = true;
                loop.execute(this::pauseReading);
            }
            String lost = reader.read(value);
            if (lost != null) {
                end(lost);
            }
        }
    }

    private void handleLine(String line) {
        if (attached) {
            return;
        }
        if (line.startsWith("+OK")) {
            // Sent only now: the master refuses PSYNC on a connection on which a reply is pending.
            synchronize();
        } else if (line.startsWith("+CONTINUE")) {
            attached = true;
            acknowledging = loop.eventLoop()
                    .scheduleWithFixedDelay(
                            () -> send("REPLCONF", "ACK", "0"), 0, ACKNOWLEDGE_MILLIS, TimeUnit.MILLISECONDS);
            listener.attached();
        } else if (line.startsWith("+FULLRESYNC")) {
            retry("it had kept no backlog that reaches back to now");
        } else {
            end("node " + node + " does not let its changes be followed: " + line);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        if (connection == null) {
            // Closed by this side.
            return;
        }
        connection = null;
        fork.end();
        end("the changes of node " + node + " can no longer be followed: " + failure.message());
    }

    private void releasePartial() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }
}
