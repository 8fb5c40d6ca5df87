package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.SubscriptionConnection;
import io.undermoon.proxy.route.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A hub's subscriptions at one endpoint, over one connection that is remade, with all of them, when it breaks.
 *
 * <p>There is one command per name: each gets exactly one answer, in order, between the messages. A peer proxy is sent
 * {@code UMFORWARD 0 SUBSCRIBE}, which it serves from its own nodes. A subscription that it refuses, because the two
 * proxies know different metadata at the moment, is repeated until they agree. Owned by the hub's loop.
 */
final class NodeSubscriptions implements SubscriptionConnection.Owner {
    private static final Logger LOG = Logger.getLogger(NodeSubscriptions.class);
    private static final long MIN_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 2000;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum CommandKind {
        SUBSCRIBE,
        UNSUBSCRIBE,
        PING
    }

    /** A command whose answer is due; a PING is about no subscription. */
    private record SentCommand(CommandKind what, @Nullable NodeSubscription atNode) {
        boolean is(CommandKind expected, ChannelName name) {
            return what == expected
                    && atNode != null
                    && atNode.subscription.name().equals(name);
        }
    }

    private final SubscriptionHub hub;
    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final Map<ChannelName, NodeSubscription> byName = new HashMap<>();
    private final ArrayDeque<SentCommand> unanswered = new ArrayDeque<>();
    private final Set<NodeSubscription> toRepeat = new LinkedHashSet<>();
    private final PubSubFrame frame = new PubSubFrame();

    private @Nullable SubscriptionConnection connection;
    private boolean ready;
    private @Nullable ByteBuf partial;
    private long pauseMillis = MIN_PAUSE_MILLIS;
    private long nextAttemptNanos;
    private long lastUsedNanos;
    private long repeatPauseMillis = MIN_PAUSE_MILLIS;
    private long nextRepeatNanos;

