package io.undermoon.proxy.server;

import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.control.acl.UsersFile;
import io.undermoon.proxy.control.cluster.ControlPlane;
import io.undermoon.proxy.control.info.InfoProcess.SubscribedNames;
import io.undermoon.proxy.control.umctl.LeaseCommands;
import io.undermoon.proxy.migration.Migrations;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.replication.StepDown;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.usage.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The services that local commands use; each is thread-safe.
 *
 * @param usersFile null when the configuration has no {@code users_file}
 * @param usage which keys and slots clients use
 * @param nodes the client for requests to Redis nodes
 * @param endpoints the endpoints for these requests
 * @param nodeStates the states of the Redis nodes of this proxy
 * @param migrations the migrations in which this proxy takes part
 * @param stepDown gives up masters of this proxy
 * @param controlPlane what the broker does and knows beyond the metadata
 * @param leases answers those who renew the lease of this proxy, or have theirs renewed by it
 * @param subscribed how many channels and patterns have subscribers
 * @param shutdown starts a graceful stop of the process and returns at once; replies already written are still sent
 */
public record ControlServices(
        CommandCatalog commands,
        TopologyStore topology,
        ClientRegistry clients,
        Guard guard,
        @Nullable UsersFile usersFile,
        SlowLog slowLog,
        ProxyStats stats,
        Usage usage,
        NodeClient nodes,
        Endpoints endpoints,
        NodeStates nodeStates,
        Migrations migrations,
        StepDown stepDown,
        ControlPlane controlPlane,
        LeaseCommands leases,
        SubscribedNames subscribed,
        ControlSettings settings,
        Runnable shutdown) {}
