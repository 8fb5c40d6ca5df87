package io.undermoon.proxy.server;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.control.acl.AclCommands;
import io.undermoon.proxy.control.cluster.ClusterCommands;
import io.undermoon.proxy.control.cluster.SlotStats;
import io.undermoon.proxy.control.command.CommandCommands;
import io.undermoon.proxy.control.config.ConfigCommands;
import io.undermoon.proxy.control.config.ConfigOptions;
import io.undermoon.proxy.control.connection.ClientCommands;
import io.undermoon.proxy.control.connection.ConnectionCommands;
import io.undermoon.proxy.control.connection.LoginCommands;
import io.undermoon.proxy.control.info.HotKeyCommands;
import io.undermoon.proxy.control.info.InfoCommand;
import io.undermoon.proxy.control.info.InfoProcess;
import io.undermoon.proxy.control.info.InfoProxy;
import io.undermoon.proxy.control.info.LatencyHistograms;
import io.undermoon.proxy.control.info.NodeReports;
import io.undermoon.proxy.control.info.ResettableStats;
import io.undermoon.proxy.control.info.RoleCommand;
import io.undermoon.proxy.control.info.SlowLogCommands;
import io.undermoon.proxy.control.nodes.NodeAdmin;
import io.undermoon.proxy.control.nodes.NodeQuery;
import io.undermoon.proxy.control.nodes.SlotKeys;
import io.undermoon.proxy.control.umctl.MigrationCommands;
import io.undermoon.proxy.control.umctl.UmctlCommands;
import io.undermoon.proxy.control.umctl.UmctlReports;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** All commands that the proxy answers itself, by family. Thread-safe. */
public final class ControlCommands implements LocalCommands {
    private final HandlerTable handlers;
    private final InfoCommand info;

    /**
     * @throws IllegalStateException a local command of the command table has no handler
     */
    public ControlCommands(ControlServices services) {
        ControlSettings settings = services.settings();
        CommandCatalog commands = services.commands();
        TopologyStore topology = services.topology();
        ClientRegistry clients = services.clients();
        NodeClient query = services.nodes();
        Endpoints endpoints = services.endpoints();
        NodeStates nodeStates = services.nodeStates();
        Guard guard = services.guard();
        SlowLog slowLog = services.slowLog();
        ResettableStats stats = new ResettableStats(services.stats(), commands.idLimit());
        ConfigOptions options = new ConfigOptions(settings, topology.self(), slowLog, clients, services.usage());
        NodeAdmin nodes = new NodeAdmin(
                settings.backendAdminCommands(),
                new NodeQuery(query, endpoints, topology, nodeStates, settings.activeRedirection()));

        handlers = new HandlerTable(commands.current());
        new ConnectionCommands(commands.current()).register(handlers);
        new LoginCommands(guard, topology).register(handlers);
        new AclCommands(commands, clients, guard, services.usersFile()).register(handlers);
        new ClientCommands(clients, guard).register(handlers);
        SlotKeys slotKeys = new SlotKeys(query);
        new SlotStats(topology, slotKeys, services.usage()).register(handlers);
        new HotKeyCommands(topology, services.usage()).register(handlers);
        new ClusterCommands(
                        topology,
                        nodeStates,
                        slotKeys,
                        services.controlPlane(),
                        settings.busPortInNodes(),
                        settings.hostNamesInSlots())
                .register(handlers);
        new CommandCommands(commands, query, endpoints, nodeStates).register(handlers);
        nodes.register(handlers, commands.current());
        new ConfigCommands(options, stats, nodes).register(handlers);
        NodeReports reports = new NodeReports(query, endpoints, topology, nodeStates);
        info = new InfoCommand(
                new InfoProcess(settings.address().port(), clients, stats, services.subscribed()),
                new InfoProxy(settings.version(), commands, topology, nodeStates, stats),
                nodes,
                reports);
        info.register(handlers);
        new RoleCommand(topology, reports).register(handlers);
        new LatencyHistograms(commands, stats).register(handlers);
        new SlowLogCommands(slowLog, nodes).register(handlers);
        new UmctlCommands(
                        topology,
                        nodes,
                        new MigrationCommands(services.migrations()),
                        services.stepDown(),
                        services.leases(),
                        new UmctlReports(topology, clients, slowLog, services.stats(), nodeStates),
                        services.shutdown())
                .register(handlers);
        handlers.requireComplete();
    }

    /** What {@code INFO ALL} shows a client. */
    CompletionStage<String> info(Client client) {
        return info.everything(client);
    }

    @Override
    public @Nullable CompletionStage<ByteBuf> execute(Command command, CommandFrame frame, Client client, ByteBuf out) {
        return handlers.answer(command, frame, client, out);
    }
}
