package io.undermoon.proxy.blocking;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The clients of a loop that are blocked in a command such as {@code BLPOP}.
 *
 * <p>When the slot that such a command is about is served somewhere else, it is unblocked where it waits and handled
 * again by the routes of that moment: with active redirection it goes on waiting at the new owner for the rest of its
 * time, without it the client gets {@code MOVED}, and {@code CLUSTERDOWN} when the slot is not served. An element that
 * the old owner gave in the same moment is delivered. Commands without keys ({@code WAIT}) stay where they are. Owned
 * by the loop.
 */
final class BlockedClients {
    private final ProxyLoop loop;
    private final Set<BlockedCommand> commands = new LinkedHashSet<>();

    BlockedClients(ProxyLoop loop) {
        this.loop = loop;
    }

    void add(BlockedCommand command) {
        commands.add(command);
    }

    void remove(BlockedCommand command) {
        commands.remove(command);
    }

    void schedule(Runnable task, long delay, TimeUnit unit) {
        loop.eventLoop().schedule(task, delay, unit);
    }

    /** The topology has changed: commands that wait at a node that no longer has their slot are repeated. */
    void follow(Topology now) {
        for (BlockedCommand command : List.copyOf(commands)) {
            if (command.slot() != BlockedCommand.NO_SLOT && !isAtOwner(command, now)) {
                command.repeat();
            }
        }
    }

    private static boolean isAtOwner(BlockedCommand command, Topology now) {
        Target owner = now.routes().owner(command.slot());
        if (owner instanceof Target.Slowed slowed) {
            return slowed.node().node().equals(command.endpoint());
        }
        if (owner instanceof Target.Local local) {
            return local.node().equals(command.endpoint());
        }
        return owner instanceof Target.Remote remote && remote.byHopsLeft().contains(command.endpoint());
    }
}
