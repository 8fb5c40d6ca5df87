package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.slot.Slot;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The subscriptions of one loop's clients, made once for all of them at the nodes that own the channels.
 *
 * <p>Guarantees. <em>No message is missed:</em> a subscription is confirmed to the client only after all nodes that may
 * have messages for it have confirmed. <em>No message is delivered twice:</em> a channel's messages are published at
 * the owner of its slot and are accepted only from there; copies from other nodes, such as a replica's, are dropped.
 * <em>Subscriptions last:</em> when the owner changes, the new one is subscribed to, and the old one stays until the
 * new one has confirmed; a connection that breaks is remade. What is published while the owner cannot be reached, or at
 * a new owner before this proxy knows of it, is lost, as Redis loses what is published while a client reconnects. A
 * message that is under way from the old and the new owner in the moment in which this proxy learns of the change may
 * be delivered twice.
 *
 * <p>Owned by the loop; a hub without subscribers costs nothing.
 */
final class SubscriptionHub {
    private static final long TICK_MILLIS = 100;

    /** How long a former owner is listened to while its successor does not confirm. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String UNREACHABLE =
            "CLUSTERDOWN the node of the channel cannot be reached; nothing was subscribed";

    private final ProxyLoop loop;
    private final TopologyStore topology;
    private final Scope scope;
    private final Map<ChannelName, Subscription> subscriptions = new HashMap<>();
    private final Map<Endpoint, NodeSubscriptions> nodes = new HashMap<>();

    /** Subscriptions that not all nodes have confirmed. */
    private final Set<Subscription> unsettled = new LinkedHashSet<>();

    /** Whether {@link #follow} is about to run; changes until then need no further run. */
    private final AtomicBoolean following = new AtomicBoolean();

    private Placement placement;
    private boolean ticking;

    public SubscriptionHub(ProxyLoop loop, TopologyStore topology, Scope scope) {
        this.loop = loop;
        this.topology = topology;
        this.scope = scope;
        this.placement = new Placement(topology.current().routes(), scope);
        topology.onChange(next -> {
            if (following.compareAndSet(false, true)) {
                loop.execute(this::follow);
            }
        });
    }

    /** Whether there is a node in scope to subscribe at. */
    public boolean serves(ChannelName name) {
        return scope == Scope.OWN_NODES && name.isEverywhere()
                || !placement().endpoints(name).isEmpty();
    }

    /** Subscribes; the confirmation may come at once, and comes within the time limit for replies of nodes. */
    public void subscribe(ChannelName name, Subscriber subscriber, Confirmation confirmation) {
        Subscription subscription = subscriptions.get(name);
        boolean isNew = subscription == null;
        if (subscription == null) {
            subscription = new Subscription(name);
            subscriptions.put(name, subscription);
        }
        long deadline = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(loop.settings().replyTimeoutMillis());
        subscription.await(subscriber, confirmation, deadline);
        if (isNew) {
            place(subscription);
        } else {
            settle(subscription);
        }
        startTicking();
    }

    /** Ends a subscriber's subscription to a name; the subscriber is not told. */
    public void unsubscribe(ChannelName name, Subscriber subscriber) {
        Subscription subscription = subscriptions.get(name);
        if (subscription != null) {
            subscription.remove(subscriber);
            removeIfUnused(subscription);
        }
    }

    /** A message has arrived; it is delivered if it comes from the node where it was published. */
    void message(NodeSubscription atNode, PubSubFrame frame, ByteBuf in, int from, int to) {
        Subscription subscription = atNode.subscription;
        if (isFromOwner(atNode, frame, in)) {
            subscription.deliver(in, from, to);
        }
    }

    private boolean isFromOwner(NodeSubscription atNode, PubSubFrame frame, ByteBuf in) {
        int start = frame.channelStart();
        int length = frame.channelLength();
        if (ChannelName.isNotification(in, start, length)) {
            return atNode.wanted;
        }
        Endpoint owner = placement().owner(Slot.of(in, start, length));
        if (owner == null || owner.equals(atNode.node.endpoint())) {
            return true;
        }
        NodeSubscription ofOwner = atNode.subscription.atNode(owner);
        return ofOwner == null || !ofOwner.confirmed;
    }

