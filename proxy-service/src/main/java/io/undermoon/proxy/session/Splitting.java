package io.undermoon.proxy.session;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.Gather;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.gather.Merges;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Commands of {@link io.undermoon.proxy.command.Policy#SPLIT} whose keys are in several slots: one command for each slot, to
 * whoever serves it, and one reply. Each goes the way of any command for its slot, so a client's commands for one key stay in
 * order. The whole is not atomic, and when a part fails the error says that others were carried out. Owned by a loop.
 */
final class Splitting {
    private final Router router;
    private final Courier courier;
    private final ValueCourier values;
    private final GatherBudget budget;

    Splitting(Router router, Courier courier, ValueCourier values, GatherBudget budget) {
        this.router = router;
        this.courier = courier;
        this.values = values;
        this.budget = budget;
    }

    /** The keys {@code [from, to)} of all keys in the order of their slots, and who gets the command. */
    private record Part(int from, int to, Target target) {}

    void send(ClientSession session, Topology now, Command command, CommandFrame frame, int hopsLeft) {
        int step = command.name().equals("mset") ? 2 : 1;
        if ((frame.argumentCount() - 1) % step != 0) {
            CommandErrors.wrongArity(command, session.replyBuffer());
            return;
        }
        long[] keys = keysBySlot(frame, step);
        List<Part> parts = parts(session, now, command, keys);
        boolean leaves = parts.stream().anyMatch(part -> part.target instanceof Target.Remote);
        int hops = leaves ? router.nextHops(session, command, hopsLeft) : 0;
        if (parts.isEmpty() || hops == Router.REFUSED) {
            return;
        }
        PendingReply reply = courier.expectReply(session, command, frame);
        Gather replies = Gather.merged(budget, reply, parts.size(), merge(command, keys, step));
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            CommandFrame partial = command(frame, keys, part, step);
            if (part.target instanceof Target.Local local) {
                values.toNode(session, now, command, partial, local.node(), replies.part(i));
            } else if (part.target instanceof Target.Remote remote) {
                courier.toPeer(session, partial, remote, hops, replies.part(i));
            }
        }
    }

    /** The arguments that are keys, in the order of their slots and within a slot as they stand: slot and number in one. */
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

    /** A part for each slot; none when the command was refused. */
    private List<Part> parts(ClientSession session, Topology now, Command command, long[] keys) {
        List<Part> parts = new ArrayList<>();
        int from = 0;
        while (from < keys.length) {
            int slot = slot(keys[from]);
            int to = from + 1;
            while (to < keys.length && slot(keys[to]) == slot) {
                to++;
            }
            Endpoint replica = router.replica(session, now, command, slot);
            Target target = replica != null ? new Target.Local(replica) : router.target(session, now, command, slot);
            if (target == null) {
                return List.of();
            }
            parts.add(new Part(from, to, target));
            from = to;
        }
        return parts;
    }

    private static CommandFrame command(CommandFrame frame, long[] keys, Part part, int step) {
        CommandBuilder builder = new CommandBuilder(1 + (part.to - part.from) * step);
        builder.add(frame, 0);
        for (int i = part.from; i < part.to; i++) {
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
