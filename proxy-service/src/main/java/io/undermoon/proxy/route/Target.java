package io.undermoon.proxy.route;

import io.undermoon.metadata.ProxyAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where the commands of a slot go. */
public sealed interface Target {
    /** How many more proxies may at most pass a forwarded command on. */
    int MAX_HOPS_LEFT = 2;

    /** Nobody is known to serve the slot. */
    Unserved UNSERVED = new Unserved();

    /** A Redis node behind this proxy. */
    record Local(Endpoint node) implements Target, Route.Send {
        @Override
        public Endpoint endpoint(int hopsLeft) {
            return node;
        }
    }

    /**
     * Another proxy.
     *
     * @param byHopsLeft the peer as an endpoint for commands with 0, 1, 2 hops left. Each has a connection of its own: a
     *     command on its way back to a proxy it came through must not wait, on a shared connection, for the reply that
     *     waits for it
     * @param movedTail what follows the slot in a {@code MOVED} reply: a blank, the address, CRLF
     * @param handedOver whether this proxy has itself handed the slot over to the other one, which is known to have it
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

        /** What follows the slot in a {@code MOVED} reply. */
        public static byte[] movedTail(String address) {
            return (" " + address + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }

        /** The same, but after this proxy has handed slots over to it. */
        public Remote afterHandover() {
            return new Remote(proxy, byHopsLeft, movedTail, true);
        }
    }

    /** Nobody is known to serve the slot. */
    record Unserved() implements Target {}

    /**
     * The slot is being handed over, or who has it is being found out: commands wait until the table changes.
     *
     * @param settled who had the slot before; never another {@code Held}
     * @param refuses whether commands have waited long enough and are refused
     */
    record Held(Target settled, boolean refuses) implements Target {
        public Held {
            settled = settled.settled();
        }
    }

    /** Who serves the slot, or did until it was held. */
    default Target settled() {
        return this;
    }
}
