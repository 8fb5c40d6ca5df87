package io.undermoon.proxy.gather;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commands that are about all keys or all scripts: they are sent to all masters behind this proxy, and with active
 * redirection to the other proxies too, each of which answers for its own nodes. A command that came from a peer is
 * about this proxy's nodes only, so it is not forwarded again.
 *
 * <ul>
 *   <li>{@code KEYS}, {@code SCAN} and {@code RANDOMKEY} see the keys of slots that the node serves and no others.
 *       {@code DBSIZE} is the sum of what the nodes say, which counts keys that a move has left behind until they are
 *       removed.
 *   <li>{@code FLUSHALL} and {@code FLUSHDB} are refused while slots move: keys that arrive after the flush of their
 *       new node, or were written since that of their old one, would be kept or lost by chance.
 *   <li>Scripts and functions are loaded everywhere and read from one node. {@code SCRIPT KILL} and {@code FUNCTION
 *       KILL} go to all nodes on connections of their own, because on the others they would wait for the script.
 * </ul>
 *
 * Owned by a loop.
 */
public final class KeyspaceCommands {
    /** The slot argument of commands that are not about one slot. */
    private static final int NO_SLOT = -1;

    private static final Route NO_NODES = new Route.Refuse("CLUSTERDOWN no node behind this proxy");

    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final GatherBudget budget;
    private final boolean activeRedirection;
    private @Nullable Masters masters;

    public KeyspaceCommands(
            TopologyStore topology,
            Router router,
            Forwarder forwarder,
            GatherBudget budget,
            boolean activeRedirection) {
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.budget = budget;
        this.activeRedirection = activeRedirection;
    }

    /** Carries out a command of {@link io.undermoon.proxy.command.Policy#GATHER}. */
    public void execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Masters known = masters();
        if (known.topology().clusterName() == null) {
            forwarder.decline(session, command, NO_SLOT, router.unassigned(NO_SLOT));
            return;
        }
        boolean cluster = activeRedirection && hopsLeft == CommandHandler.NOT_FORWARDED;
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
            case "function|kill", "script|kill" -> kill(session, command, frame, known.nodes(cluster));
            case "function|dump", "function|help", "function|list", "function|stats", "script|help" ->
                ask(session, command, frame, firstOf(known.nodes(cluster)), Merges::first);
            default -> throw new IllegalStateException("command " + command + " is not about all keys or scripts");
        }
    }

    /**
     * Where a script that names no key runs: on the first of the nodes behind this proxy, or with active redirection,
     * when there is none, on the first peer.
     */
    public Route routeWithoutKeys() {
        Masters known = masters();
        List<Route.Send> nodes = known.owners(false).isEmpty() ? known.owners(activeRedirection) : known.owners(false);
        return nodes.isEmpty() ? NO_NODES : nodes.get(0);
    }

    /** The masters of the present topology. */
    public Masters masters() {
        Topology now = topology.current();
        Masters known = masters;
        if (known == null || known.topology() != now) {
            known = Masters.of(now, topology.self());
            masters = known;
        }
        return known;
    }

    private static List<Route.Send> firstOf(List<Route.Send> targets) {
        return targets.isEmpty() ? targets : targets.subList(0, 1);
    }

    private void ask(
            ClientSession session, Command command, CommandFrame frame, List<Route.Send> targets, Gather.Merge merge) {
        if (targets.isEmpty()) {
            forwarder.decline(session, command, NO_SLOT, NO_NODES);
            return;
        }
        PendingReply reply = forwarder.expectReply(session, command, frame);
        Gather replies = Gather.merged(budget, reply, targets.size(), merge);
        for (int i = 0; i < targets.size(); i++) {
            send(session, command, frame, targets.get(i), replies, i);
        }
    }

    private void kill(ClientSession session, Command command, CommandFrame frame, List<Route.Send> targets) {
        if (targets.isEmpty()) {
            forwarder.decline(session, command, NO_SLOT, NO_NODES);
            return;
        }
        PendingReply reply = forwarder.expectReply(session, command, frame);
        Gather replies = new Gather(budget, reply, targets.size(), all -> all.answerWith(KillReplies.choose(all)));
        List<String> kill = frame.arguments(0);
        List<String> forwarded = new ArrayList<>(List.of("UMFORWARD", "0"));
        forwarded.addAll(kill);
        for (int i = 0; i < targets.size(); i++) {
            boolean isLocal = targets.get(i) instanceof Target.Local;
            forwarder.separately(
                    targets.get(i).endpoint(0), CommandFrame.of(isLocal ? kill : forwarded), replies.part(i));
        }
    }

    private void send(
            ClientSession session, Command command, CommandFrame frame, Route.Send target, Gather replies, int part) {
        if (target instanceof Target.Local local) {
            forwarder.toNode(session, frame, local.node(), replies.part(part));
        } else if (target instanceof Target.Remote remote) {
            int hops = forwarder.nextHops(session, command, CommandHandler.NOT_FORWARDED);
            forwarder.toNodesOfPeer(session, frame, remote, hops, replies.part(part));
        }
    }

    private void keys(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        List<Route.Send> owners = known.owners(cluster);
        List<KeyFilter> filters = owners.stream()
                .map(owner -> new KeyFilter(known.topology().routes(), owner))
                .toList();
        ask(session, command, frame, owners, Merges.keys(filters));
    }

    private void randomKey(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        if (known.owners(cluster).isEmpty()) {
            forwarder.decline(session, command, NO_SLOT, NO_NODES);
            return;
        }
        PendingReply reply = forwarder.expectReply(session, command, frame);
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
            RespWriter.error(
                    session.replyBuffer(),
                    "TRYAGAIN slots are being moved to or from a node behind this proxy; flush when that is done");
            return;
        }
        // FLUSHALL would also delete the migration records of the proxies, which are in another database.
        List<String> flush = new ArrayList<>(frame.arguments(0));
        flush.set(0, "FLUSHDB");
        ask(session, command, CommandFrame.of(flush), known.owners(cluster), Merges::first);
    }

    private void scan(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        ScanStep step;
        try {
            step = ScanStep.of(frame, known, cluster ? ScanStep.Scope.CLUSTER : ScanStep.Scope.PROXY);
        } catch (ProtocolException e) {
            RespWriter.error(session.replyBuffer(), "ERR invalid cursor");
            return;
        }
        if (step == null) {
            RespWriter.error(
                    session.replyBuffer(),
                    "ERR invalid cursor: nodes or slots have changed since this SCAN began; begin again with 0");
        } else if (step.target() == null) {
            ScanStep.writeNothing(session.replyBuffer());
        } else {
            PendingReply reply = forwarder.expectReply(session, command, frame);
            Gather replies = Gather.merged(budget, reply, 1, step::merge);
            send(session, command, step.command(frame), step.target(), replies, 0);
        }
    }
}