    NodeSubscriptions(SubscriptionHub hub, ProxyLoop loop, Endpoint endpoint) {
        this.hub = hub;
        this.loop = loop;
        this.endpoint = endpoint;
        this.nextAttemptNanos = System.nanoTime();
        this.nextRepeatNanos = nextAttemptNanos;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Whether the last attempt to connect failed, or the connection broke, and the next one is due soon. */
    boolean isDown() {
        return connection == null;
    }

    /** Begins to subscribe; the hub is told when it is confirmed. */
    NodeSubscription subscribe(Subscription subscription) {
        NodeSubscription atNode = new NodeSubscription(this, subscription);
        byName.put(subscription.name(), atNode);
        if (ready) {
            sendSubscribe(atNode);
        } else if (connection == null && System.nanoTime() - nextAttemptNanos >= 0) {
            connection = new SubscriptionConnection(loop, endpoint, this);
        }
        return atNode;
    }

    void unsubscribe(NodeSubscription atNode) {
        byName.remove(atNode.subscription.name(), atNode);
        toRepeat.remove(atNode);
        SubscriptionConnection current = connection;
        if (ready && current != null) {
            ByteBuf out = current.out();
            out.writeCharSequence("*2\r\n", StandardCharsets.US_ASCII);
            writeCommand(out, atNode.subscription.name().kind().unsubscribeCommand(), atNode);
            unanswered.add(new SentCommand(CommandKind.UNSUBSCRIBE, atNode));
        }
    }

    /**
     * Reconnects, repeats, probes. Returns false when there are no subscriptions any more and the connection has been
     * closed.
     */
    boolean tick(long nowNanos) {
        SubscriptionConnection current = connection;
        if (current == null) {
            if (!byName.isEmpty() && nowNanos - nextAttemptNanos >= 0) {
                connection = new SubscriptionConnection(loop, endpoint, this);
            }
            return !byName.isEmpty();
        }
        if (byName.isEmpty() && unanswered.isEmpty() && nowNanos - lastUsedNanos > IDLE_NANOS) {
            close();
            return false;
        }
        if (ready) {
            repeatRefused(nowNanos);
            long silence = TimeUnit.MILLISECONDS.toNanos(loop.settings().replyTimeoutMillis());
            if (unanswered.isEmpty() && !byName.isEmpty() && nowNanos - lastUsedNanos > silence) {
                current.out().writeBytes(PING);
                unanswered.add(new SentCommand(CommandKind.PING, null));
            }
        }
        return true;
    }

    void close() {
        byName.clear();
        SubscriptionConnection current = connection;
        if (current != null) {
            current.close("not needed any more");
        }
    }

    @Override
    public void ready() {
        ready = true;
        pauseMillis = MIN_PAUSE_MILLIS;
        lastUsedNanos = System.nanoTime();
        byName.values().forEach(this::sendSubscribe);
    }

    @Override
    public int answersDue() {
        return unanswered.size();
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        lastUsedNanos = loop.nowNanos();
        ByteBuf begun = partial;
        if (last && begun == null) {
            take(in, from, to);
            return;
        }
        if (begun == null) {
            begun = loop.allocator().buffer(2 * (to - from));
            partial = begun;
        }
        begun.writeBytes(in, from, to - from);
        if (last) {
            partial = null;
            try {
                take(begun, 0, begun.writerIndex());
            } finally {
                begun.release();
            }
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        if (!byName.isEmpty() && pauseMillis == MIN_PAUSE_MILLIS) {
            LOG.warnf(
                    "Subscriptions wait for a connection: node=%s subscriptions=%d reason=%s",
                    endpoint, byName.size(), failure.message());
        }
        connection = null;
        ready = false;
        if (partial != null) {
            partial.release();
            partial = null;
        }
        unanswered.clear();
        toRepeat.clear();
        nextAttemptNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
        List<NodeSubscription> broken = List.copyOf(byName.values());
        broken.forEach(atNode -> atNode.confirmed = false);
        broken.forEach(hub::unsettled);
    }

    /** Handles one complete value. */
    private void take(ByteBuf in, int from, int to) {
        switch (frame.read(in, from, to)) {
            case MESSAGE -> {
                NodeSubscription atNode = byName.get(frame.name());
                if (atNode != null) {
                    hub.message(atNode, frame, in, from, to);
                }
            }
            case SUBSCRIBED -> confirmed(frame.name());
            case UNSUBSCRIBED -> ended(frame.name());
            case PONG -> {
                SentCommand first = unanswered.poll();
                if (first == null || first.what() != CommandKind.PING) {
                    failUnexpected("PONG");
                }
            }
            case ERROR -> refused(in.toString(from + 1, to - from - 3, StandardCharsets.UTF_8));
            case UNKNOWN -> failUnexpected("something that is no message");
        }
    }

    private void confirmed(ChannelName name) {
        SentCommand first = unanswered.poll();
        if (first == null || !first.is(CommandKind.SUBSCRIBE, name) || first.atNode() == null) {
            failUnexpected("a confirmation of " + name);
        } else {
            repeatPauseMillis = MIN_PAUSE_MILLIS;
            first.atNode().confirmed = true;
            hub.confirmed(first.atNode());
        }
    }

    /** The subscription ended: because it was unanswered for, or because a peer does not serve the channel any more. */
    private void ended(ChannelName name) {
        SentCommand first = unanswered.peek();
        if (first != null && first.is(CommandKind.UNSUBSCRIBE, name)) {
            unanswered.poll();
            return;
        }
        NodeSubscription atNode = byName.get(name);
        if (atNode != null) {
            repeatLater(atNode);
        }
    }

    private void refused(String error) {
        SentCommand first = unanswered.poll();
        NodeSubscription atNode = first == null ? null : first.atNode();
        if (first == null || atNode == null) {
            failUnexpected("error " + error);
        } else if (first.what() == CommandKind.UNSUBSCRIBE) {
            // Nothing was subscribed to either: the node does not know the commands, or the user may not use them.
            LOG.debugf("Not unsubscribed: node=%s channel=%s reason=%s", endpoint, atNode.subscription.name(), error);
        } else if (byName.get(atNode.subscription.name()) == atNode) {
            repeatLater(atNode);
            hub.refused(atNode, error);
        }
    }

    private void repeatLater(NodeSubscription atNode) {
        atNode.confirmed = false;
        toRepeat.add(atNode);
        hub.unsettled(atNode);
    }

    private void repeatRefused(long nowNanos) {
        if (!toRepeat.isEmpty() && nowNanos - nextRepeatNanos >= 0) {
            nextRepeatNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(repeatPauseMillis);
            repeatPauseMillis = Math.min(MAX_PAUSE_MILLIS, repeatPauseMillis * 2);
            Set<NodeSubscription> due = Set.copyOf(toRepeat);
            toRepeat.clear();
            due.forEach(this::sendSubscribe);
        }
    }

    private void sendSubscribe(NodeSubscription atNode) {
        SubscriptionConnection current = connection;
        if (current == null) {
            return;
        }
        ByteBuf out = current.out();
        boolean isPeer = endpoint.kind() == Endpoint.Kind.PEER;
        out.writeCharSequence(isPeer ? "*4\r\n$9\r\nUMFORWARD\r\n$1\r\n0\r\n" : "*2\r\n", StandardCharsets.US_ASCII);
        writeCommand(out, atNode.subscription.name().kind().subscribeCommand(), atNode);
        unanswered.add(new SentCommand(CommandKind.SUBSCRIBE, atNode));
    }

    private static void writeCommand(ByteBuf out, String command, NodeSubscription atNode) {
        out.writeCharSequence("$" + command.length() + "\r\n" + command + "\r\n", StandardCharsets.US_ASCII);
        atNode.subscription.name().writeTo(out);
    }

    private void failUnexpected(String what) {
        SubscriptionConnection current = connection;
        if (current != null) {
            current.close("the node sent " + what + " that answers no command");
        }
    }
}
