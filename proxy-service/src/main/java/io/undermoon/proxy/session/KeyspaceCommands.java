package io.undermoon.proxy.session;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.gather.Gather;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.gather.KeyFilter;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.gather.Merges;
import io.undermoon.proxy.gather.RandomKey;
import io.undermoon.proxy.gather.ScanStep;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commands that are about all keys or all scripts: they go to all masters behind this proxy, and with active redirection to
 * those of the other proxies too, each of which answers for its own nodes. A command that came from a peer is about this
 * proxy's nodes only, so it is never passed on.
 *
 * <ul>
 *   <li>{@code KEYS}, {@code SCAN} and {@code RANDOMKEY} see the keys of slots that the node serves and no others. {@code
 *       DBSIZE} is the sum of what the nodes say, which counts keys that a move has left behind until they are removed.
 *   <li>{@code FLUSHALL} and {@code FLUSHDB} are refused while slots are on the move: keys that arrive after the flush of their
 *       new node, or were written since that of their old one, would be kept or lost by chance.
 *   <li>Scripts and functions are loaded everywhere and read from one node.
 * </ul>
 *
 * Owned by a loop.
 */
final class KeyspaceCommands {
    private final Router router;
    private final Courier courier;
    private final GatherBudget budget;
    private final boolean activeRedirection;
    private @Nullable Masters masters;

    KeyspaceCommands(Router router, Courier courier, GatherBudget budget, boolean activeRedirection) {
        this.router = router;
        this.courier = courier;
        this.budget = budget;
        this.activeRedirection = activeRedirection;
    }

    /** Carries out a command of {@link io.undermoon.proxy.command.Policy#GATHER}. */
    void execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Topology now = router.topology();
        if (!router.isAssigned(session, now, command, Router.REFUSED)) {
            return;
        }
        Masters known = masters(now);
        boolean cluster = activeRedirection && hopsLeft == Router.NOT_FORWARDED;
        switch (command.name()) {
            case "scan" -> scan(session, command, frame, known, cluster);
            case "keys" -> keys(session, command, frame, known, cluster);
            case "randomkey" -> randomKey(session, command, frame, known, cluster);
            case "dbsize" -> ask(session, command, frame, known.owners(cluster), Merges::sum);
            case "flushall", "flushdb" -> flush(session, command, frame, known, cluster);
            case "script|exists" -> ask(session, command, frame, known.nodes(cluster), Merges::least);
            case "script|flush",
                    "script|load",
                    "function|delete",
                    "function|flush",
                    "function|load",
                    "function|restore" -> ask(session, command, frame, known.nodes(cluster), Merges::first);
            case "function|dump", "function|help", "function|list", "function|stats", "script|help" ->
                ask(session, command, frame, firstOf(known.nodes(cluster)), Merges::first);
            default -> throw new IllegalStateException("nobody knows what nodes " + command + " is for");
        }
    }

    /**
     * Who runs a script that names no key: the first of the nodes behind this proxy, or with active redirection, when there is
     * none, the first peer. Null when nobody can, which the client has been told then.
     */
    @Nullable
    Target forCommandWithoutKeys(ClientSession session, Topology now) {
        Masters known = masters(now);
        List<Target> nodes = known.owners(false).isEmpty() ? known.owners(activeRedirection) : known.owners(false);
        if (nodes.isEmpty()) {
            refuseWithoutNodes(session);
            return null;
        }
        return nodes.get(0);
    }

    /** The masters that a topology names. */
    Masters masters(Topology now) {
        Masters known = masters;
        if (known == null || known.topology() != now) {
            known = Masters.of(now, router.self());
            masters = known;
        }
        return known;
    }

    private static List<Target> firstOf(List<Target> targets) {
        return targets.isEmpty() ? targets : targets.subList(0, 1);
    }

    private void ask(
            ClientSession session, Command command, CommandFrame frame, List<Target> targets, Gather.Merge merge) {
        if (targets.isEmpty()) {
            refuseWithoutNodes(session);
            return;
        }
        PendingReply reply = courier.expectReply(session, command, frame);
        Gather replies = Gather.merged(budget, reply, targets.size(), merge);
        for (int i = 0; i < targets.size(); i++) {
            send(session, command, frame, targets.get(i), replies, i);
        }
    }

    private void send(
            ClientSession session, Command command, CommandFrame frame, Target target, Gather replies, int part) {
        if (target instanceof Target.Local local) {
            courier.toNode(session, frame, local.node(), replies.part(part));
        } else if (target instanceof Target.Remote remote) {
            int hops = router.nextHops(session, command, Router.NOT_FORWARDED);
            courier.toNodesOfPeer(session, frame, remote, hops, replies.part(part));
        }
    }

    private void keys(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        List<Target> owners = known.owners(cluster);
        List<KeyFilter> filters = owners.stream()
                .map(owner -> new KeyFilter(known.topology().routes(), owner))
                .toList();
        ask(session, command, frame, owners, Merges.keys(filters));
    }

    private void randomKey(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        if (known.owners(cluster).isEmpty()) {
            refuseWithoutNodes(session);
            return;
        }
        PendingReply reply = courier.expectReply(session, command, frame);
        RandomKey.Asking asking = (question, target, replies) -> send(session, command, question, target, replies, 0);
        new RandomKey(
                        known.topology().routes(),
                        known.owners(cluster),
                        reply,
                        session.client().protocol(),
                        budget,
                        asking)
                .begin();
    }

    private void flush(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        if (known.slotsMove()) {
            Router.write(
                    session,
                    "-TRYAGAIN slots are being moved to or from a node behind this proxy; flush when that is done\r\n");
            return;
        }
        // Databases other than the clients' hold what the proxies keep on record.
        List<String> flush = new ArrayList<>(frame.arguments(0));
        flush.set(0, "FLUSHDB");
        ask(session, command, CommandFrame.of(flush), known.owners(cluster), Merges::first);
    }

    private void scan(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        ScanStep step;
        try {
            step = ScanStep.of(frame, known, cluster ? ScanStep.Scope.CLUSTER : ScanStep.Scope.PROXY);
        } catch (ProtocolException e) {
            Router.write(session, "-ERR invalid cursor\r\n");
            return;
        }
        if (step == null) {
            Router.write(
                    session,
                    "-ERR invalid cursor: nodes or slots have changed since this SCAN began; begin again with 0\r\n");
        } else if (step.target() == null) {
            ScanStep.writeNothing(session.replyBuffer());
        } else {
            PendingReply reply = courier.expectReply(session, command, frame);
            Gather replies = Gather.merged(budget, reply, 1, step::merge);
            send(session, command, step.command(frame), step.target(), replies, 0);
        }
    }

    private static void refuseWithoutNodes(ClientSession session) {
        Router.write(session, "-CLUSTERDOWN no node behind this proxy\r\n");
    }
}
