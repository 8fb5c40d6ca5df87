package io.undermoon.proxy.server;

import io.undermoon.proxy.backend.BackendQuery;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.control.acl.UsersFile;
import io.undermoon.proxy.migration.Migrations;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.TopologyStore;
import org.jspecify.annotations.Nullable;

/**
 * What the commands that the proxy answers itself work with. Every part is thread-safe.
 *
 * @param usersFile absent when users come from nowhere but {@code ACL SETUSER}
 * @param nodes asks the Redis nodes
 * @param endpoints the addresses to ask them at
 * @param nodeStates what is known of the Redis nodes behind this proxy
 * @param migrations in which this proxy takes part
 * @param shutdown begins to end the process gracefully and returns at once; replies that are written go out before
 */
public record ControlServices(
        CommandCatalog commands,
        TopologyStore topology,
        ClientRegistry clients,
        Guard guard,
        @Nullable UsersFile usersFile,
        SlowLog slowLog,
        ProxyStats stats,
        BackendQuery nodes,
        Endpoints endpoints,
        NodeStates nodeStates,
        Migrations migrations,
        ControlSettings settings,
        Runnable shutdown) {}
