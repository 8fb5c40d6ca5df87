package io.undermoon.proxy.gather;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Commands of {@link io.undermoon.proxy.command.Policy#SPLIT} whose keys are in several slots: they become one command
 * for each slot, and the replies become one. Each part is routed like any command for its slot, so a client's commands
 * for one key stay in order. The whole is not atomic, and when a part fails the error says that others were executed.
 * Owned by a loop.
 */
public final class Splitting {
    private final Router router;
    private final Forwarder forwarder;
    private final GatherBudget budget;

    public Splitting(Router router, Forwarder forwarder, GatherBudget budget) {
        this.router = router;
        this.forwarder = forwarder;
        this.budget = budget;
    }

    /** The keys {@code [from, to)} of all keys in the order of their slots, and where the command for them goes. */
    private record Part(int from, int to, Route.Send target) {}

    /** The commands that a command with keys in several slots is split into; empty if its arguments do not match. */
    public static List<CommandFrame> bySlot(Command command, CommandFrame frame) {
        int step = step(command);
        if ((frame.argumentCount() - 1) % step != 0) {
            return List.of();
        }
        long[] keys = keysBySlot(frame, step);
        List<CommandFrame> commands = new ArrayList<>();
        for (int from = 0; from < keys.length; ) {
            int to = endOfSlot(keys, from);
            commands.add(command(frame, keys, from, to, step));
            from = to;
        }
        return commands;
    }

    /** Sends the parts of a command; false when it has to be handled again later. */
    public boolean send(ClientSession session, Topology now, Command command, CommandFrame frame, int hopsLeft) {
        int step = step(command);
        if ((frame.argumentCount() - 1) % step != 0) {
            CommandErrors.wrongArity(command, session.replyBuffer());
            return true;
        }
        long[] keys = keysBySlot(frame, step);
        List<Part> parts = parts(session, now, command, keys);
        for (Part part : parts) {
            if (!forwarder.admits(session, now, slot(keys[part.from]), part.target, hopsLeft)) {
                return false;
            }
        }
        boolean leaves = parts.stream().anyMatch(part -> part.target instanceof Target.Remote);
        int hops = leaves ? forwarder.nextHops(session, command, hopsLeft) : 0;
        if (parts.isEmpty() || hops == Forwarder.NO_HOPS_LEFT) {
            return true;
        }
        PendingReply reply = forwarder.expectReply(session, command, frame);
        Gather replies = Gather.merged(budget, reply, parts.size(), merge(command, keys, step));
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            CommandFrame partial = command(frame, keys, part.from, part.to, step);
            if (part.target instanceof Target.Local local) {
                forwarder.toNode(session, now, command, partial, local.node(), replies.part(i));
            } else if (part.target instanceof Target.Remote remote) {
                forwarder.toPeer(session, command, partial, remote, hops, replies.part(i));
            }
        }
        return true;
    }

    /** How many arguments belong to a key, itself included. */
    private static int step(Command command) {
        return command.name().equals("mset") ? 2 : 1;
    }

    /**
     * The arguments that are keys, in the order of their slots and within a slot as they stand: slot and number in one.
     */
    private static long[] keysBySlot(CommandFrame frame, int step) {
        long[] keys = new long[(frame.argumentCount() - 1) / step];
        for (int i = 0; i < keys.length; i++) {
            int argument = 1 + i * step;
            long slot = Slot.of(frame.buffer(), frame.argumentStart(argument), frame.argumentLength(argument));
            keys[i] = slot << Integer.SIZE | argument;
        }
        Arrays.sort(keys);
        return keys;
    }

    private static int slot(long key) {
        return (int) (key >>> Integer.SIZE);
    }

    private static int argument(long key) {
        return (int) key;
    }

    private static int endOfSlot(long[] keys, int from) {
        int to = from + 1;
        while (to < keys.length && slot(keys[to]) == slot(keys[from])) {
            to++;
        }
        return to;
    }

    /** A part for each slot; none when the command was answered or the session is held. */
    private List<Part> parts(ClientSession session, Topology now, Command command, long[] keys) {
        List<Part> parts = new ArrayList<>();
        int from = 0;
        while (from < keys.length) {
            int slot = slot(keys[from]);
            int to = endOfSlot(keys, from);
            Route route = router.route(now, command, slot, session.client().readOnly());
            if (!(route instanceof Route.Send target)) {
                forwarder.decline(session, command, slot, route);
                return List.of();
            }
            parts.add(new Part(from, to, target));
            from = to;
        }
        return parts;
    }

    private static CommandFrame command(CommandFrame frame, long[] keys, int from, int to, int step) {
        CommandBuilder builder = new CommandBuilder(1 + (to - from) * step);
        builder.add(frame, 0);
        for (int i = from; i < to; i++) {
            for (int j = 0; j < step; j++) {
                builder.add(frame, argument(keys[i]) + j);
            }
        }
        return builder.build();
    }

    private static Gather.Merge merge(Command command, long[] keys, int step) {
        return switch (command.name()) {
            case "mget" ->
                Merges.placed(Arrays.stream(keys)
                        .mapToInt(key -> (argument(key) - 1) / step)
                        .toArray());
            case "mset" -> Merges::first;
            default -> Merges::sum;
        };
    }
}
