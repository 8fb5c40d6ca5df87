package io.undermoon.proxy.dispatch;

import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.gather.ChangesForPeers;
import io.undermoon.proxy.monitor.Monitors;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.function.Predicate;

/**
 * What the dispatchers of all loops share. Every part is thread-safe.
 *
 * @param isReplica whether a node behind this proxy was a replica when it was last asked
 * @param subscriptions of the clients of all loops
 * @param monitors the clients of all loops that are shown commands
 * @param changesForPeers of function libraries, on all loops
 */
public record DispatchServices(
        CommandCatalog commands,
        TopologyStore topology,
        Router router,
        Predicate<Endpoint> isReplica,
        LocalCommands localCommands,
        Guard guard,
        SlowLog slowLog,
        SubscriptionCounts subscriptions,
        Monitors monitors,
        ChangesForPeers changesForPeers) {}
