package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.compression.StoredValues;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.gather.Splitting;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code MULTI}, {@code EXEC}, {@code DISCARD}, {@code WATCH} and {@code UNWATCH}, within one slot. Where transactions
 * are split, they may have several slots and become a {@link SplitTransaction}; watched keys are in one slot always.
 *
 * <p>A transaction is queued here and sent at {@code EXEC}, with no other command between, on the connection that the
 * client's other commands take; Redis executes it as one. Only watched keys need a connection of the client's own.
 * Whatever could make a watch untrue (the slot moved, the connection broke) makes {@code EXEC} answer null, as a
 * changed key does. Owned by a loop.
 */
public final class Transactions {
    /** Commands without keys that may stand in a transaction; Redis answers them. */
    private static final Set<String> KEYLESS = Set.of("ping", "echo", "time");

    /** Commands about channels that may stand in a transaction; the channel counts as a key. */
    private static final Set<String> PUBLISHING = Set.of("publish", "spublish");

    /** Commands that become several in a split transaction: their replies are numbers, or all say the same. */
    private static final Set<String> SPLIT = Set.of("del", "unlink", "exists", "touch", "mset");

    private static final String TOO_LARGE = "ERR the transaction is larger than " + Transaction.MAX_BYTES + " bytes";

    private static final String COMPRESSED_SINCE =
            "EXECABORT Transaction discarded because values are compressed since its commands were queued.";

    private final SessionLoop loop;
    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final TransactionCheck check;
    private final GatherBudget budget;
    private final boolean splits;

    /**
     * @param splits whether a transaction may have keys in several slots
     */
    public Transactions(
            SessionLoop loop,
            TopologyStore topology,
            Router router,
            Forwarder forwarder,
            GatherBudget budget,
            boolean splits) {
        this.loop = loop;
        this.check = new TransactionCheck(loop);
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.budget = budget;
        this.splits = splits;
    }

