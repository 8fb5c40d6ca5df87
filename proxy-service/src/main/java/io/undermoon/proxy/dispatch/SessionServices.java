package io.undermoon.proxy.session;

import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.function.Predicate;

/**
 * What sessions of all loops share. Every part is thread-safe.
 *
 * @param readableReplica whether a replica behind this proxy may serve reads: one that lost its master or still copies from it
 *     may not
 */
public record SessionServices(
        CommandCatalog commands,
        TopologyStore topology,
        LocalCommands localCommands,
        ClientRegistry clients,
        Guard guard,
        SlowLog slowLog,
        Predicate<Endpoint> readableReplica,
        SessionSettings settings) {}
