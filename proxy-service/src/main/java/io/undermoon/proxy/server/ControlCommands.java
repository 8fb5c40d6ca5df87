package io.undermoon.proxy.server;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.control.ControlServices;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.control.acl.AclCommands;
import io.undermoon.proxy.control.cluster.ClusterCommands;
import io.undermoon.proxy.control.command.CommandCommands;
import io.undermoon.proxy.control.config.ConfigCommands;
import io.undermoon.proxy.control.config.ConfigOptions;
import io.undermoon.proxy.control.connection.ClientCommands;
import io.undermoon.proxy.control.connection.ConnectionCommands;
import io.undermoon.proxy.control.connection.LoginCommands;
import io.undermoon.proxy.control.info.InfoCommand;
import io.undermoon.proxy.control.info.ResettableStats;
import io.undermoon.proxy.control.info.SlowLogCommands;
import io.undermoon.proxy.control.nodes.NodeAdmin;
import io.undermoon.proxy.control.umctl.UmctlCommands;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Answers every command that the command table says is the proxy's own. Thread-safe. */
public final class ControlCommands implements LocalCommands {
    private final HandlerTable handlers;

    /**
     * @throws IllegalStateException the table has a command of the proxy's own that nobody answers
     */
    public ControlCommands(ControlServices services) {
        ResettableStats stats =
                new ResettableStats(services.stats(), services.commands().idLimit());
        ConfigOptions options = new ConfigOptions(
                services.settings(), services.topology().self(), services.slowLog(), services.clients());
        handlers = new HandlerTable(services.commands().current());
        new ConnectionCommands(services.commands().current()).register(handlers);
        new LoginCommands(services.guard()).register(handlers);
        new AclCommands(services).register(handlers);
        new ClientCommands(services.clients(), services.guard()).register(handlers);
        new ClusterCommands(services).register(handlers);
        new CommandCommands(services).register(handlers);
        NodeAdmin nodes = new NodeAdmin(services);
        nodes.register(handlers, services.commands().current());
        new ConfigCommands(options, stats, nodes).register(handlers);
        new InfoCommand(services, stats, nodes).register(handlers);
        new SlowLogCommands(services.slowLog(), nodes).register(handlers);
        new UmctlCommands(services, nodes).register(handlers);
        handlers.requireComplete();
    }

    @Override
    public @Nullable CompletionStage<ByteBuf> execute(Command command, CommandFrame frame, Client client, ByteBuf out) {
        return handlers.get(command).answer(frame, client, out);
    }
}
