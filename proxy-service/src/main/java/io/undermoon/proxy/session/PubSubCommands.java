package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.pubsub.ChannelName;
import io.undermoon.proxy.pubsub.Scope;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.pubsub.SubscriptionHub;
import io.undermoon.proxy.pubsub.SubscriptionKind;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code SUBSCRIBE} and its relatives, and what a client that has subscribed may do. Owned by a loop.
 *
 * <p>A channel is subscribed to at the owner of its slot, a pattern at every master, wherever they are. A shard channel of
 * another proxy is answered with {@code MOVED} unless redirection is active, as in Redis Cluster. What a peer asks for is
 * served from the nodes behind this proxy alone, so a subscription never passes more than one peer.
 */
final class PubSubCommands {
    /** What a subscribed client may send, beside {@code PING}, which is answered in another form. */
    private static final Set<String> ALLOWED = Set.of(
            "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe", "quit", "reset");

    private final Router router;
    private final SubscriptionCounts counts;
    private final PubSubReports reports;
    private final @Nullable ClusterReports clusterReports;
    private final boolean activeRedirection;
    private final SubscriptionHub cluster;
    private final SubscriptionHub ownNodes;

    PubSubCommands(
            SessionLoop loop,
            Router router,
            TopologyStore topology,
            SubscriptionCounts counts,
            boolean activeRedirection,
            @Nullable ClusterReports clusterReports) {
        this.router = router;
        this.counts = counts;
        this.reports = new PubSubReports(counts);
        this.activeRedirection = activeRedirection;
        this.clusterReports = clusterReports;
        this.cluster = new SubscriptionHub(loop.proxyLoop(), topology, Scope.CLUSTER);
        this.ownNodes = new SubscriptionHub(loop.proxyLoop(), topology, Scope.OWN_NODES);
    }

    /**
     * Answers what a client that has subscribed may not send, and {@code PING}; in RESP3, where messages cannot be taken for
     * replies, it may send anything.
     *
     * @return false when the command is to take its usual way
     */
    boolean intercept(ClientSession session, Subscriptions subscriptions, Command command, CommandFrame frame) {
        if (command.name().equals("reset")) {
            subscriptions.close();
            return false;
        }
        if (session.client().protocol() == Protocol.RESP3) {
            return false;
        }
        if (command.name().equals("ping")) {
            ByteBuf out = session.replyBuffer();
            RespWriter.array(out, 2);
            RespWriter.bulk(out, "pong");
            if (frame.argumentCount() > 1) {
                RespWriter.bulk(out, frame.buffer(), frame.argumentStart(1), frame.argumentLength(1));
            } else {
                RespWriter.bulk(out, "");
            }
            return true;
        }
        if (!ALLOWED.contains(command.name())) {
            RespWriter.error(
                    session.replyBuffer(),
                    "ERR Can't execute '" + command.name()
                            + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context");
            return true;
        }
        return false;
    }

    /**
     * Carries out a command that subscribes, unsubscribes or asks about subscriptions.
     *
     * @return false when it has to wait until all replies are in
     */
    boolean execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        switch (command.name()) {
            case "subscribe" -> subscribe(session, SubscriptionKind.CHANNEL, command, frame, hopsLeft);
            case "psubscribe" -> subscribe(session, SubscriptionKind.PATTERN, command, frame, hopsLeft);
            case "ssubscribe" -> subscribe(session, SubscriptionKind.SHARD, command, frame, hopsLeft);
            case "unsubscribe" -> {
                return unsubscribe(session, SubscriptionKind.CHANNEL, frame);
            }
            case "punsubscribe" -> {
                return unsubscribe(session, SubscriptionKind.PATTERN, frame);
            }
            case "sunsubscribe" -> {
                return unsubscribe(session, SubscriptionKind.SHARD, frame);
            }
            default -> report(session, command, frame, hopsLeft);
        }
        return true;
    }

    private void report(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        ByteBuf own = Unpooled.buffer();
        reports.write(command, frame, own);
        boolean isError = own.getByte(0) == '-';
        if (clusterReports == null || hopsLeft != Router.NOT_FORWARDED || isError) {
            session.replyBuffer().writeBytes(own);
        } else {
            clusterReports.write(session, command, frame, own);
        }
    }

    private void subscribe(
            ClientSession session, SubscriptionKind kind, Command command, CommandFrame frame, int hopsLeft) {
        boolean forPeer = hopsLeft != Router.NOT_FORWARDED;
        Subscriptions subscriptions = session.state().subscriptions();
        if (subscriptions != null && subscriptions.isOfPeer() != forPeer) {
            Router.write(session, "-ERR forwarded subscriptions need a connection of their own\r\n");
            return;
        }
        Topology now = router.topology();
        if (kind == SubscriptionKind.SHARD && router.slot(session, now, command, frame) == Router.REFUSED) {
            return;
        }
        for (int i = 1; i < frame.argumentCount(); i++) {
            ChannelName name = new ChannelName(kind, frame.argumentBytes(i));
            SubscriptionHub hub = hub(session, now, command, name, forPeer);
            if (hub != null) {
                session.state().subscriptions(session, counts, forPeer).subscribe(name, hub, command.id());
            } else if (kind == SubscriptionKind.SHARD) {
                return;
            }
        }
    }

    /** The hub to subscribe at; null when refused. */
    private @Nullable SubscriptionHub hub(
            ClientSession session, Topology now, Command command, ChannelName name, boolean forPeer) {
        if (name.isEverywhere()) {
            if (forPeer) {
                return ownNodes;
            }
            return router.isAssigned(session, now, command, Router.REFUSED) ? cluster : null;
        }
        int slot = name.slot();
        Target target = router.home(session, now, command, slot);
        if (target == null) {
            return null;
        }
        boolean here = forPeer || name.kind() == SubscriptionKind.SHARD && !activeRedirection;
        if (here && target instanceof Target.Remote remote) {
            router.redirect(session, slot, remote.movedTail());
            return null;
        }
        return here ? ownNodes : cluster;
    }

    /** Ends those named, or all of the kind; like Redis, with a reply for each, and one when there was none. */
    private boolean unsubscribe(ClientSession session, SubscriptionKind kind, CommandFrame frame) {
        if (!session.isIdle()) {
            return false;
        }
        Subscriptions subscriptions = session.state().subscriptions();
        Protocol protocol = session.client().protocol();
        ByteBuf out = session.replyBuffer();
        if (frame.argumentCount() > 1) {
            for (int i = 1; i < frame.argumentCount(); i++) {
                unsubscribe(subscriptions, new ChannelName(kind, frame.argumentBytes(i)), protocol, out);
            }
            return true;
        }
        List<ChannelName> all = subscriptions == null ? List.of() : subscriptions.all(kind);
        for (ChannelName name : all) {
            unsubscribe(subscriptions, name, protocol, out);
        }
        if (all.isEmpty()) {
            RespWriter.push(out, protocol, 3);
            RespWriter.bulk(out, kind.unsubscribedWord());
            RespWriter.nullValue(out, protocol);
            RespWriter.integer(out, subscriptions == null ? 0 : subscriptions.count(kind));
        }
        return true;
    }

    private static void unsubscribe(
            @Nullable Subscriptions subscriptions, ChannelName name, Protocol protocol, ByteBuf out) {
        int left = 0;
        if (subscriptions != null) {
            subscriptions.unsubscribe(name);
            left = subscriptions.count(name.kind());
        }
        RespWriter.push(out, protocol, 3);
        RespWriter.bulk(out, name.kind().unsubscribedWord());
        name.writeTo(out);
        RespWriter.integer(out, left);
    }
}
