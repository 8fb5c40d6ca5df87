package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.pubsub.ChannelName;
import io.undermoon.proxy.pubsub.Confirmation;
import io.undermoon.proxy.pubsub.Subscriber;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.pubsub.SubscriptionHub;
import io.undermoon.proxy.pubsub.SubscriptionKind;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** What one client has subscribed to, confirmed or about to be. Owned by the client's loop. */
final class Subscriptions implements Subscriber {
    private static final Logger LOG = Logger.getLogger(Subscriptions.class);

    private static final ByteBuf PUSH_TYPE =
            Unpooled.unreleasableBuffer(Unpooled.buffer(1).writeByte('>'));

    private final ClientSession session;
    private final SubscriptionCounts counts;
    private final boolean ofPeer;
    private final Map<ChannelName, SubscriptionHub> hubs = new LinkedHashMap<>();
    private final OutputGuard guard = new OutputGuard();
    private int shardChannels;
    private int patterns;

    /**
     * @param ofPeer whether the client is a proxy that subscribes for its own clients; these count there
     */
    Subscriptions(ClientSession session, SubscriptionCounts counts, boolean ofPeer) {
        this.session = session;
        this.counts = counts;
        this.ofPeer = ofPeer;
    }

    boolean isOfPeer() {
        return ofPeer;
    }

    boolean isEmpty() {
        return hubs.isEmpty();
    }

    /** The number that replies about this kind tell: shard channels are counted apart. */
    int count(SubscriptionKind kind) {
        return kind == SubscriptionKind.SHARD ? shardChannels : hubs.size() - shardChannels;
    }

    /** How many of them are patterns. */
    int patterns() {
        return patterns;
    }

    private void countKind(ChannelName name, int change) {
        shardChannels += name.kind() == SubscriptionKind.SHARD ? change : 0;
        patterns += name.kind() == SubscriptionKind.PATTERN ? change : 0;
    }

    List<ChannelName> all(SubscriptionKind kind) {
        return hubs.keySet().stream().filter(name -> name.kind() == kind).toList();
    }

    /** Whether a user may listen to all of it. */
    boolean areAllowed(User user) {
        return hubs.keySet().stream()
                .allMatch(name -> user.allowsChannel(name.text(), name.kind() == SubscriptionKind.PATTERN));
    }

    /** Subscribes; the reply takes its place among the client's replies and comes when the subscription is made. */
    void subscribe(ChannelName name, SubscriptionHub hub, int commandId) {
        SubscriptionHub before = hubs.putIfAbsent(name, hub);
        if (before == null) {
            countKind(name, 1);
            if (!ofPeer) {
                counts.add(name);
            }
        }
        PendingReply reply = session.expectReply(commandId);
        (before == null ? hub : before).subscribe(name, this, new Confirming(name, reply, count(name.kind())));
    }

    /** Ends a subscription, if there is one; the caller answers the client. */
    void unsubscribe(ChannelName name) {
        SubscriptionHub hub = hubs.get(name);
        if (hub != null) {
            forget(name);
            hub.unsubscribe(name, this);
        }
    }

    /** Ends all subscriptions without a word. */
    void close() {
        List.copyOf(hubs.keySet()).forEach(this::unsubscribe);
    }

    @Override
    public void message(ByteBuf in, int from, int to) {
        long waiting;
        if (session.client().protocol() == Protocol.RESP3) {
            // The same message but for the first byte, which makes it one that answers no command.
            session.push(PUSH_TYPE, 0, 1);
            waiting = session.push(in, from + 1, to);
        } else {
            waiting = session.push(in, from, to);
        }
        if (guard.isExceeded(session.limits().now().output().pubsub(), waiting, session.nowNanos())) {
            LOG.warnf(
                    "client=%s closed: it does not take its messages, %d bytes wait",
                    session.client().remoteAddress(), waiting);
            session.client().close();
        }
    }

    @Override
    public void ended(ChannelName name) {
        forget(name);
        ByteBuf out = Unpooled.buffer();
        RespWriter.push(out, session.client().protocol(), 3);
        RespWriter.bulk(out, name.kind().unsubscribedWord());
        name.writeTo(out);
        RespWriter.integer(out, count(name.kind()));
        session.push(out, 0, out.writerIndex());
    }

    private void forget(ChannelName name) {
        if (hubs.remove(name) != null) {
            countKind(name, -1);
            if (!ofPeer) {
                counts.remove(name);
            }
        }
        session.state().dropUnusedSubscriptions();
    }

    private final class Confirming implements Confirmation {
        private final ChannelName name;
        private final PendingReply reply;
        private final int count;

        Confirming(ChannelName name, PendingReply reply, int count) {
            this.name = name;
            this.reply = reply;
            this.count = count;
        }

        @Override
        public void confirmed() {
            ByteBuf out = Unpooled.buffer();
            RespWriter.push(out, session.client().protocol(), 3);
            RespWriter.bulk(out, name.kind().subscribedWord());
            name.writeTo(out);
            RespWriter.integer(out, count);
            reply.reply(out, 0, out.writerIndex(), true);
        }

        @Override
        public void refused(String error) {
            forget(name);
            reply.fail(new BackendFailure(error));
        }
    }
}
