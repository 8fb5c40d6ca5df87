package io.undermoon.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.compression.StoredValues;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import org.jspecify.annotations.Nullable;

/** Sends transactions, whole or the part of one for a slot, and hands the replies on. Owned by a loop. */
final class TransactionSender {
    static final String COMPRESSED_SINCE =
            "EXECABORT Transaction discarded because values are compressed since its commands were queued.";

    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final TransactionCheck check;
    private final GatherBudget budget;
    private final LoopStats stats;

    /** @param stats of the loop */
    TransactionSender(
            TopologyStore topology,
            Router router,
            Forwarder forwarder,
            TransactionCheck check,
            GatherBudget budget,
            LoopStats stats) {
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.check = check;
        this.budget = budget;
        this.stats = stats;
    }

    /**
     * Sends a transaction without watched keys.
     *
     * @param batch what {@link #batch} gave for this node
     */
    void send(
            ClientSession session,
            Topology now,
            Transaction transaction,
            Endpoint node,
            ByteBuf batch,
            ReplyReceiver receiver) {
        TransactionReply reply = receiver(now, transaction, node, receiver);
        wrote(session, transaction, node);
        forwarder.sendAll(
                session, batch, transaction.count() + 2, node, reply.queueing(), held(transaction, node, reply));
    }

    /** What a node or peer is sent; null when the values have to be compressed now and cannot be. */
    @Nullable
    ByteBuf batch(Topology now, Transaction transaction, Endpoint node) {
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
        send(session, now, part, node, batch, receiver);
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
        return new TransactionReply(reader, new Outcome(node, transaction.commandIds()));
    }

    /** Counts the commands of a transaction that was executed. */
    private final class Outcome implements TransactionReply.Owner {
        private final Endpoint node;
        private final int[] commandIds;

        Outcome(Endpoint node, int[] commandIds) {
            this.node = node;
            this.commandIds = commandIds;
        }

        @Override
        public void refused(String error) {
            check.forget(node);
        }

        @Override
        public void executed() {
            for (int id : commandIds) {
                stats.executedInTransaction(id);
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
        connection.sendAll(batch, transaction.count() + 2, reply.queueing(), held(transaction, node, reply));
        return null;
    }

    private ReplyReceiver held(Transaction transaction, Endpoint node, ReplyReceiver receiver) {
        return forwarder.held(transaction.mayWrite(), node, receiver);
    }

    private static void wrote(ClientSession session, Transaction transaction, Endpoint node) {
        if (transaction.mayWrite()) {
            session.written().add(node);
        }
    }

    /** Whether a transaction has to wait because a slot is being handed over. */
    static boolean isHeld(Topology now, int slot, Transaction transaction) {
        return Router.isHeld(now, slot) || transaction.hasWritingScript() && Router.holdsScripts(now, slot);
    }

    /** How many more proxies may forward the commands after the peer they are sent to. */
    int hopsOfPeer(Transaction transaction) {
        return transaction.fromPeer() ? Math.max(0, transaction.hopsLeft() - 1) : forwarder.firstHops();
    }
}
