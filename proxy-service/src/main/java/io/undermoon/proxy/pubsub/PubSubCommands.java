package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code PUBLISH}, {@code SUBSCRIBE} and their relatives, {@code PUBSUB}, and the restrictions on clients that have
 * subscribed. Owned by a loop.
 *
 * <p>A channel is subscribed to at the owner of its slot, a pattern at every master. A shard channel of another proxy
 * is answered with {@code MOVED} unless redirection is active, as in Redis Cluster. A peer is served from the nodes
 * behind this proxy alone, so a subscription passes one peer at most.
 */
public final class PubSubCommands {
    /** What a subscribed client may send in RESP2, beside {@code PING}, which is answered in another form. */
    private static final Set<String> ALLOWED = Set.of(
            "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe", "quit", "reset");

    /** The slot argument of commands that are not about one slot. */
    private static final int NO_SLOT = -1;

    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final SubscriptionCounts counts;
    private final PubSubReports reports;
    private final @Nullable ClusterReports clusterReports;
    private final boolean activeRedirection;
    private final SubscriptionHub cluster;
    private final SubscriptionHub ownNodes;

    public PubSubCommands(
            SessionLoop loop,
            TopologyStore topology,
            Router router,
            Forwarder forwarder,
            SubscriptionCounts counts,
            CommandCatalog commands,
            GatherBudget budget,
            Supplier<Masters> masters) {
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.counts = counts;
        this.reports = new PubSubReports(counts, commands);
        this.activeRedirection = loop.settings().activeRedirection();
        this.clusterReports = activeRedirection ? new ClusterReports(forwarder, budget, masters) : null;
        this.cluster = new SubscriptionHub(loop.proxyLoop(), topology, Scope.CLUSTER);
        this.ownNodes = new SubscriptionHub(loop.proxyLoop(), topology, Scope.OWN_NODES);
    }

