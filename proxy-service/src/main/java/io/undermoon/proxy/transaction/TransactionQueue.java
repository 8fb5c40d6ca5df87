package io.undermoon.proxy.transaction;

import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.Splitting;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.List;
import java.util.Set;

/** Takes commands into open transactions, or refuses them and with them the transaction. Owned by a loop. */
final class TransactionQueue {
    /** Commands without keys that may stand in a transaction; Redis answers them. */
    private static final Set<String> KEYLESS = Set.of("ping", "echo", "time");

    /** Commands about channels that may stand in a transaction; the channel counts as a key. */
    private static final Set<String> PUBLISHING = Set.of("publish", "spublish");

    /** Commands that become several in a split transaction: their replies are numbers, or all say the same. */
    private static final Set<String> SPLIT = Set.of("del", "unlink", "exists", "touch", "mset");

    private static final String TOO_LARGE = "ERR the transaction is larger than " + Transaction.MAX_BYTES + " bytes";

    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final boolean splits;

    /** @param splits whether a transaction may have keys in several slots */
    TransactionQueue(TopologyStore topology, Router router, Forwarder forwarder, boolean splits) {
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.splits = splits;
    }

    void add(ClientSession session, Transaction transaction, Command command, CommandFrame frame) {
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
        if (route instanceof Target.Remote remote && !transaction.mayGoTo(remote)) {
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

    /** Whether a transaction may have keys in several slots. */
    boolean maySplit(Transaction transaction) {
        return splits && !transaction.fromPeer();
    }
}
