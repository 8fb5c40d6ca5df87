package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a loop that wait in a command that blocks, such as {@code BLPOP}.
 *
 * <p>When the slot such a client waits for is served somewhere else, it is unblocked where it waits and its command is
 * dispatched again, by the routes of that moment: with active redirection it goes on waiting at the new owner for as long as
 * it still wanted to, without it gets {@code MOVED}, and {@code CLUSTERDOWN} when nobody serves the slot. An element that the old
 * owner gave in the same moment is delivered. Commands without keys ({@code WAIT}) wait where they are.
 *
 * <p>Owned by the loop, but for {@link #unblock}.
 */
public final class BlockedClients {
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

    /**
     * Unblocks the clients that wait for certain slots; from any thread. Completes, on the loop, when the replies of all of them
     * are in. Commands that were unblocked without a result are dispatched again thereafter, as if they had just come: what
     * holds back commands for these slots should be in place before.
     */
    public CompletionStage<@Nullable Void> unblock(IntPredicate slots) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            CompletableFuture<?>[] ends = List.copyOf(commands).stream()
                    .filter(command -> command.slot() != BlockedCommand.NO_SLOT && slots.test(command.slot()))
                    .map(command -> {
                        command.comeAgain();
                        return command.end().toCompletableFuture();
                    })
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(ends).whenComplete((nothing, problem) -> done.complete(null));
        });
        return done;
    }

    /** The topology changed: those who wait at a node that no longer has their slot are moved. */
    void follow(Topology now) {
        for (BlockedCommand command : List.copyOf(commands)) {
            if (command.slot() != BlockedCommand.NO_SLOT && !isAtOwner(command, now)) {
                command.comeAgain();
            }
        }
    }

    private static boolean isAtOwner(BlockedCommand command, Topology now) {
        Target owner = now.routes().owner(command.slot());
        if (owner instanceof Target.Local local) {
            return local.node().equals(command.endpoint());
        }
        return owner instanceof Target.Remote remote && remote.byHopsLeft().contains(command.endpoint());
    }
}