    void confirmed(NodeSubscription atNode) {
        if (isCurrent(atNode)) {
            settle(atNode.subscription);
        }
    }

    /**
     * A node refused the subscription, which is repeated; an error that is not temporary is passed to the subscriber.
     */
    void refused(NodeSubscription atNode, String error) {
        if (isCurrent(atNode) && !isTemporary(error)) {
            atNode.subscription.refuseAll(error);
            removeIfUnused(atNode.subscription);
        }
    }

    /** A subscription at a node is not confirmed, or no longer. */
    void unsettled(NodeSubscription atNode) {
        if (isCurrent(atNode)) {
            settle(atNode.subscription);
        }
    }

    /** The topology has changed: subscriptions move to the present owners of their channels. */
    private void follow() {
        following.set(false);
        for (Subscription subscription : List.copyOf(subscriptions.values())) {
            if (scope == Scope.OWN_NODES && !serves(subscription.name())) {
                remove(subscription);
                subscription.refuseAll("CLUSTERDOWN Hash slot not served");
                subscription.end();
            } else {
                place(subscription);
            }
        }
    }

    private void place(Subscription subscription) {
        Set<Endpoint> wanted = placement().endpoints(subscription.name());
        for (Endpoint endpoint : wanted) {
            if (subscription.atNode(endpoint) == null) {
                NodeSubscriptions node =
                        nodes.computeIfAbsent(endpoint, made -> new NodeSubscriptions(this, loop, made));
                subscription.add(node.subscribe(subscription));
            }
        }
        subscription.placed(wanted, serves(subscription.name()), System.nanoTime());
        settle(subscription);
    }

    /** The owners of channels by the present routes. */
    private Placement placement() {
        RouteTable routes = topology.current().routes();
        if (placement.routes() != routes) {
            placement = new Placement(routes, scope);
        }
        return placement;
    }

    private void settle(Subscription subscription) {
        if (subscription.isSettled()) {
            unsettled.remove(subscription);
            dropStale(subscription);
            subscription.confirm();
        } else {
            unsettled.add(subscription);
            if (scope == Scope.OWN_NODES && subscription.isCutOff()) {
                // The peer repeats it; an answer that is late would hold up the messages of its other channels.
                subscription.refuseAll(UNREACHABLE);
                removeIfUnused(subscription);
            }
        }
    }

    private static void dropStale(Subscription subscription) {
        subscription.removeStale().forEach(atNode -> atNode.node.unsubscribe(atNode));
    }

    private void removeIfUnused(Subscription subscription) {
        if (subscription.isUnused()) {
            remove(subscription);
        }
    }

    private void remove(Subscription subscription) {
        if (subscriptions.remove(subscription.name(), subscription)) {
            unsettled.remove(subscription);
            subscription.atNodes().forEach(atNode -> atNode.node.unsubscribe(atNode));
        }
    }

    private boolean isCurrent(NodeSubscription atNode) {
        return subscriptions.get(atNode.subscription.name()) == atNode.subscription
                && atNode.subscription.atNode(atNode.node.endpoint()) == atNode;
    }

    /** Whether an error is temporary: the node is starting, or the peer knows other metadata at the moment. */
    private static boolean isTemporary(String error) {
        return error.startsWith("MOVED ") || error.startsWith("CLUSTERDOWN ") || error.startsWith("LOADING ");
    }

    private void startTicking() {
        if (!ticking) {
            ticking = true;
            loop.eventLoop().schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        ticking = false;
        if (loop.eventLoop().isShuttingDown()) {
            return;
        }
        long now = System.nanoTime();
        for (Subscription subscription : List.copyOf(unsettled)) {
            if (now - subscription.placedNanos() > STALE_NANOS) {
                dropStale(subscription);
            }
            subscription.refuse(now, UNREACHABLE);
            removeIfUnused(subscription);
        }
        nodes.values().removeIf(node -> !node.tick(now));
        if (!subscriptions.isEmpty() || !nodes.isEmpty()) {
            startTicking();
        }
    }
}
