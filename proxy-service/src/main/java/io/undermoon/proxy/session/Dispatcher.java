package io.undermoon.proxy.session;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.control.Client;
import io.undermoon.proxy.control.ClientRegistry;
import io.undermoon.proxy.control.Guard;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.control.SlowLog;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.resp.Protocol;
import io.undermoon.slot.Slot;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of each command of a loop's clients: sent to a local Redis node, redirected to or carried out by
 * another proxy, answered here, or refused. Owned by the loop.
 */
final class Dispatcher {
    /** How much the replies that wait for others may take in a loop. */
    private static final long MAX_GATHERED_BYTES = 256L << 20;

    private final SessionLoop loop;

    /** As the loop knows it; replaced as a whole. */
    private CommandTable commands;

    private final Command forwarded;
    private final Command reset;
    private final Command hello;
    private final PauseGate pause;
    private final Router router;
    private final Transactions transactions;
    private final BlockingCommands blocking;
    private final Courier courier;
    private final ValueCourier values;
    private final Splitting splitting;
    private final KeyspaceCommands keyspace;
    private final PubSubCommands pubSub;
    private final ProtocolSwitch protocolSwitch;
    private final TrackingCommands tracking;
    private final LocalCommands localCommands;
    private final ClientRegistry clients;
    private final Guard guard;
    private final SlowLog slowLog;
    private final SessionSettings settings;

    Dispatcher(SessionLoop loop, SessionServices services, SubscriptionCounts subscriptions) {
        this.loop = loop;
        this.commands = services.commands().current();
        services.commands().onChange(next -> loop.proxyLoop().execute(() -> commands = next));
        this.forwarded = requireNonNull(commands.find("umforward"), "umforward is not in the command table");
        this.reset = requireNonNull(commands.find("reset"), "reset is not in the command table");
        this.hello = requireNonNull(commands.find("hello"), "hello is not in the command table");
        this.localCommands = services.localCommands();
        this.clients = services.clients();
        this.guard = services.guard();
        this.slowLog = services.slowLog();
        this.settings = services.settings();
        this.pause = new PauseGate(loop.proxyLoop(), clients.pause());
        this.router = new Router(services.topology(), services.readableReplica(), settings, loop.stats());
        this.courier = new Courier(loop, slowLog);
        this.values = new ValueCourier(courier, services.commands().current());
        this.transactions = new Transactions(loop, router, courier, values);
        this.blocking = new BlockingCommands(loop, router, courier);
        GatherBudget budget = new GatherBudget(MAX_GATHERED_BYTES);
        this.splitting = new Splitting(router, courier, values, budget);
        this.keyspace = new KeyspaceCommands(router, courier, budget, settings.activeRedirection());
        this.protocolSwitch = new ProtocolSwitch(loop, router, settings.activeRedirection());
        this.tracking = new TrackingCommands(
                new TrackingSessions(loop.connections(), services.topology(), router, settings.activeRedirection()));
        ClusterReports reports =
                settings.activeRedirection() ? new ClusterReports(router, courier, budget, keyspace::masters) : null;
        this.pubSub = new PubSubCommands(
                loop, router, services.topology(), subscriptions, settings.activeRedirection(), reports);
    }

    SessionLoop loop() {
        return loop;
    }

    SessionSettings settings() {
        return settings;
    }

    PauseGate pause() {
        return pause;
    }

    ClientRegistry clients() {
        return clients;
    }

    /** How large the commands of a client may be now. */
    RequestLimits requestLimits(Client client) {
        return client.authenticated() ? clients.limits().requests() : RequestLimits.UNAUTHENTICATED;
    }

    /**
     * Takes the next command of a session. Its reply, or the place for it, is in the session's queue on return.
     *
     * @return false when the command was not taken, because all replies have to be in before, clients are paused or the session
     *     is held; it has to
     *     come again then
     */
    boolean dispatch(ClientSession session, CommandFrame frame) {
        boolean taken = dispatch(session, frame, Router.NOT_FORWARDED);
        Tracking present = session.state().tracking();
        if (present != null && taken) {
            present.commandTaken();
        }
        return taken;
    }

    /** The same for a command that came from a peer, or came with {@link Router#NOT_FORWARDED}. */
    boolean dispatch(ClientSession session, CommandFrame frame, int hopsLeft) {
        return take(session, frame, hopsLeft) && !session.isHeld();
    }

