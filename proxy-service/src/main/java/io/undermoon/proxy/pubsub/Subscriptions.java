package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.session.SessionFeature;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The subscriptions of one client, confirmed or about to be. Owned by the client's loop. */
final class Subscriptions implements SessionFeature, Subscriber {
    /** The first byte of a push message of RESP3. */
    private static final byte[] PUSH = {'>'};

    private final ClientSession session;
    private final SubscriptionCounts counts;
    private final boolean ofPeer;
    private final Map<ChannelName, SubscriptionHub> hubs = new LinkedHashMap<>();
    private int shardChannels;
    private int patterns;

    /**
     * @param ofPeer whether the client is a proxy that subscribes for its own clients; these are counted there
     */
    Subscriptions(ClientSession session, SubscriptionCounts counts, boolean ofPeer) {
        this.session = session;
        this.counts = counts;
        this.ofPeer = ofPeer;
    }

    /** The subscriptions of a session; null if there are none. */
    static @Nullable Subscriptions of(ClientSession session) {
        return (Subscriptions) session.features().get(FeatureKind.SUBSCRIPTIONS);
    }

    @Override
    public FeatureKind kind() {
        return FeatureKind.SUBSCRIPTIONS;
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

    private void countKind(ChannelName name, int change) {
        shardChannels += name.kind() == SubscriptionKind.SHARD ? change : 0;
        patterns += name.kind() == SubscriptionKind.PATTERN ? change : 0;
        session.client().subscribed(hubs.size() - shardChannels - patterns, patterns, shardChannels);
    }

    List<ChannelName> all(SubscriptionKind kind) {
        return hubs.keySet().stream().filter(name -> name.kind() == kind).toList();
    }

    @Override
    public boolean isAllowed(User user) {
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

    @Override
    public void close() {
        List.copyOf(hubs.keySet()).forEach(this::unsubscribe);
    }

    @Override
    public void message(ByteBuf in, int from, int to) {
        if (session.client().protocol() == Protocol.RESP3) {
            // Differs from the message of RESP2 in the first byte only.
            session.push(Unpooled.wrappedBuffer(PUSH), 0, 1);
            session.push(in, from + 1, to);
        } else {
            session.push(in, from, to);
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
        if (hubs.isEmpty() && session.features().get(FeatureKind.SUBSCRIPTIONS) == this) {
            session.features().end(FeatureKind.SUBSCRIPTIONS);
        }
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
