package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.compression.StoredValues;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.resp.RespWriter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code MULTI}, {@code EXEC}, {@code DISCARD}, {@code WATCH} and {@code UNWATCH}, within one slot.
 *
 * <p>A transaction is queued here and sent at {@code EXEC}, with nothing in between, on the connection the client's other
 * commands take; Redis executes it as one. Only watched keys need a connection of the client's own. Whatever could make a
 * watch untrue (the slot moved, the connection broke) makes {@code EXEC} answer null, as a changed key does. Owned by a loop.
 */
final class Transactions {
    /** Commands without keys that may stand in a transaction; Redis answers them. */
    private static final Set<String> KEYLESS = Set.of("ping", "echo", "time");

    /** Commands about channels that may stand in a transaction; the channel counts as a key. */
    private static final Set<String> PUBLISHING = Set.of("publish", "spublish");

    private final SessionLoop loop;
    private final Router router;
    private final Courier courier;
    private final ValueCourier values;

    Transactions(SessionLoop loop, Router router, Courier courier, ValueCourier values) {
        this.loop = loop;
        this.router = router;
        this.courier = courier;
        this.values = values;
    }

    /** Carries out one of the five; false when it has to wait until all replies are in. */
    boolean execute(ClientSession session, Command command, CommandFrame frame) {
        if (session.state().watch() != null && !command.name().equals("watch") && !session.isIdle()) {
            return false;
        }
        switch (command.name()) {
            case "multi" -> multi(session);
            case "exec" -> exec(session, command);
            case "discard" -> discard(session);
            case "unwatch" -> unwatch(session);
            case "watch" -> {
                return watch(session, command, frame);
            }
            default -> throw new IllegalStateException("command " + command + " is not about transactions");
        }
        return true;
    }