    private boolean take(ClientSession session, CommandFrame frame, int hopsLeft) {
        Transaction transaction = session.state().transaction();
        Command command = acceptable(session, frame);
        if (command == null) {
            if (transaction != null) {
                transaction.fail();
            }
            return true;
        }
        if (command == forwarded) {
            return dispatchForwarded(session, frame, hopsLeft);
        }
        if (pause.isClosed() && hopsLeft == Router.NOT_FORWARDED && pause.holds(session, command)) {
            return false;
        }
        Subscriptions subscriptions = session.state().subscriptions();
        if (subscriptions != null && pubSub.intercept(session, subscriptions, command, frame)) {
            return true;
        }
        if (command == reset && (session.state().isBegun() || session.client().protocol() == Protocol.RESP3)) {
            if (!session.isIdle()) {
                return false;
            }
            session.state().endTransaction();
            session.state().endTracking();
            transaction = null;
        }
        Policy policy = command.policyOf(frame);
        if (transaction != null && hopsLeft != Router.NOT_FORWARDED) {
            transaction.markFromPeer();
        }
        if (transaction != null && policy != Policy.SESSION && !command.name().equals("quit")) {
            transactions.queue(session, transaction, command, frame);
            return true;
        }
        switch (policy) {
            case FORWARD, SPLIT -> forward(session, command, frame, hopsLeft);
            case LOCAL -> {
                return command == hello ? sayHello(session, frame, hopsLeft) : answer(session, command, frame);
            }
            case BLOCK -> {
                return blocking.start(session, command, frame, hopsLeft);
            }
            case SESSION -> {
                return transactions.execute(session, command, frame);
            }
            case GATHER -> keyspace.execute(session, command, frame, hopsLeft);
            case PUBSUB -> {
                return publishOrSubscribe(session, command, frame, hopsLeft);
            }
            case TRACK -> {
                return tracking.execute(session, command, frame, hopsLeft);
            }
            case REFUSE -> {
                loop.stats().rejected(command.id());
                CommandErrors.refused(command, session.replyBuffer());
            }
            case NOT_YET -> {
                loop.stats().rejected(command.id());
                CommandErrors.notYet(command, session.replyBuffer());
            }
        }
        return true;
    }

    /** The command or sub-command that the frame names, if there is one, the client may use it, and its arity is right. */
    private @Nullable Command acceptable(ClientSession session, CommandFrame frame) {
        Command command = commands.find(frame);
        if (command == null) {
            CommandErrors.unknownCommand(frame, session.replyBuffer());
            return null;
        }
        if (command.isContainer() && frame.argumentCount() > 1) {
            Command sub = command.findSub(frame);
            if (sub == null) {
                CommandErrors.unknownSubcommand(command, frame, session.replyBuffer());
                return null;
            }
            command = sub;
        }
        Client client = session.client();
        client.active(loop.proxyLoop().nowNanos(), command.name());
        if (!client.authenticated() && !command.has(CommandFlag.NO_AUTH)) {
            loop.stats().rejected(command.id());
            Router.write(session, "-NOAUTH Authentication required.\r\n");
            return null;
        }
        if (!command.arityMatches(frame.argumentCount())) {
            loop.stats().rejected(command.id());
            CommandErrors.wrongArity(command, session.replyBuffer());
            return null;
        }
        if (client.user().isRestricted() && isRefused(session, command, frame)) {
            loop.stats().rejected(command.id());
            return null;
        }
        return command;
    }

    /** Whether the rules of the client's user do not allow the command. */
    private boolean isRefused(ClientSession session, Command command, CommandFrame frame) {
        boolean inTransaction = session.state().transaction() != null;
        return guard.refuses(session.client(), command, frame, inTransaction, session.replyBuffer());
    }

    /** A data command: by the slot of its keys to whoever serves the slot. */
    private void forward(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Topology now = router.topology();
        int slot = router.slotOrNone(session, now, command, frame);
        if (slot < 0) {
            forwardWithoutSlot(session, now, command, frame, hopsLeft, slot);
            return;
        }
        Endpoint replica = router.replica(session, now, command, slot);
        if (replica != null) {
            values.toNode(session, now, command, frame, replica, courier.expectReply(session, command, frame));
            return;
        }
        Target target = router.target(session, now, command, slot);
        if (target != null) {
            send(session, now, command, frame, target, hopsLeft);
        }
    }

    private void forwardWithoutSlot(
            ClientSession session, Topology now, Command command, CommandFrame frame, int hopsLeft, int reason) {
        if (reason == Router.SPLIT) {
            splitting.send(session, now, command, frame, hopsLeft);
        } else if (reason == Router.KEYLESS) {
            Target target = keyspace.forCommandWithoutKeys(session, now);
            if (target != null) {
                send(session, now, command, frame, target, hopsLeft);
            }
        }
    }

