package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A name that a hub has subscribers for, and the endpoints that it is subscribed to at. Owned by the hub's loop. */
final class Subscription {
    private record Waiter(Subscriber subscriber, Confirmation confirmation, long deadlineNanos) {}

    private final ChannelName name;
    private final Map<Endpoint, NodeSubscription> atNodes = new LinkedHashMap<>();
    private final Set<Subscriber> subscribers = new LinkedHashSet<>();
    private final List<Waiter> waiters = new ArrayList<>();

    /** Whether there is a node to subscribe at, or none is needed. */
    private boolean served;

    private long placedNanos;

    Subscription(ChannelName name) {
        this.name = name;
    }

    ChannelName name() {
        return name;
    }

    Collection<NodeSubscription> atNodes() {
        return atNodes.values();
    }

    @Nullable
    NodeSubscription atNode(Endpoint endpoint) {
        return atNodes.get(endpoint);
    }

    void add(NodeSubscription atNode) {
        atNodes.put(atNode.node.endpoint(), atNode);
    }

    /** Notes which endpoints own the name now. */
    void placed(Set<Endpoint> wanted, boolean isServed, long nowNanos) {
        atNodes.forEach((endpoint, atNode) -> atNode.wanted = wanted.contains(endpoint));
        served = isServed;
        placedNanos = nowNanos;
    }

    /** Whether all nodes that may have messages have confirmed. */
    boolean isSettled() {
        if (!served) {
            return false;
        }
        for (NodeSubscription atNode : atNodes.values()) {
            if (atNode.wanted && !atNode.confirmed) {
                return false;
            }
        }
        return true;
    }

    /** Whether a node that may have messages cannot be reached at present. */
    boolean isCutOff() {
        for (NodeSubscription atNode : atNodes.values()) {
            if (atNode.wanted && atNode.node.isDown()) {
                return true;
            }
        }
        return false;
    }

    /** Removes the subscriptions at former owners. */
    List<NodeSubscription> removeStale() {
        List<NodeSubscription> stale = new ArrayList<>();
        for (Iterator<NodeSubscription> i = atNodes.values().iterator(); i.hasNext(); ) {
            NodeSubscription atNode = i.next();
            if (!atNode.wanted) {
                stale.add(atNode);
                i.remove();
            }
        }
        return stale;
    }

    /** When the endpoints were last compared with the routes, as {@link System#nanoTime}. */
    long placedNanos() {
        return placedNanos;
    }

    void await(Subscriber subscriber, Confirmation confirmation, long deadlineNanos) {
        waiters.add(new Waiter(subscriber, confirmation, deadlineNanos));
    }

    /** Confirms to all waiting subscribers. */
    void confirm() {
        List<Waiter> confirmed = List.copyOf(waiters);
        waiters.clear();
        for (Waiter waiter : confirmed) {
            subscribers.add(waiter.subscriber());
            waiter.confirmation().confirmed();
        }
    }

    /** Refuses the waiting subscribers whose deadline has passed. */
    void refuse(long beforeNanos, String error) {
        List<Waiter> refused = waiters.stream()
                .filter(waiter -> waiter.deadlineNanos() - beforeNanos < 0)
                .toList();
        waiters.removeAll(refused);
        refused.forEach(waiter -> waiter.confirmation().refused(error));
    }

    /** Refuses all waiting subscribers. */
    void refuseAll(String error) {
        List<Waiter> refused = List.copyOf(waiters);
        waiters.clear();
        refused.forEach(waiter -> waiter.confirmation().refused(error));
    }

    void remove(Subscriber subscriber) {
        subscribers.remove(subscriber);
        List<Waiter> gone = waiters.stream()
                .filter(waiter -> waiter.subscriber() == subscriber)
                .toList();
        waiters.removeAll(gone);
        gone.forEach(waiter -> waiter.confirmation().refused("ERR unsubscribed before it was confirmed"));
    }

    boolean isUnused() {
        return subscribers.isEmpty() && waiters.isEmpty();
    }

    void deliver(ByteBuf in, int from, int to) {
        for (Subscriber subscriber : subscribers) {
            subscriber.message(in, from, to);
        }
    }

    /** Tells all subscribers that the subscription has ended. */
    void end() {
        List<Subscriber> told = List.copyOf(subscribers);
        subscribers.clear();
        told.forEach(subscriber -> subscriber.ended(name));
    }
}
