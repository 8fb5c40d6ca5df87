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
 * <p>What it guarantees. <em>Nothing is missed:</em> a subscriber is told that it is subscribed only after every node that
 * may have messages for it has confirmed. <em>Nothing comes twice:</em> a channel's messages are published at the owner of
 * its slot and a message counts only when it comes from there; messages that another node passes on, as a replica does with
 * those of its master, are dropped. <em>It lasts:</em> when the owner changes, the new one is subscribed at and the old one
 * stays until the new one has confirmed; when a connection breaks it is remade. What is published while the owner cannot
 * be reached, or at a new owner before this proxy has heard of it, is lost, as Redis loses what is published to a client
 * that is just reconnecting. A message that is on its way from the old and the new owner in the very moment in which this proxy
 * hears of the change may come twice.
 *
 * <p>Owned by the loop; a hub without subscribers costs nothing.
 */
public final class SubscriptionHub {
    private static final long TICK_MILLIS = 100;

    /** How long a former owner is listened to while its successor does not confirm. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String UNREACHABLE =
            "CLUSTERDOWN the node of the channel cannot be reached; nothing was subscribed";

    private final ProxyLoop loop;
    private final TopologyStore topology;
    private final Scope scope;
    private final Map<ChannelName, Subscription> subscriptions = new HashMap<>();
    private final Map<Endpoint, Upstream> upstreams = new HashMap<>();

    /** Those for which a node has not confirmed yet, or not again. */
    private final Set<Subscription> unsettled = new LinkedHashSet<>();

    /** Whether {@link #follow} is about to run; changes that come until then need no run of their own. */
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

    /** Subscribes; the confirmation may come at once, and comes within the limit for replies of nodes. */
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

    /** Ends what a subscriber has of a name, without a word to it. */
    public void unsubscribe(ChannelName name, Subscriber subscriber) {
        Subscription subscription = subscriptions.get(name);
        if (subscription != null) {
            subscription.remove(subscriber);
            removeIfUnused(subscription);
        }
    }

    /** A message came; it counts if it comes from where it was published. */
    void message(Link link, PubSubFrame frame, ByteBuf in, int from, int to) {
        Subscription subscription = link.subscription;
        if (isFromOwner(link, frame, in)) {
            subscription.deliver(in, from, to);
        }
    }

    private boolean isFromOwner(Link link, PubSubFrame frame, ByteBuf in) {
        int start = frame.channelStart();
        int length = frame.channelLength();
        if (ChannelName.isNotification(in, start, length)) {
            return link.wanted;
        }
        Endpoint owner = placement().owner(Slot.of(in, start, length));
        if (owner == null || owner.equals(link.upstream.endpoint())) {
            return true;
        }
        Link ofOwner = link.subscription.link(owner);
        return ofOwner == null || !ofOwner.confirmed;
    }

    void confirmed(Link link) {
        if (isCurrent(link)) {
            settle(link.subscription);
        }
    }

    /** A node refused, and will be asked again; an error that does not pass ends the waiting. */
    void refused(Link link, String error) {
        if (isCurrent(link) && !isPassing(error)) {
            link.subscription.refuseAll(error);
            removeIfUnused(link.subscription);
        }
    }

    /** A link is not confirmed, or no more. */
    void unsettled(Link link) {
        if (isCurrent(link)) {
            settle(link.subscription);
        }
    }

    /** The topology changed: subscriptions move to where their channels are now. */
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
            if (subscription.link(endpoint) == null) {
                Upstream upstream = upstreams.computeIfAbsent(endpoint, made -> new Upstream(this, loop, made));
                subscription.add(upstream.subscribe(subscription));
            }
        }
        subscription.placed(wanted, serves(subscription.name()), System.nanoTime());
        settle(subscription);
    }

    /** Where channels live as of now. */
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
                // The peer asks again; an answer that it waits for would hold up the messages of its other channels.
                subscription.refuseAll(UNREACHABLE);
                removeIfUnused(subscription);
            }
        }
    }

    private static void dropStale(Subscription subscription) {
        subscription.removeStale().forEach(link -> link.upstream.unsubscribe(link));
    }

    private void removeIfUnused(Subscription subscription) {
        if (subscription.isUnused()) {
            remove(subscription);
        }
    }

    private void remove(Subscription subscription) {
        if (subscriptions.remove(subscription.name(), subscription)) {
            unsettled.remove(subscription);
            subscription.links().forEach(link -> link.upstream.unsubscribe(link));
        }
    }

    private boolean isCurrent(Link link) {
        return subscriptions.get(link.subscription.name()) == link.subscription
                && link.subscription.link(link.upstream.endpoint()) == link;
    }

    /** Errors of a node that is being restarted, or of a peer that has not heard yet what we have, or the other way round. */
    private static boolean isPassing(String error) {
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
        upstreams.values().removeIf(upstream -> !upstream.tick(now));
        if (!subscriptions.isEmpty() || !upstreams.isEmpty()) {
            startTicking();
        }
    }
}