    /** Queues a command of an open transaction, or refuses it and with it the transaction. */
    void queue(ClientSession session, Transaction transaction, Command command, CommandFrame frame) {
        int slot = Transaction.NO_SLOT;
        switch (command.policyOf(frame)) {
            case FORWARD, SPLIT, BLOCK, PUBSUB -> {
                if (command.policy() == Policy.PUBSUB && !PUBLISHING.contains(command.name())) {
                    refuse(session, transaction, command);
                    return;
                }
                Topology now = router.topology();
                slot = command.policy() == Policy.PUBSUB
                        ? router.channelSlot(session, now, command, frame)
                        : router.slot(session, now, command, frame);
                Target target = slot == Router.REFUSED ? null : router.target(session, now, command, slot);
                if (target == null) {
                    if (!session.isHeld()) {
                        transaction.fail();
                    }
                    return;
                }
                if (transaction.fromPeer() && target instanceof Target.Remote remote && !remote.handedOver()) {
                    transaction.fail();
                    Router.write(session, "-ERR_TOO_MANY_REDIRECTIONS\r\n");
                    return;
                }
                if (transaction.slot() != Transaction.NO_SLOT && transaction.slot() != slot) {
                    transaction.fail();
                    CommandErrors.crossSlot(session.replyBuffer());
                    return;
                }
                if (target instanceof Target.Local && refusesStored(session, now, transaction, command, frame)) {
                    return;
                }
                if (values.reads(command)) {
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
            transaction.fail();
            Router.write(session, "-ERR the transaction is larger than " + Transaction.MAX_BYTES + " bytes\r\n");
            return;
        }
        if (PauseGate.mayWrite(command)) {
            transaction.noteWrite();
        }
        transaction.add(command, frame, slot);
        Router.write(session, "+QUEUED\r\n");
    }

    /** Whether the node must not have the command because values are compressed, which the client has been told then. */
    private boolean refusesStored(
            ClientSession session, Topology now, Transaction transaction, Command command, CommandFrame frame) {
        BackendFailure refusal = now.compression() == CompressionStrategy.DISABLED
                ? null
                : values.store(now, command, frame).refusal();
        if (refusal == null) {
            return false;
        }
        transaction.fail();
        Router.write(session, "-" + refusal.message() + "\r\n");
        return true;
    }

    /** What a node or peer is sent; a peer is told to pass no command on: they have to stay together. */
    private @Nullable ByteBuf batch(Topology now, Transaction transaction, Endpoint node) {
        if (node.kind() == Endpoint.Kind.PEER) {
            return transaction.toBatch((command, frame, batch) -> {
                frame.writeWrapped(batch, "UMFORWARD", 0);
                return true;
            });
        }
        if (now.compression() == CompressionStrategy.DISABLED) {
            return transaction.toBatch();
        }
        return transaction.toBatch((command, frame, batch) -> {
            StoredValues.Stored stored = values.store(now, command, frame);
            stored.frame().writeTo(batch);
            return stored.refusal() == null;
        });
    }

    /** A peer gives plain values. */
    private ReplyReceiver reader(Topology now, Transaction transaction, Endpoint node, PendingReply reply) {
        return node.kind() == Endpoint.Kind.PEER ? reply : values.reader(now, transaction.readers(), reply);
    }

    private static void refuseStored(ClientSession session) {
        Router.write(
                session,
                "-EXECABORT Transaction discarded because values are compressed since its commands were queued.\r\n");
    }

    private void refuse(ClientSession session, Transaction transaction, Command command) {
        transaction.fail();
        loop.stats().rejected(command.id());
        Router.write(
                session, "-ERR command '" + command.name() + "' is not allowed in a transaction through the proxy\r\n");
    }

    private static void multi(ClientSession session) {
        if (session.state().transaction() != null) {
            Router.write(session, "-ERR MULTI calls can not be nested\r\n");
            return;
        }
        session.state().transaction(new Transaction(session.client().user()));
        Router.write(session, "+OK\r\n");
    }

    private void exec(ClientSession session, Command command) {
        Transaction transaction = session.state().transaction();
        if (transaction == null) {
            Router.write(session, "-ERR EXEC without MULTI\r\n");
            return;
        }
        Topology now = router.topology();
        if (isHeld(session, now, transaction)) {
            return;
        }
        session.state().transaction(null);
        boolean otherRules = transaction.user() != session.client().user();
        if (transaction.failed() || otherRules) {
            session.state().endWatch();
            String reason = transaction.failed() ? "of previous errors" : "the rules of its user have changed";
            Router.write(session, "-EXECABORT Transaction discarded because " + reason + ".\r\n");
            return;
        }
        Watch watch = session.state().watch();
        if (watch != null) {
            execWatched(session, now, command, transaction, watch);
        } else if (transaction.count() == 0) {
            Router.write(session, "*0\r\n");
        } else {
            Endpoint node = node(session, now, command, transaction);
            if (node != null) {
                ByteBuf batch = batch(now, transaction, node);
                if (batch == null) {
                    refuseStored(session);
                    return;
                }
                PendingReply reply = session.expectReply(command.id());
                courier.transaction(
                        session, batch, transaction.count() + 2, node, reader(now, transaction, node, reply));
            }
        }
    }

    /** Whether the transaction has to wait for a handover, so that {@code EXEC} comes again after it. */
    private boolean isHeld(ClientSession session, Topology now, Transaction transaction) {
        Watch watch = session.state().watch();
        int slot = watch != null ? watch.slot() : transaction.slot();
        return slot != Transaction.NO_SLOT && !transaction.failed() && router.holds(session, now, slot);
    }

    private void execWatched(
            ClientSession session, Topology now, Command command, Transaction transaction, Watch watch) {
        boolean sameSlot = transaction.slot() == Transaction.NO_SLOT || transaction.slot() == watch.slot();
        if (!sameSlot) {
            session.state().endWatch();
            CommandErrors.crossSlot(session.replyBuffer());
        } else if (isBroken(now, watch)) {
            session.state().endWatch();
            RespWriter.nullArray(session.replyBuffer(), session.client().protocol());
        } else {
            session.state().watch(null);
            Tracking tracking = session.state().tracking();
            if (tracking != null) {
                tracking.announce(watch.connection());
            }
            Endpoint node = watch.connection().endpoint();
            ByteBuf batch = batch(now, transaction, node);
            if (batch == null) {
                watch.connection().release();
                refuseStored(session);
                return;
            }
            PendingReply reply = session.expectReplyFrom(watch.connection(), command.id());
            watch.connection().sendAll(batch, transaction.count() + 2, reader(now, transaction, node, reply));
        }
    }

    private static void discard(ClientSession session) {
        if (session.state().transaction() == null) {
            Router.write(session, "-ERR DISCARD without MULTI\r\n");
            return;
        }
        session.state().transaction(null);
        session.state().endWatch();
        Router.write(session, "+OK\r\n");
    }

    private static void unwatch(ClientSession session) {
        session.state().endWatch();
        Router.write(session, "+OK\r\n");
    }

    private boolean watch(ClientSession session, Command command, CommandFrame frame) {
        if (session.state().transaction() != null) {
            Router.write(session, "-ERR WATCH inside MULTI is not allowed\r\n");
            return true;
        }
        Topology now = router.topology();
        int slot = router.slot(session, now, command, frame);
        Target target = slot == Router.REFUSED ? null : router.target(session, now, command, slot);
        if (target == null) {
            return true;
        }
        Watch watch = session.state().watch();
        if (watch == null) {
            if (!session.isIdle()) {
                return false;
            }
            PinnedConnection connection = courier.pin(session, router.endpoint(target));
            if (connection == null) {
                return true;
            }
            watch = new Watch(connection, slot);
            session.state().watch(watch);
        } else if (watch.slot() != slot) {
            CommandErrors.crossSlot(session.replyBuffer());
            return true;
        }
        watch.connection().send(frame, session.expectReply(command.id()));
        return true;
    }

    private boolean isBroken(Topology now, Watch watch) {
        Target owner = now.routes().owner(watch.slot());
        return watch.connection().isClosed()
                || owner == Target.UNSERVED
                || owner instanceof Target.Held
                || !router.endpoint(owner).equals(watch.connection().endpoint());
    }

    /** Where a transaction goes; null when refused. Without keys any node of the cluster behind this proxy will do. */
    private @Nullable Endpoint node(ClientSession session, Topology now, Command command, Transaction transaction) {
        if (transaction.slot() != Transaction.NO_SLOT) {
            Target target = router.target(session, now, command, transaction.slot());
            if (target == null) {
                return null;
            }
            if (transaction.fromPeer() && target instanceof Target.Remote remote) {
                if (remote.handedOver()) {
                    return remote.byHopsLeft().get(0);
                }
                Router.write(
                        session,
                        "-EXECABORT Transaction discarded because its slot has moved; nothing was executed.\r\n");
                return null;
            }
            return router.endpoint(target);
        }
        for (Endpoint endpoint : now.endpoints()) {
            if (endpoint.kind() == Endpoint.Kind.REDIS) {
                return endpoint;
            }
        }
        Router.write(session, "-CLUSTERDOWN no node behind this proxy\r\n");
        return null;
    }
}