    /** To a node, or to a peer with the number of how many more proxies may pass it on. */
    private void send(
            ClientSession session, Topology now, Command command, CommandFrame frame, Target target, int hopsLeft) {
        if (target instanceof Target.Local local) {
            values.toNode(session, now, command, frame, local.node(), courier.expectReply(session, command, frame));
        } else if (target instanceof Target.Remote remote) {
            int hops = router.nextHops(session, command, hopsLeft);
            if (hops != Router.REFUSED) {
                courier.toPeer(session, frame, remote, hops, courier.expectReply(session, command, frame));
            }
        }
    }

    private boolean publishOrSubscribe(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        switch (command.name()) {
            case "publish" -> publish(session, command, frame, hopsLeft);
            case "spublish" -> forward(session, command, frame, hopsLeft);
            default -> {
                return pubSub.execute(session, command, frame, hopsLeft);
            }
        }
        return true;
    }

    /** To the owner of the channel's slot, also if that is another proxy: clients may publish at any node of a cluster. */
    private void publish(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Topology now = router.topology();
        int slot = Slot.of(frame.buffer(), frame.argumentStart(1), frame.argumentLength(1));
        Target target = router.owner(session, now, command, slot);
        if (target != null) {
            send(session, now, command, frame, target, hopsLeft);
        }
    }

    /** {@code UMFORWARD <hopsLeft> <command>}: a command that a peer has been asked and passes on to its owner. */
    private boolean dispatchForwarded(ClientSession session, CommandFrame frame, int hopsLeft) {
        if (!session.client().account().mayControl()) {
            loop.stats().rejected(forwarded.id());
            Guard.refusesControl(session.client(), session.replyBuffer());
            return true;
        }
        int hops = hopsLeft == Router.NOT_FORWARDED ? parseHops(frame.argument(1)) : -1;
        if (hops < 0 || hops > Target.MAX_HOPS_LEFT) {
            loop.stats().rejected(forwarded.id());
            Router.write(session, "-invalid redirection times\r\n");
            return true;
        }
        frame.skip(2);
        return dispatch(session, frame, hops);
    }

    private static int parseHops(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Answers {@code HELLO}; false when it has to come again. */
    private boolean sayHello(ClientSession session, CommandFrame frame, int hopsLeft) {
        Protocol before = session.client().protocol();
        switch (protocolSwitch.prepare(session, frame, hopsLeft)) {
            case WAIT -> {
                return false;
            }
            case REFUSED -> loop.stats().rejected(hello.id());
            case ANSWER -> {
                answer(session, hello, frame);
                Protocol now = session.client().protocol();
                if (now != before) {
                    session.state().speak(now);
                }
            }
        }
        return true;
    }

    /** Answers a command of the proxy's own; true, for it is taken. */
    private boolean answer(ClientSession session, Command command, CommandFrame frame) {
        ByteBuf scratch = loop.scratch();
        Client client = session.client();
        boolean wasAuthenticated = client.authenticated();
        CompletionStage<ByteBuf> later = localCommands.execute(command, frame, client, scratch);
        if (later == null) {
            boolean isError = scratch.isReadable() && scratch.getByte(0) == '-';
            session.replyBuffer().writeBytes(scratch);
            loop.stats().answered(command.id(), isError, 0);
        } else {
            PendingReply reply = session.expectReply(command.id());
            later.whenComplete((bytes, problem) -> loop.proxyLoop().execute(() -> complete(reply, bytes, problem)));
        }
        if (client.authenticated() != wasAuthenticated) {
            session.requestLimits(requestLimits(client));
        }
        return true;
    }

    private static void complete(PendingReply reply, @Nullable ByteBuf bytes, @Nullable Throwable problem) {
        if (bytes != null) {
            reply.reply(bytes, bytes.readerIndex(), bytes.writerIndex(), true);
            bytes.release();
        } else {
            String message = problem == null || problem.getMessage() == null ? "no reply" : problem.getMessage();
            reply.fail(new BackendFailure("ERR " + message));
        }
    }

    /** The reply to a command is complete. */
    void answered(PendingReply reply) {
        long elapsed = loop.proxyLoop().nowNanos() - reply.startNanos;
        loop.stats().answered(reply.commandId, reply.isError, elapsed);
        SlowLog.Sample sample = reply.sample;
        if (sample != null) {
            slowLog.end(sample, elapsed);
        }
    }
}
