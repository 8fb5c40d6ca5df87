package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The coordinators that are alive: each registers again and again, and counts for some seconds after that. Unless it is
 * configured, the number of them that makes a failure is their majority, so that one with a broken network does not
 * fail over proxies that all others reach. Those of the original do not register; where there are only such, one is
 * enough.
 */
public final class Coordinators {
    /** How long a registration counts. */
    static final long LIFE_SECONDS = 15;

    /** How old a registration has to be to be stored anew: each is a write, of all brokers' metadata. */
    static final long RENEWAL_SECONDS = 4;

    private Coordinators() {}

    /** Stores that a coordinator is alive, unless that is known well enough. */
    public static Outcome<Outcome.Done> register(Metadata state, PlanContext context, String coordinator) {
        Long last = state.coordinators().get(coordinator);
        if (last != null && Math.abs(context.nowSeconds() - last) < RENEWAL_SECONDS) {
            return Outcome.done(state);
        }
        MetadataEdit edit = state.edit();
        edit.forgetCoordinatorsBefore(context.nowSeconds() - LIFE_SECONDS);
        edit.register(coordinator, context.nowSeconds());
        return Outcome.done(edit.done());
    }

    /** The coordinators that are alive, with the time when they last registered. */
    public static SortedMap<String, Long> alive(Metadata state, PlanContext context) {
        SortedMap<String, Long> alive = new TreeMap<>(state.coordinators());
        alive.values().removeIf(last -> context.nowSeconds() - last >= LIFE_SECONDS);
        return alive;
    }

    /** How many coordinators have to report a proxy for a failure. */
    public static int quorum(Metadata state, PlanContext context) {
        return context.failureQuorum() > 0
                ? context.failureQuorum()
                : alive(state, context).size() / 2 + 1;
    }
}
