package io.undermoon.proxy.pubsub;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.slot.Slot;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which endpoints have the messages of a channel by one route table: the owner of its slot. For one loop. */
final class Placement {
    private final RouteTable routes;
    private final Scope scope;

    /** Computed when first needed. */
    private @Nullable Set<Endpoint> masters;

    Placement(RouteTable routes, Scope scope) {
        this.routes = routes;
        this.scope = scope;
    }

    RouteTable routes() {
        return routes;
    }

    /** Where to subscribe; empty when the channel is not served in scope. */
    Set<Endpoint> endpoints(ChannelName name) {
        if (name.isEverywhere()) {
            return masters();
        }
        Endpoint owner = owner(name.slot());
        return owner == null ? Set.of() : Set.of(owner);
    }

    /** The endpoint that has the slot's channels; null when there is none in scope. */
    @Nullable
    Endpoint owner(int slot) {
        Target target = routes.settledOwner(slot);
        if (target instanceof Target.Local local) {
            return local.node();
        }
        if (scope == Scope.CLUSTER && target instanceof Target.Remote remote) {
            return remote.endpoint(0).base();
        }
        return null;
    }

    private Set<Endpoint> masters() {
        Set<Endpoint> found = masters;
        if (found == null) {
            found = new LinkedHashSet<>();
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                Endpoint owner = owner(slot);
                if (owner != null) {
                    found.add(owner);
                }
            }
            masters = found;
        }
        return found;
    }
}
