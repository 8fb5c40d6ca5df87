package io.undermoon.proxy.dispatch;

import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.gather.ChangesForPeers;
import io.undermoon.proxy.monitor.Monitors;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.usage.Usage;

/**
 * What the dispatchers of all loops share. Every part is thread-safe.
 *
 * @param subscriptions of the clients of all loops
 * @param monitors the clients of all loops that are shown commands
 * @param changesForPeers of function libraries, on all loops
 * @param usage which keys and slots the clients of all loops use
 */
public record DispatchServices(
        CommandCatalog commands,
        TopologyStore topology,
        Router router,
        LocalCommands localCommands,
        Guard guard,
        SlowLog slowLog,
        SubscriptionCounts subscriptions,
        Monitors monitors,
        ChangesForPeers changesForPeers,
        Usage usage) {}
