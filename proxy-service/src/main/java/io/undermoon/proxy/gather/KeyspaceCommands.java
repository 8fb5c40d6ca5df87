package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandFlag;
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
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Commands that are about all keys or all scripts: they are sent to all masters behind this proxy, and with active
 * redirection to the other proxies too, each of which answers for its own nodes. A command that came from a peer is
 * about this proxy's nodes only, so it is not forwarded again.
 *
 * <ul>
 *   <li>{@code SCAN} goes from slot to slot, each call to the owner of one, see {@link ScanStep}.
 *   <li>{@code KEYS} and {@code RANDOMKEY} see the keys of slots that the node serves and no others.
 *       {@code DBSIZE} is the sum of what the nodes say, which counts keys that a move has left behind until they are
 *       removed.
 *   <li>{@code FLUSHALL} and {@code FLUSHDB} are refused while slots move: keys that arrive after the flush of their
 *       new node, or were written since that of their old one, would be kept or lost by chance.
 *   <li>Scripts and functions are loaded everywhere and read from one node. Functions are changed on the other proxies
 *       when the masters behind this one have agreed, see {@link FunctionChange}. {@code SCRIPT KILL} and {@code
 *       FUNCTION KILL} go to all nodes on connections of their own, because on the others they would wait for the
 *       script.
 *   <li>A proxy without masters has the one that has the masters of its replicas answer, so that clients get what they
 *       would get there. Where masters have no slots there are no keys.
 *   <li>Clients that the proxy serves as a replica are answered by its replicas alone, which execute no writes.
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
    private final ChangesForPeers changes;
    private final Map<Role, Masters> masters = new EnumMap<>(Role.class);

    public KeyspaceCommands(
            TopologyStore topology,
            Router router,
            Forwarder forwarder,
            GatherBudget budget,
            boolean activeRedirection,
            ChangesForPeers changes) {
        this.changes = changes;
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.budget = budget;
        this.activeRedirection = activeRedirection;
    }

    /**
     * Carries out a command of {@link io.undermoon.proxy.command.Policy#GATHER}; false when it has to be handled again
     * later.
     */
    public boolean execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Masters known = masters(session.client().role());
        if (known.topology().clusterName() == null) {
            forwarder.decline(session, command, NO_SLOT, router.unassigned(NO_SLOT));
            return true;
        }
        boolean isOfClient = hopsLeft == CommandHandler.NOT_FORWARDED;
        boolean isReplica = known.topology().role() == Role.REPLICA;
        boolean cluster = activeRedirection && isOfClient && !isReplica;
        if (isReplica && command.has(CommandFlag.WRITE)) {
            forwarder.refuse(session, command, "READONLY You can't write against a read only replica.");
            return true;
        }
        for (Route.Send owner : known.owners(cluster)) {
            if (!forwarder.admits(session, known.topology(), NO_SLOT, owner, hopsLeft)) {
                return false;
            }
        }
        Target.Remote partner = known.partner();
        if (partner != null && isOfClient && !cluster) {
            return askPartner(session, command, frame, known, partner);
        }
        if (known.owners(cluster).isEmpty()
                && !known.nodes(false).isEmpty()
                && answerWithoutSlots(command, session.client().protocol(), session.replyBuffer())) {
            return true;
        }
        switch (command.name()) {
            case "scan" -> scan(session, command, frame, known, hopsLeft);
            case "keys" -> keys(session, command, frame, known, cluster);
            case "randomkey" -> randomKey(session, command, frame, known, cluster);
            case "dbsize" -> ask(session, command, frame, known.owners(cluster), Merges::sum);
            case "flushall", "flushdb" -> flush(session, command, frame, known, cluster);
            case "script|exists" -> ask(session, command, frame, known.nodes(cluster), Merges::least);
            case "script|flush", "script|load", "function|flush" ->
                ask(session, command, frame, known.nodes(cluster), Merges::first);
            case "function|delete", "function|load", "function|restore" ->
                changeFunctions(session, command, frame, known, hopsLeft);
            case "function|kill", "script|kill" -> kill(session, command, frame, known.nodes(cluster));
            case "function|dump", "function|help", "function|list", "function|stats", "script|help" ->
                ask(session, command, frame, firstOf(known.nodes(cluster)), Merges::first);
            default -> throw new IllegalStateException("command " + command + " is not about all keys or scripts");
        }
        return true;
    }

    /**
     * Where a script that names no key runs: on the first of the nodes behind this proxy that serve slots; when there
     * is none, at the proxy with the masters of its replicas, or with active redirection at the first peer; at last on
     * a master without slots.
     */
    public Route routeWithoutKeys(ClientSession session) {
        Masters known = masters(session.client().role());
        Target.Remote partner = known.partner();
        List<Route.Send> nodes = known.owners(false);
        if (nodes.isEmpty()) {
            nodes = partner != null ? List.of(partner) : known.owners(activeRedirection);
        }
        if (nodes.isEmpty()) {
            nodes = known.nodes(false);
        }
        return nodes.isEmpty() ? NO_NODES : nodes.get(0);
    }

    /** The masters of the present topology for clients that are served in a role. */
    public Masters masters(Role role) {
        Topology now = topology.current(role);
        Masters known = masters.get(role);
        if (known == null || known.topology() != now) {
            known = Masters.of(now);
            masters.put(role, known);
        }
        return known;
    }

    /** The answers about keys of masters that have no slots; false if the command is not about keys. */
    private static boolean answerWithoutSlots(Command command, Protocol protocol, ByteBuf out) {
        switch (command.name()) {
            case "keys" -> RespWriter.array(out, 0);
            case "scan" -> ScanStep.writeNothing(out);
            case "randomkey" -> RespWriter.nullValue(out, protocol);
            case "dbsize" -> RespWriter.integer(out, 0);
            case "flushall", "flushdb" -> RespWriter.simple(out, "OK");
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Has the proxy with the masters of this one's replicas answer; a scan reads the replicas, slot by slot. */
    private boolean askPartner(
            ClientSession session, Command command, CommandFrame frame, Masters known, Target.Remote partner) {
        if (command.name().equals("scan")) {
            scan(session, command, frame, masters(Role.REPLICA), CommandHandler.NOT_FORWARDED);
            return true;
        }
        if (!forwarder.admits(session, known.topology(), NO_SLOT, partner, CommandHandler.NOT_FORWARDED)) {
            return false;
        }
        int hops = forwarder.nextHops(session, command, CommandHandler.NOT_FORWARDED);
        forwarder.toNodesOfPeer(session, command, frame, partner, hops, forwarder.expectReply(session, command, frame));
        return true;
    }

    private static List<Route.Send> firstOf(List<Route.Send> targets) {
        return targets.isEmpty() ? targets : targets.subList(0, 1);
    }

    private void ask(
            ClientSession session, Command command, CommandFrame frame, List<Route.Send> targets, Gather.Merge merge) {
        askAll(session, command, frame, targets, replies -> replies.answer(merge));
    }

    private void askAll(
            ClientSession session,
            Command command,
            CommandFrame frame,
            List<Route.Send> targets,
            Consumer<Gather> answer) {
        if (targets.isEmpty()) {
            forwarder.decline(session, command, NO_SLOT, NO_NODES);
            return;
        }
        PendingReply reply = forwarder.expectReply(session, command, frame);
        Gather replies = new Gather(budget, reply, targets.size(), answer);
        for (int i = 0; i < targets.size(); i++) {
            send(session, command, frame, targets.get(i), replies, i);
        }
    }

    /** A change of a client is made in two steps with active redirection, one of a peer on the own masters only. */
    private void changeFunctions(
            ClientSession session, Command command, CommandFrame frame, Masters known, int hopsLeft) {
        boolean isOfPeer = hopsLeft != CommandHandler.NOT_FORWARDED;
        if (isOfPeer) {
            changes.add(ChangesForPeers.effect(frame), System.nanoTime());
        }
        List<Route.Send> all = known.nodes(activeRedirection);
        if (isOfPeer || !activeRedirection || all.isEmpty()) {
            boolean deletes = command.name().equals("function|delete");
            askAll(
                    session,
                    command,
                    frame,
                    known.nodes(false),
                    deletes ? DeleteReplies::answer : replies -> replies.answer(Merges::first));
            return;
        }
        int deciding = Math.max(1, known.nodes(false).size());
        PendingReply reply = forwarder.expectReply(session, command, frame);
        session.awaitReplies();
        new FunctionChange(
                        budget,
                        reply,
                        frame,
                        changes,
                        all.subList(deciding, all.size()),
                        (part, target, replies, i) -> send(session, command, part, target, replies, i))
                .begin(frame, all.subList(0, deciding));
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
            forwarder.toNode(session, command, frame, local.node(), replies.part(part));
        } else if (target instanceof Target.Remote remote) {
            int hops = forwarder.nextHops(session, command, CommandHandler.NOT_FORWARDED);
            forwarder.toNodesOfPeer(session, command, frame, remote, hops, replies.part(part));
        }
    }

    private void keys(ClientSession session, Command command, CommandFrame frame, Masters known, boolean cluster) {
        List<Route.Send> owners = known.owners(cluster);
        List<KeyFilter> filters = owners.stream()
                .map(owner -> KeyFilter.ofOwner(known.topology().routes(), owner))
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

    /**
     * Goes on with a scan where its cursor stands: at a node behind this proxy, or, as a command for a key of that slot
     * would, at a peer. A peer only sends what is about the whole cluster.
     */
    private void scan(ClientSession session, Command command, CommandFrame frame, Masters known, int hopsLeft) {
        ScanCursor cursor;
        try {
            cursor = ScanStep.cursor(frame);
        } catch (ProtocolException e) {
            RespWriter.error(session.replyBuffer(), "ERR invalid cursor");
            return;
        }
        Topology now = known.topology();
        boolean isReplica = now.role() == Role.REPLICA;
        boolean cluster = !isReplica && (activeRedirection || hopsLeft != CommandHandler.NOT_FORWARDED);
        SlotRuns.Run run = known.runs().next(cursor.slot(), cluster);
        if (run == null) {
            ScanStep.writeNothing(session.replyBuffer());
            return;
        }
        // A run is scanned as a whole, so a call waits while any of its slots is handed over.
        boolean waits = run.owner() instanceof Target.Local && run.held() != SlotRuns.Run.NONE;
        int slot = waits ? run.held() : run.first();
        Route route = isReplica && run.owner() instanceof Target.Local replica
                ? replica
                : router.routeToOwner(now, command, slot, false);
        if (!(route instanceof Target.Local local)) {
            forwarder.send(session, now, command, frame, slot, route, hopsLeft);
            return;
        }
        ScanStep step = ScanStep.of(known.runs(), run, cluster, cursor);
        PendingReply reply = forwarder.expectReply(session, command, frame);
        Gather replies = Gather.merged(budget, reply, 1, step::answer);
        forwarder.toNode(session, command, step.command(frame), local.node(), replies.part(0));
    }
}
