package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.GatherBudget;
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
import java.util.Objects;
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
    private final SessionLoop loop;
    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final TransactionCheck check;
    private final TransactionQueue queue;
    private final TransactionSender sender;

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
        this.queue = new TransactionQueue(topology, router, forwarder, splits);
        this.sender = new TransactionSender(topology, router, forwarder, check, budget, loop.stats());
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
        queue.add(session, transaction, command, frame);
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
            new SplitTransaction(loop, sender, session, command, transaction, null).begin();
        } else {
            Endpoint node = node(session, now, command, transaction);
            ByteBuf batch = node == null ? null : sender.batch(now, transaction, node);
            if (node != null && batch == null) {
                RespWriter.error(session.replyBuffer(), TransactionSender.COMPRESSED_SINCE);
            } else if (node != null && batch != null) {
                sender.send(session, now, transaction, node, batch, session.expectReply(command.id()));
            }
        }
        return true;
    }

    /** Whether the transaction need not wait: for a handover, for earlier commands, or for a failover. */
    private boolean mayExecute(ClientSession session, Topology now, Command command, Transaction transaction) {
        Watch watch = Watch.of(session);
        if (transaction.failed() || watch == null && transaction.count() == 0) {
            return true;
        }
        int hopsLeft = transaction.fromPeer() ? 1 + sender.hopsOfPeer(transaction) : CommandHandler.NOT_FORWARDED;
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

    private boolean mayExecute(
            ClientSession session, Topology now, Command command, Transaction transaction, int slot, int hopsLeft) {
        if (TransactionSender.isHeld(now, slot, transaction)) {
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
        if (!sameSlot && !queue.maySplit(transaction)) {
            session.features().close(FeatureKind.WATCH);
            CommandErrors.crossSlot(session.replyBuffer());
        } else if (isBroken(session, now, command, watch)) {
            session.features().close(FeatureKind.WATCH);
            RespWriter.nullArray(session.replyBuffer(), session.client().protocol());
        } else if (!sameSlot) {
            new SplitTransaction(loop, sender, session, command, transaction, watch).begin();
        } else {
            PendingReply reply = session.expectBlockingReply(command.id());
            String problem = sender.sendWatched(session, watch, transaction, reply);
            if (problem != null) {
                reply.fail(new BackendFailure(problem));
            }
        }
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
        if (route instanceof Target.Remote remote && !transaction.mayGoTo(remote)) {
            RespWriter.error(
                    session.replyBuffer(),
                    "EXECABORT Transaction discarded because its slot has moved; nothing was executed.");
            return null;
        }
        return send.endpoint(sender.hopsOfPeer(transaction));
    }
}
