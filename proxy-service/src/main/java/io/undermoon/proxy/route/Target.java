package io.undermoon.proxy.route;

import io.undermoon.metadata.ProxyAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The target of the commands of a slot. */
public sealed interface Target {
    /** The largest number of proxies that may pass a forwarded command on. */
    int MAX_HOPS_LEFT = 2;

    /** No node is known to serve the slot. */
    Unserved UNSERVED = new Unserved();

    /** A Redis node behind this proxy. */
    record Local(Endpoint node) implements Target, Route.Send {
        @Override
        public Endpoint endpoint(int hopsLeft) {
            return node;
        }
    }

    /**
     * A peer proxy.
     *
     * @param byHopsLeft the peer's endpoints for commands with 0, 1, 2 hops left. Each has its own connection: a
     *     command that returns to a proxy it came through would deadlock if it waited, on a shared connection, for the
     *     reply that waits for it. Slots that move have connections of their own: the peer holds such a connection
     *     while it hands slots over
     * @param movedTail the end of a {@code MOVED} reply after the slot: a space, the address, CRLF
     * @param handedOver whether this proxy handed the slot over to the peer itself, so the peer is known to serve it
     */
    @SuppressWarnings("ArrayRecordComponent") // written to buffers as it is; never compared or changed
    record Remote(ProxyAddress proxy, List<Endpoint> byHopsLeft, byte[] movedTail, boolean handedOver)
            implements Target, Route.Send {
        @Override
        public Endpoint endpoint(int hopsLeft) {
            return byHopsLeft.get(hopsLeft);
        }

        public static Remote of(ProxyAddress proxy, Endpoints endpoints) {
            List<Endpoint> byHopsLeft = new ArrayList<>();
            for (int hops = 0; hops <= MAX_HOPS_LEFT; hops++) {
                byHopsLeft.add(endpoints.peer(proxy.value(), hops));
            }
            return new Remote(proxy, List.copyOf(byHopsLeft), movedTail(proxy.value()), false);
        }

        /** The same peer for slots that move. */
        public Remote forMoving(Endpoints endpoints) {
            List<Endpoint> moving = new ArrayList<>();
            for (int hops = 0; hops <= MAX_HOPS_LEFT; hops++) {
                moving.add(endpoints.peerForMoving(proxy.value(), hops));
            }
            return new Remote(proxy, List.copyOf(moving), movedTail, handedOver);
        }

        /** Whether this is for slots that move. */
        boolean isForMoving() {
            return byHopsLeft.stream().anyMatch(endpoint -> endpoint.settled() != null);
        }

        /** What follows the slot in a {@code MOVED} reply. */
        public static byte[] movedTail(String address) {
            return (" " + address + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }

        /** The same target with {@link #handedOver} set. */
        public Remote afterHandover() {
            return new Remote(proxy, byHopsLeft, movedTail, true);
        }
    }

    /** No node is known to serve the slot. */
    record Unserved() implements Target {}

    /**
     * A slot that is being handed over, or whose owner is being determined: commands wait until the table changes.
     *
     * @param settled the previous owner; never another {@code Held}
     * @param refuses whether the wait is over and commands are refused
     */
    record Held(Target settled, boolean refuses) implements Target {
        public Held {
            settled = settled.settled();
        }
    }

    /**
     * A slot that moves from a node behind this proxy, for which some commands wait until the table changes. The others
     * go to the node.
     *
     * @param onlyWatches whether only {@code WATCH} waits, because the slot is about to be handed over; else all
     *     commands that may write, because the slot moves more slowly than it is written to
     */
    record Slowed(Local node, boolean onlyWatches) implements Target {
        @Override
        public Target settled() {
            return node;
        }
    }

    /** Whether commands for both targets take one path, so that they are executed in the order they are sent. */
    static boolean isSamePath(Target one, Target other) {
        if (one == other) {
            return true;
        }
        if (one instanceof Remote peer && other instanceof Remote samePeer) {
            return peer.byHopsLeft.equals(samePeer.byHopsLeft);
        }
        return localNode(one) != null && localNode(one) == localNode(other);
    }

    private static @Nullable Endpoint localNode(Target target) {
        if (target instanceof Slowed slowed) {
            return slowed.node.node();
        }
        return target instanceof Local local ? local.node() : null;
    }

    /** The owner of the slot, or its last owner while it is held. */
    default Target settled() {
        return this;
    }
}