    /**
     * Carries out one of the five commands; false when it has to be handled again later.
     *
     * @param hopsLeft of the command when it came in
     */
    public boolean execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        if (Watch.of(session) != null && !command.name().equals("watch") && !session.isIdle()) {
            return false;
        }
        switch (command.name()) {
            case "multi" -> multi(session);
            case "exec" -> {
                return exec(session, command);
            }
            case "discard" -> discard(session);
            case "unwatch" -> unwatch(session);
            case "watch" -> {
                return watch(session, command, frame, hopsLeft);
            }
            default -> throw new IllegalStateException("command " + command + " is not about transactions");
        }
        return true;
    }

    /** Queues a command of an open transaction, or refuses the command and with it the transaction. */
    public void queue(ClientSession session, Transaction transaction, Command command, CommandFrame frame) {
        int slot = Transaction.NO_SLOT;
        switch (command.policyOf(frame)) {
            case FORWARD, SPLIT, BLOCK, PUBSUB -> {
                if (command.policy() == Policy.PUBSUB && !PUBLISHING.contains(command.name())) {
                    refuse(session, transaction, command);
                    return;
                }
                slot = slotOf(command, frame);
                if (slot == Keys.CROSS_SLOT && maySplit(transaction) && SPLIT.contains(command.name())) {
                    queueParts(session, transaction, command, frame);
                    return;
                }
                if (!mayQueue(session, transaction, command, frame, slot)) {
                    return;
                }
                if (forwarder.reads(command)) {
                    transaction.markReader();
                }
            }
            case NOT_YET -> {
                refuse(session, transaction, command);
                return;
            }
            default -> {
                if (!KEYLESS.contains(command.name())) {
                    refuse(session, transaction, command);
                    return;
                }
            }
        }
        if (!transaction.hasRoomFor(frame)) {
            fail(session, transaction, TOO_LARGE);
            return;
        }
        transaction.add(command, frame, slot);
        RespWriter.simple(session.replyBuffer(), "QUEUED");
    }

    /** Queues a command with keys in several slots as one for each. */
    private void queueParts(ClientSession session, Transaction transaction, Command command, CommandFrame frame) {
        List<CommandFrame> parts = Splitting.bySlot(command, frame);
        if (parts.isEmpty()) {
            transaction.fail();
            CommandErrors.wrongArity(command, session.replyBuffer());
            return;
        }
        for (CommandFrame part : parts) {
            if (!mayQueue(session, transaction, command, part, Keys.slotOf(command, part))) {
                return;
            }
        }
        if (!transaction.hasRoomFor(frame)) {
            fail(session, transaction, TOO_LARGE);
            return;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                transaction.continueLast();
            }
            transaction.add(command, parts.get(i), Keys.slotOf(command, parts.get(i)));
        }
        RespWriter.simple(session.replyBuffer(), "QUEUED");
    }

    private static int slotOf(Command command, CommandFrame frame) {
        return command.policy() == Policy.PUBSUB
                ? Slot.of(frame.buffer(), frame.argumentStart(1), frame.argumentLength(1))
                : Keys.slotOf(command, frame);
    }

    /** Whether a command with keys may be queued; if not, the client has been told or the session is held. */
    private boolean mayQueue(
            ClientSession session, Transaction transaction, Command command, CommandFrame frame, int slot) {
        Topology now = topology.current(session.client().role());
        Route route = router.routeToOwner(now, command, slot, session.client().readOnly());
        if (!(route instanceof Route.Send)) {
            if (route != Route.HOLD) {
                transaction.fail();
            }
            forwarder.decline(session, command, slot, route);
            return false;
        }
        if (route instanceof Target.Remote remote && !mayForward(transaction, remote)) {
            fail(session, transaction, "ERR_TOO_MANY_REDIRECTIONS");
            return false;
        }
        if (transaction.slot() != Transaction.NO_SLOT && transaction.slot() != slot && !maySplit(transaction)) {
            fail(session, transaction, CommandErrors.CROSS_SLOT);
            return false;
        }
        if (route instanceof Target.Local && now.compression() != CompressionStrategy.DISABLED) {
            BackendFailure refusal = forwarder.store(now, command, frame).refusal();
            if (refusal != null) {
                fail(session, transaction, refusal.message());
                return false;
            }
        }
        if (route instanceof Target.Local) {
            forwarder.used(session, command, frame);
        }
        return true;
    }

    private static void fail(ClientSession session, Transaction transaction, String error) {
        transaction.fail();
        RespWriter.error(session.replyBuffer(), error);
    }

    private void refuse(ClientSession session, Transaction transaction, Command command) {
        transaction.fail();
        forwarder.refuse(
                session,
                command,
                command.has(CommandFlag.NO_MULTI)
                        ? "ERR Command not allowed inside a transaction"
                        : "ERR command '" + command.name() + "' is not allowed in a transaction through the proxy");
    }

    private static void multi(ClientSession session) {
        if (Transaction.of(session) != null) {
            RespWriter.error(session.replyBuffer(), "ERR MULTI calls can not be nested");
            return;
        }
        session.features().begin(new Transaction(session));
        RespWriter.simple(session.replyBuffer(), "OK");
    }

    /** Sends or answers the transaction; false when it has to be handled again later. */
    private boolean exec(ClientSession session, Command command) {
        Transaction transaction = Transaction.of(session);
        if (transaction == null) {
            RespWriter.error(session.replyBuffer(), "ERR EXEC without MULTI");
            return true;
        }
        Topology now = topology.current(session.client().role());
        if (!mayExecute(session, now, command, transaction)) {
            return false;
        }
        session.features().close(FeatureKind.TRANSACTION);
        if (transaction.failed() || transaction.user() != session.client().user()) {
            session.features().close(FeatureKind.WATCH);
            String reason = transaction.failed() ? "of previous errors" : "the rules of its user have changed";
            RespWriter.error(session.replyBuffer(), "EXECABORT Transaction discarded because " + reason + ".");
            return true;
        }
        String refusal = refusal(session, now, transaction);
        if (refusal != null) {
            session.features().close(FeatureKind.WATCH);
            RespWriter.error(session.replyBuffer(), refusal);
            return true;
        }
        Watch watch = Watch.of(session);
        if (watch != null) {
            execWatched(session, now, command, transaction, watch);
        } else if (transaction.count() == 0) {
            RespWriter.array(session.replyBuffer(), 0);
        } else if (transaction.hasSeveralSlots()) {
            new SplitTransaction(loop, this, session, command, transaction, null).begin();
        } else {
            Endpoint node = node(session, now, command, transaction);
            ByteBuf batch = node == null ? null : batch(now, transaction, node);
            if (node != null && batch == null) {
                RespWriter.error(session.replyBuffer(), COMPRESSED_SINCE);
            } else if (node != null && batch != null) {
                PendingReply reply = session.expectReply(command.id());
                TransactionReply receiver = receiver(now, transaction, node, reply);
                wrote(session, transaction, node);
                forwarder.sendAll(
                        session,
                        batch,
                        transaction.count() + 2,
                        node,
                        receiver.queueing(),
                        exec(transaction, node, receiver));
            }
        }
        return true;
    }

    private ReplyReceiver exec(Transaction transaction, Endpoint node, ReplyReceiver receiver) {
        return forwarder.held(transaction.mayWrite(), node, receiver);
    }

    private static void wrote(ClientSession session, Transaction transaction, Endpoint node) {
        if (transaction.mayWrite()) {
            session.written().add(node);
        }
    }

    /** Whether the transaction need not wait: for a handover, for earlier commands, or for a failover. */
    private boolean mayExecute(ClientSession session, Topology now, Command command, Transaction transaction) {
        Watch watch = Watch.of(session);
        if (transaction.failed() || watch == null && transaction.count() == 0) {
            return true;
        }
        int hopsLeft = transaction.fromPeer() ? 1 + hopsOfPeer(transaction) : CommandHandler.NOT_FORWARDED;
        if (transaction.hasSeveralSlots() && !session.isIdle()) {
            // A part whose slot gets another path meanwhile would overtake earlier commands on the old one.
            return false;
        }
        if (transaction.hasSeveralSlots()
                && transaction.anySlot(each -> !mayExecute(session, now, command, transaction, each, hopsLeft))) {
            return false;
        }
        int slot = watch != null ? watch.slot() : transaction.slot();
        if (slot == Transaction.NO_SLOT) {
            Endpoint node = anyNode(now);
            return session.isInOrder(now.routes(), slot) && (node == null || check.isKnown(session, node));
        }
        return mayExecute(session, now, command, transaction, slot, hopsLeft);
    }

    private static boolean isHeld(Topology now, int slot, Transaction transaction) {
        return Router.isHeld(now, slot) || transaction.hasWritingScript() && Router.holdsScripts(now, slot);
    }

    private boolean mayExecute(
            ClientSession session, Topology now, Command command, Transaction transaction, int slot, int hopsLeft) {
        if (isHeld(now, slot, transaction)) {
            session.hold();
            return false;
        }
        Route route = router.routeToOwner(now, command, slot, session.client().readOnly());
        return forwarder.admits(session, now, slot, route, hopsLeft)
                && (!(route instanceof Target.Local local) || check.isKnown(session, local.node()));
    }

    private void execWatched(
            ClientSession session, Topology now, Command command, Transaction transaction, Watch watch) {
        boolean sameSlot = transaction.slot() == Transaction.NO_SLOT
                || transaction.slot() == watch.slot() && !transaction.hasSeveralSlots();
        if (!sameSlot && !maySplit(transaction)) {
            session.features().close(FeatureKind.WATCH);
            CommandErrors.crossSlot(session.replyBuffer());
        } else if (isBroken(session, now, command, watch)) {
            session.features().close(FeatureKind.WATCH);
            RespWriter.nullArray(session.replyBuffer(), session.client().protocol());
        } else if (!sameSlot) {
            new SplitTransaction(loop, this, session, command, transaction, watch).begin();
        } else {
            PendingReply reply = session.expectBlockingReply(command.id());
            String problem = sendWatched(session, watch, transaction, reply);
            if (problem != null) {
                reply.fail(new BackendFailure(problem));
            }
        }
    }

    /**
     * Sends a transaction on the connection that watches its keys.
     *
     * @return null if it was sent; else why not, and the keys are not watched any more
     */
    @Nullable
    String sendWatched(ClientSession session, Watch watch, Transaction transaction, ReplyReceiver receiver) {
        Topology now = topology.current();
        Endpoint node = watch.connection().endpoint();
        ByteBuf batch = batch(now, transaction, node);
        if (batch == null) {
            session.features().close(FeatureKind.WATCH);
            return COMPRESSED_SINCE;
        }
        // This is the watch's connection; a client that tracks keys may have CLIENT CACHING sent on it first.
        NodeConnection connection = session.features().connectionTo(node);
        if (connection != watch.connection()) {
            throw new IllegalStateException("commands for " + node + " do not take the connection of the watched keys");
        }
        TransactionReply reply = receiver(now, transaction, node, watch.new ExecReply(receiver));
        wrote(session, transaction, node);
        connection.sendAll(batch, transaction.count() + 2, reply.queueing(), exec(transaction, node, reply));
        return null;
    }

    private boolean maySplit(Transaction transaction) {
        return splits && !transaction.fromPeer();
    }

    /** What a node or peer is sent; null when the values have to be compressed now and cannot be. */
    private @Nullable ByteBuf batch(Topology now, Transaction transaction, Endpoint node) {
        if (node.kind() == Endpoint.Kind.PEER) {
            int hops = hopsOfPeer(transaction);
            return transaction.toBatch((command, frame, batch) -> {
                frame.writeWrapped(batch, "UMFORWARD", hops);
                return true;
            });
        }
        if (now.compression() == CompressionStrategy.DISABLED) {
            return transaction.toBatch();
        }
        return transaction.toBatch((command, frame, batch) -> {
            StoredValues.Stored value = forwarder.store(now, command, frame);
            value.frame().writeTo(batch);
            return value.refusal() == null;
        });
    }

    /**
     * Sends the part of a split transaction for one slot, where no keys are watched.
     *
     * @return null if it was sent; else why not
     */
    @Nullable
    String send(ClientSession session, Command command, Transaction part, ReplyReceiver receiver) {
        Topology now = topology.current();
        Route route =
                router.routeToOwner(now, command, part.slot(), session.client().readOnly());
        if (!(route instanceof Route.Send send)) {
            return route instanceof Route.Refuse refuse ? refuse.error() : "TRYAGAIN the slot is being handed over";
        }
        Endpoint node = forwarder.endpoint(send);
        ByteBuf batch = batch(now, part, node);
        if (batch == null) {
            return COMPRESSED_SINCE;
        }
        TransactionReply reply = receiver(now, part, node, receiver);
        wrote(session, part, node);
        forwarder.sendAll(session, batch, part.count() + 2, node, reply.queueing(), exec(part, node, reply));
        return null;
    }

    /** Whether a part of a split transaction cannot be sent yet; it is to be tried again when sessions are released. */
    boolean mustWait(ClientSession session, Command command, Transaction part) {
        Topology now = topology.current();
        if (isHeld(now, part.slot(), part)) {
            return true;
        }
        Route route =
                router.routeToOwner(now, command, part.slot(), session.client().readOnly());
        return forwarder.mustAwaitFailover(session, now, route, CommandHandler.NOT_FORWARDED);
    }

    GatherBudget budget() {
        return budget;
    }

    boolean reads(Command command) {
        return forwarder.reads(command);
    }

    /** Decompresses the reply of a node; peers do that themselves. */
    private TransactionReply receiver(Topology now, Transaction transaction, Endpoint node, ReplyReceiver client) {
        ReplyReceiver reader =
                node.kind() == Endpoint.Kind.PEER ? client : forwarder.reader(now, transaction.readers(), client);
        return new TransactionReply(reader, error -> check.forget(node));
    }

    private static void discard(ClientSession session) {
        if (Transaction.of(session) == null) {
            RespWriter.error(session.replyBuffer(), "ERR DISCARD without MULTI");
            return;
        }
        session.features().close(FeatureKind.TRANSACTION);
        session.features().close(FeatureKind.WATCH);
        RespWriter.simple(session.replyBuffer(), "OK");
    }

    private static void unwatch(ClientSession session) {
        session.features().close(FeatureKind.WATCH);
        RespWriter.simple(session.replyBuffer(), "OK");
    }

    private boolean watch(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        if (Transaction.of(session) != null) {
            RespWriter.error(session.replyBuffer(), "ERR WATCH inside MULTI is not allowed");
            return true;
        }
        int slot = Keys.slotOf(command, frame);
        Topology now = topology.current(session.client().role());
        Watch watch = Watch.of(session);
        if (watch == null && Router.holdsWatches(now, slot)) {
            session.hold();
            return false;
        }
        Route route = router.routeToOwner(now, command, slot, session.client().readOnly());
        if (!forwarder.admits(session, now, slot, route, hopsLeft)) {
            return false;
        }
        if (!(route instanceof Route.Send send)) {
            forwarder.decline(session, command, slot, route);
            return true;
        }
        if (watch != null && watch.slot() != slot) {
            CommandErrors.crossSlot(session.replyBuffer());
            return true;
        }
        if (watch == null && !session.isIdle()) {
            return false;
        }
        boolean atPeer = watch == null ? route instanceof Target.Remote : isAtPeer(watch);
        int hops = atPeer ? forwarder.nextHops(session, command, hopsLeft) : 0;
        if (hops == Forwarder.NO_HOPS_LEFT) {
            return true;
        }
        if (watch == null) {
            PinnedConnection connection = Forwarder.pin(session, forwarder.endpoint(send));
            if (connection == null) {
                return true;
            }
            watch = new Watch(session, connection, slot);
            session.features().begin(watch);
        }
        ReplyReceiver reply = watch.watchReply(session.expectReply(command.id()));
        if (atPeer) {
            watch.connection().sendForwarded(frame, hops, reply);
        } else {
            watch.connection().send(frame, reply);
        }
        return true;
    }

    private static boolean isAtPeer(Watch watch) {
        return watch.connection().endpoint().kind() == Endpoint.Kind.PEER;
    }

    /**
     * Whether a watched key may have changed unnoticed. At a peer it is for the peer to say: it may have the watch at
     * the slot's new owner already when this proxy hears of that one.
     */
    private boolean isBroken(ClientSession session, Topology now, Command command, Watch watch) {
        Endpoint node = watch.connection().endpoint();
        if (watch.connection().isClosed()) {
            return true;
        }
        if (isAtPeer(watch)) {
            return !now.endpoints().contains(node);
        }
        Route route =
                router.routeToOwner(now, command, watch.slot(), session.client().readOnly());
        return !(route instanceof Target.Local owner) || !owner.node().equals(node);
    }

    /** The error for a transaction that its node would not execute as one; null if it does. */
    private @Nullable String refusal(ClientSession session, Topology now, Transaction transaction) {
        Watch watch = Watch.of(session);
        int slot = watch != null ? watch.slot() : transaction.slot();
        if (slot == Transaction.NO_SLOT) {
            Endpoint node = anyNode(now);
            return node == null ? null : check.refusal(node);
        }
        if (watch != null || !transaction.hasSeveralSlots()) {
            return refusal(now, slot);
        }
        return transaction
                .slots()
                .mapToObj(each -> refusal(now, each))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private @Nullable String refusal(Topology now, int slot) {
        return now.routes().settledOwner(slot) instanceof Target.Local local ? check.refusal(local.node()) : null;
    }

    private static @Nullable Endpoint anyNode(Topology now) {
        for (Endpoint endpoint : now.endpoints()) {
            if (endpoint.kind() == Endpoint.Kind.REDIS) {
                return endpoint;
            }
        }
        return null;
    }

    /**
     * Where a transaction goes; null when refused. Without keys it goes to any node of the cluster behind this proxy.
     */
    private @Nullable Endpoint node(ClientSession session, Topology now, Command command, Transaction transaction) {
        int slot = transaction.slot();
        if (slot == Transaction.NO_SLOT) {
            Endpoint any = anyNode(now);
            if (any == null) {
                RespWriter.error(session.replyBuffer(), "CLUSTERDOWN no node behind this proxy");
            }
            return any;
        }
        Route route = router.routeToOwner(now, command, slot, session.client().readOnly());
        if (!(route instanceof Route.Send send)) {
            forwarder.decline(session, command, slot, route);
            return null;
        }
        if (route instanceof Target.Remote remote && !mayForward(transaction, remote)) {
            RespWriter.error(
                    session.replyBuffer(),
                    "EXECABORT Transaction discarded because its slot has moved; nothing was executed.");
            return null;
        }
        return send.endpoint(hopsOfPeer(transaction));
    }

    /** A peer that has been given the slot by this proxy is known to serve it, so no hop is needed. */
    private static boolean mayForward(Transaction transaction, Target.Remote peer) {
        return !transaction.fromPeer() || transaction.hopsLeft() > 0 || peer.handedOver();
    }

    /** How many more proxies may forward the commands after the peer they are sent to. */
    private int hopsOfPeer(Transaction transaction) {
        return transaction.fromPeer() ? Math.max(0, transaction.hopsLeft() - 1) : forwarder.firstHops();
    }
}
