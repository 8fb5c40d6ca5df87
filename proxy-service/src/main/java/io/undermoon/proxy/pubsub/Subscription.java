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

/** A name that at least one subscriber of a hub wants, and the endpoints its messages come from. Owned by the hub's loop. */
final class Subscription {
    private record Waiter(Subscriber subscriber, Confirmation confirmation, long deadlineNanos) {}

    private final ChannelName name;
    private final Map<Endpoint, Link> links = new LinkedHashMap<>();
    private final Set<Subscriber> subscribers = new LinkedHashSet<>();
    private final List<Waiter> waiters = new ArrayList<>();

    /** Whether there is, or need be, a node to subscribe at. */
    private boolean served;

    private long placedNanos;

    Subscription(ChannelName name) {
        this.name = name;
    }

    ChannelName name() {
        return name;
    }

    boolean isServed() {
        return served;
    }

    Collection<Link> links() {
        return links.values();
    }

    @Nullable
    Link link(Endpoint endpoint) {
        return links.get(endpoint);
    }

    void add(Link link) {
        links.put(link.upstream.endpoint(), link);
    }

    /** Notes which of the links lead to where the name lives now. */
    void placed(Set<Endpoint> wanted, boolean isServed, long nowNanos) {
        links.forEach((endpoint, link) -> link.wanted = wanted.contains(endpoint));
        served = isServed;
        placedNanos = nowNanos;
    }

    /** Whether every node that may have messages has confirmed. */
    boolean isSettled() {
        if (!served) {
            return false;
        }
        for (Link link : links.values()) {
            if (link.wanted && !link.confirmed) {
                return false;
            }
        }
        return true;
    }

    /** Whether a node that may have messages cannot be reached at present. */
    boolean isCutOff() {
        for (Link link : links.values()) {
            if (link.wanted && link.upstream.isDown()) {
                return true;
            }
        }
        return false;
    }

    /** Takes out the links that are not wanted any more. */
    List<Link> removeStale() {
        List<Link> stale = new ArrayList<>();
        for (Iterator<Link> i = links.values().iterator(); i.hasNext(); ) {
            Link link = i.next();
            if (!link.wanted) {
                stale.add(link);
                i.remove();
            }
        }
        return stale;
    }

    /** When the links were last compared with the topology. */
    long placedNanos() {
        return placedNanos;
    }

    void await(Subscriber subscriber, Confirmation confirmation, long deadlineNanos) {
        waiters.add(new Waiter(subscriber, confirmation, deadlineNanos));
    }

    /** Everybody who waited is subscribed. */
    void confirm() {
        List<Waiter> confirmed = List.copyOf(waiters);
        waiters.clear();
        for (Waiter waiter : confirmed) {
            subscribers.add(waiter.subscriber());
            waiter.confirmation().confirmed();
        }
    }

    /** Refuses those who wait whose deadline is before a time. */
    void refuse(long beforeNanos, String error) {
        List<Waiter> refused = waiters.stream()
                .filter(waiter -> waiter.deadlineNanos() - beforeNanos < 0)
                .toList();
        waiters.removeAll(refused);
        refused.forEach(waiter -> waiter.confirmation().refused(error));
    }

    /** Refuses all who wait. */
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

    /** Tells everybody that it is over. */
    void end() {
        List<Subscriber> told = List.copyOf(subscribers);
        subscribers.clear();
        told.forEach(subscriber -> subscriber.ended(name));
    }
}