    /**
     * Answers {@code PING} and the commands that a client with subscriptions may not send. In RESP3, where messages
     * cannot be taken for replies, it may send anything.
     *
     * @return false when the command is to be handled as usual
     */
    public boolean intercept(ClientSession session, Command command, CommandFrame frame) {
        if (session.features().get(FeatureKind.SUBSCRIPTIONS) == null
                || session.client().protocol() == Protocol.RESP3) {
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
                            + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in "
                            + "this context");
            return true;
        }
        return false;
    }

    /**
     * Carries out a command that publishes, subscribes, unsubscribes or asks about subscriptions.
     *
     * @return false when it has to wait until all replies are in
     */
    public boolean execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
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
            case "publish" -> {
                return publish(session, SubscriptionKind.CHANNEL, command, frame, hopsLeft);
            }
            case "spublish" -> {
                return publish(session, SubscriptionKind.SHARD, command, frame, hopsLeft);
            }
            default -> report(session, command, frame, hopsLeft);
        }
        return true;
    }

    /**
     * {@code PUBLISH} goes to the owner of the channel's slot, also if that is another proxy, since clients may publish
     * at any node of a cluster; {@code SPUBLISH} goes where a key of the slot goes, and, as in Redis, a replica of the
     * slot takes it, too. A peer that passes it on counts its own clients.
     *
     * @return false when it has to be handled again later
     */
    private boolean publish(
            ClientSession session, SubscriptionKind kind, Command command, CommandFrame frame, int hopsLeft) {
        Role role = session.client().role();
        int slot = Slot.of(frame.buffer(), frame.argumentStart(1), frame.argumentLength(1));
        boolean isAsKey = kind == SubscriptionKind.SHARD && !isReplicatedHere(role, slot);
        Topology now = isAsKey ? topology.current(role) : topology.current();
        Route route = isAsKey
                ? router.routeToOwner(now, command, slot, session.client().readOnly())
                : router.routeToChannel(now, slot);
        if (!forwarder.admits(session, now, slot, route, hopsLeft)) {
            return false;
        }
        if (!(route instanceof Route.Send) || hopsLeft != CommandHandler.NOT_FORWARDED) {
            forwarder.send(session, now, command, frame, slot, route, hopsLeft);
            return true;
        }
        ChannelName channel = new ChannelName(kind, frame.argumentBytes(1));
        if (route instanceof Target.Local local) {
            ReplyReceiver reply = new PublishReply(counts, channel, forwarder.expectReply(session, command, frame));
            forwarder.toNode(session, command, frame, local.node(), reply);
        } else if (route instanceof Target.Remote peer) {
            int hops = forwarder.nextHops(session, command, hopsLeft);
            if (hops != Forwarder.NO_HOPS_LEFT) {
                ReplyReceiver reply = new PublishReply(counts, channel, forwarder.expectReply(session, command, frame));
                forwarder.toPeer(session, command, frame, peer, hops, reply);
            }
        }
        return true;
    }

    /** Whether the client is served as by a replica of the channel's slot. */
    private boolean isReplicatedHere(Role role, int slot) {
        Topology now = topology.current(role);
        return now.role() == Role.REPLICA && now.routes().owner(slot) instanceof Target.Local;
    }

    private void report(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        ByteBuf own = Unpooled.buffer();
        reports.write(command, frame, own);
        boolean isError = own.getByte(0) == '-';
        if (clusterReports == null || hopsLeft != CommandHandler.NOT_FORWARDED || isError) {
            session.replyBuffer().writeBytes(own);
        } else {
            clusterReports.write(session, command, frame, own);
        }
    }

    private void subscribe(
            ClientSession session, SubscriptionKind kind, Command command, CommandFrame frame, int hopsLeft) {
        boolean forPeer = hopsLeft != CommandHandler.NOT_FORWARDED;
        Subscriptions subscriptions = Subscriptions.of(session);
        if (subscriptions != null && subscriptions.isOfPeer() != forPeer) {
            RespWriter.error(session.replyBuffer(), "ERR forwarded subscriptions need a connection of their own");
            return;
        }
        Topology now = topology.current();
        if (kind == SubscriptionKind.SHARD) {
            int slot = Keys.slotOf(command, frame);
            if (slot < 0 || now.clusterName() == null) {
                forwarder.decline(session, command, slot, router.routeToOwner(now, command, slot, false));
                return;
            }
        }
        for (int i = 1; i < frame.argumentCount(); i++) {
            ChannelName name = new ChannelName(kind, frame.argumentBytes(i));
            SubscriptionHub hub = hub(session, now, command, name, forPeer);
            if (hub != null) {
                boolean isSilent = session.client().isSilent();
                session.client().silent(false); // CLIENT REPLY suppresses no confirmation
                subscriptions(session, forPeer).subscribe(name, hub, command.id());
                session.client().silent(isSilent);
            } else if (kind == SubscriptionKind.SHARD) {
                return;
            }
        }
    }

    private Subscriptions subscriptions(ClientSession session, boolean forPeer) {
        Subscriptions present = Subscriptions.of(session);
        if (present == null) {
            present = new Subscriptions(session, counts, forPeer);
            session.features().begin(present);
        }
        return present;
    }

    /** The hub to subscribe at; null when the client has been answered, or the session is held. */
    private @Nullable SubscriptionHub hub(
            ClientSession session, Topology now, Command command, ChannelName name, boolean forPeer) {
        if (name.isEverywhere()) {
            if (forPeer) {
                return ownNodes;
            }
            if (now.clusterName() == null) {
                forwarder.decline(session, command, NO_SLOT, router.unassigned(NO_SLOT));
                return null;
            }
            return cluster;
        }
        int slot = name.slot();
        Route route = router.routeToSubscribe(now, slot);
        if (!(route instanceof Route.Send)) {
            forwarder.decline(session, command, slot, route);
            return null;
        }
        boolean here = forPeer
                || name.kind() == SubscriptionKind.SHARD
                        && !isServedFor(session.client().role(), slot);
        if (here && route instanceof Target.Remote peer) {
            forwarder.redirect(session, slot, peer);
            return null;
        }
        return here ? ownNodes : cluster;
    }

    /** Whether clients subscribe to shard channels of a slot here though another proxy may have them. */
    private boolean isServedFor(Role role, int slot) {
        return topology.current(role).role() == Role.REPLICA ? isReplicatedHere(role, slot) : activeRedirection;
    }

    /** Ends those named, or all of the kind; like Redis, with a reply for each, and one when there was none. */
    private boolean unsubscribe(ClientSession session, SubscriptionKind kind, CommandFrame frame) {
        if (!session.isIdle()) {
            return false;
        }
        Subscriptions subscriptions = Subscriptions.of(session);
        Protocol protocol = session.client().protocol();
        session.client().silent(false); // CLIENT REPLY suppresses no confirmation
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
