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
 * What a hub has subscribed to at one endpoint, over one connection that is remade when it breaks, with everything on it.
 *
 * <p>One command per name: each gets exactly one answer, in order, between the messages. A peer proxy is asked by {@code
 * UMFORWARD 0 SUBSCRIBE}, which it serves from its own nodes. What it refuses, because the two proxies see the cluster
 * differently at the moment, is asked again until they agree. Owned by the hub's loop.
 */
final class Upstream implements SubscriptionConnection.Owner {
    private static final Logger LOG = Logger.getLogger(Upstream.class);
    private static final long MIN_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 2000;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum Ask {
        SUBSCRIBE,
        UNSUBSCRIBE,
        PING
    }

    /** A command whose answer is due; without a link it is a PING. */
    private record Asked(Ask what, @Nullable Link link) {
        boolean is(Ask expected, ChannelName name) {
            return what == expected && link != null && link.subscription.name().equals(name);
        }
    }

    private final SubscriptionHub hub;
    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final Map<ChannelName, Link> links = new HashMap<>();
    private final ArrayDeque<Asked> asked = new ArrayDeque<>();
    private final Set<Link> toAskAgain = new LinkedHashSet<>();
    private final PubSubFrame frame = new PubSubFrame();

    private @Nullable SubscriptionConnection connection;
    private boolean ready;
    private @Nullable ByteBuf partial;
    private long pauseMillis = MIN_PAUSE_MILLIS;
    private long nextAttemptNanos;
    private long lastUsedNanos;
    private long askAgainMillis = MIN_PAUSE_MILLIS;
    private long nextAskNanos;

    Upstream(SubscriptionHub hub, ProxyLoop loop, Endpoint endpoint) {
        this.hub = hub;
        this.loop = loop;
        this.endpoint = endpoint;
        this.nextAttemptNanos = System.nanoTime();
        this.nextAskNanos = nextAttemptNanos;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Whether the last attempt to connect failed, or the connection broke, and the next one is due soon. */
    boolean isDown() {
        return connection == null;
    }

    /** Begins to subscribe; the hub is told when it is confirmed. */
    Link subscribe(Subscription subscription) {
        Link link = new Link(this, subscription);
        links.put(subscription.name(), link);
        if (ready) {
            askFor(link);
        } else if (connection == null && System.nanoTime() - nextAttemptNanos >= 0) {
            connection = new SubscriptionConnection(loop, endpoint, this);
        }
        return link;
    }

    void unsubscribe(Link link) {
        links.remove(link.subscription.name(), link);
        toAskAgain.remove(link);
        SubscriptionConnection current = connection;
        if (ready && current != null) {
            ByteBuf out = current.out();
            out.writeCharSequence("*2\r\n", StandardCharsets.US_ASCII);
            writeCommand(out, link.subscription.name().kind().unsubscribeCommand(), link);
            asked.add(new Asked(Ask.UNSUBSCRIBE, link));
        }
    }

    /** What is due from time to time. Returns false when the upstream is of no more use. */
    boolean tick(long nowNanos) {
        SubscriptionConnection current = connection;
        if (current == null) {
            if (!links.isEmpty() && nowNanos - nextAttemptNanos >= 0) {
                connection = new SubscriptionConnection(loop, endpoint, this);
            }
            return !links.isEmpty();
        }
        if (links.isEmpty() && asked.isEmpty() && nowNanos - lastUsedNanos > IDLE_NANOS) {
            close();
            return false;
        }
        if (ready) {
            askAgain(nowNanos);
            long silence = TimeUnit.MILLISECONDS.toNanos(loop.settings().replyTimeoutMillis());
            if (asked.isEmpty() && !links.isEmpty() && nowNanos - lastUsedNanos > silence) {
                current.out().writeBytes(PING);
                asked.add(new Asked(Ask.PING, null));
            }
        }
        return true;
    }

    void close() {
        links.clear();
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
        links.values().forEach(this::askFor);
    }

    @Override
    public int answersDue() {
        return asked.size();
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
        if (!links.isEmpty() && pauseMillis == MIN_PAUSE_MILLIS) {
            LOG.warnf("node=%s subscriptions=%d wait for a connection: %s", endpoint, links.size(), failure.message());
        }
        connection = null;
        ready = false;
        if (partial != null) {
            partial.release();
            partial = null;
        }
        asked.clear();
        toAskAgain.clear();
        nextAttemptNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
        List<Link> broken = List.copyOf(links.values());
        broken.forEach(link -> link.confirmed = false);
        broken.forEach(hub::unsettled);
    }

    /** Takes one whole value. */
    private void take(ByteBuf in, int from, int to) {
        switch (frame.read(in, from, to)) {
            case MESSAGE -> {
                Link link = links.get(frame.name());
                if (link != null) {
                    hub.message(link, frame, in, from, to);
                }
            }
            case SUBSCRIBED -> confirmed(frame.name());
            case UNSUBSCRIBED -> ended(frame.name());
            case PONG -> {
                Asked first = asked.poll();
                if (first == null || first.what() != Ask.PING) {
                    confused("PONG");
                }
            }
            case ERROR -> refused(in.toString(from + 1, to - from - 3, StandardCharsets.UTF_8));
            case UNKNOWN -> confused("what is no message");
        }
    }

    private void confirmed(ChannelName name) {
        Asked first = asked.poll();
        if (first == null || !first.is(Ask.SUBSCRIBE, name) || first.link() == null) {
            confused("a confirmation of " + name);
        } else {
            askAgainMillis = MIN_PAUSE_MILLIS;
            first.link().confirmed = true;
            hub.confirmed(first.link());
        }
    }

    /** The subscription ended: because it was asked for, or because a peer does not serve the channel any more. */
    private void ended(ChannelName name) {
        Asked first = asked.peek();
        if (first != null && first.is(Ask.UNSUBSCRIBE, name)) {
            asked.poll();
            return;
        }
        Link link = links.get(name);
        if (link != null) {
            again(link);
        }
    }

    private void refused(String error) {
        Asked first = asked.poll();
        Link link = first == null ? null : first.link();
        if (first == null || link == null || first.what() != Ask.SUBSCRIBE) {
            confused("error " + error);
        } else if (links.get(link.subscription.name()) == link) {
            again(link);
            hub.refused(link, error);
        }
    }

    private void again(Link link) {
        link.confirmed = false;
        toAskAgain.add(link);
        hub.unsettled(link);
    }

    private void askAgain(long nowNanos) {
        if (!toAskAgain.isEmpty() && nowNanos - nextAskNanos >= 0) {
            nextAskNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(askAgainMillis);
            askAgainMillis = Math.min(MAX_PAUSE_MILLIS, askAgainMillis * 2);
            Set<Link> due = Set.copyOf(toAskAgain);
            toAskAgain.clear();
            due.forEach(this::askFor);
        }
    }

    private void askFor(Link link) {
        SubscriptionConnection current = connection;
        if (current == null) {
            return;
        }
        ByteBuf out = current.out();
        boolean isPeer = endpoint.kind() == Endpoint.Kind.PEER;
        out.writeCharSequence(isPeer ? "*4\r\n$9\r\nUMFORWARD\r\n$1\r\n0\r\n" : "*2\r\n", StandardCharsets.US_ASCII);
        writeCommand(out, link.subscription.name().kind().subscribeCommand(), link);
        asked.add(new Asked(Ask.SUBSCRIBE, link));
    }

    private static void writeCommand(ByteBuf out, String command, Link link) {
        out.writeCharSequence("$" + command.length() + "\r\n" + command + "\r\n", StandardCharsets.US_ASCII);
        link.subscription.name().writeTo(out);
    }

    private void confused(String what) {
        SubscriptionConnection current = connection;
        if (current != null) {
            current.close("the node sent " + what + ", which nobody asked for");
        }
    }
}
