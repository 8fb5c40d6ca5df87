package io.undermoon.proxy.dispatch;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.blocking.BlockingCommands;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.GatherBudget;
import io.undermoon.proxy.gather.KeyspaceCommands;
import io.undermoon.proxy.gather.Splitting;
import io.undermoon.proxy.monitor.Monitor;
import io.undermoon.proxy.monitor.Monitors;
import io.undermoon.proxy.pubsub.PubSubCommands;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.Answer;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.session.Place;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.tracking.TrackingCommands;
import io.undermoon.proxy.transaction.Transaction;
import io.undermoon.proxy.transaction.Transactions;
import io.undermoon.resp.Protocol;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Decides by its {@link Policy} what becomes of each command of a loop's clients: it is forwarded to a node or peer,
 * carried out by the room of its family, answered by the proxy itself, or refused. Owned by the loop.
 */
public final class Dispatcher implements CommandHandler {
    private static final Logger LOG = Logger.getLogger(Dispatcher.class);

    private final SessionLoop loop;
    private final TopologyStore topology;
    private final Router router;
    private final Guard guard;
    private final SlowLog slowLog;
    private final LocalCommands localCommands;
    private final Command umforward;
    private final Command umctl;
    private final Command auth;
    private final Command reset;
    private final Command hello;
    private final PauseGate pause;
    private final HelloCommand helloCommand;
    private final Forwarder forwarder;
    private final Splitting splitting;
    private final KeyspaceCommands keyspace;
    private final Transactions transactions;
    private final BlockingCommands blocking;
    private final PubSubCommands pubSub;
    private final TrackingCommands tracking;
    private final Monitors monitors;
    private final ByteBuf scratch = Unpooled.buffer();

    /** The commands as this loop knows them; replaced as a whole. */
    private CommandTable commands;

    public Dispatcher(SessionLoop loop, DispatchServices services) {
        this.loop = loop;
        this.topology = services.topology();
        this.router = services.router();
        this.guard = services.guard();
        this.slowLog = services.slowLog();
        this.monitors = services.monitors();
        this.localCommands = services.localCommands();
        this.commands = services.commands().current();
        services.commands().onChange(next -> loop.proxyLoop().execute(() -> commands = next));
        this.umforward = required("umforward");
        this.umctl = required("umctl");
        this.auth = required("auth");
        this.reset = required("reset");
        this.hello = required("hello");

        GatherBudget budget = new GatherBudget(loop.clients().memory());
        boolean activeRedirection = loop.settings().activeRedirection();
        this.pause = new PauseGate(loop, loop.clients().pause());
        this.forwarder = new Forwarder(loop, slowLog, commands, services.usage().of(loop.proxyLoop()));
        this.helloCommand = new HelloCommand(loop, topology, forwarder);
        this.splitting = new Splitting(router, forwarder, budget);
        this.keyspace = new KeyspaceCommands(
                topology, router, forwarder, budget, activeRedirection, services.changesForPeers());
        this.transactions = new Transactions(
                loop,
                topology,
                router,
                forwarder,
                budget,
                activeRedirection && loop.settings().splitTransactions());
        this.blocking = new BlockingCommands(loop, topology, router, forwarder, () -> keyspace.masters(Role.MASTER));
        this.tracking = new TrackingCommands(loop, topology, keyspace::masters, forwarder);
        this.pubSub = new PubSubCommands(
                loop,
                topology,
                router,
                forwarder,
                services.subscriptions(),
                services.commands(),
                budget,
                () -> keyspace.masters(Role.MASTER));
        topology.onChange(next -> loop.proxyLoop().execute(() -> {
            blocking.follow();
            loop.releaseHeld();
        }));
    }

    private Command required(String name) {
        return requireNonNull(commands.find(name), name + " is not in the command table");
    }

    /** Peers send {@code UMFORWARD}, coordinators and brokers {@code UMCTL}; they may log in first. */
    @Override
    public Admission admission(ClientSession session, CommandFrame frame) {
        Client client = session.client();
        Command command = commands.find(frame);
        boolean mayControl = client.authenticated() && client.account().mayControl();
        if (client.isInternal() || mayControl && (command == umctl || command == umforward)) {
            return Admission.ADMITTED;
        }
        return command == auth || command == hello ? Admission.UNDETERMINED : Admission.REFUSED;
    }

    @Override
    public Place placeOf(ByteBuf input) {
        return CommandStart.of(input);
    }

    /** Notes that a client operates the cluster: it has sent a control command, or logged in for that. */
    private void noteInternal(Client client, Command command) {
        boolean controls = client.authenticated() && client.account().mayControl();
        if (controls && (command == umctl || command == umforward || isControl(client))) {
            loop.clients().markInternal(client);
        }
    }

    private static boolean isControl(Client client) {
        return client.account().name().equals(AccessControl.CONTROL_USER);
    }

    @Override
    public boolean handle(ClientSession session, CommandFrame frame, int hopsLeft) {
        boolean handled = dispatch(session, frame, hopsLeft) && !session.isHeld();
        if (handled && !session.features().isEmpty()) {
            TrackingCommands.commandTaken(session);
        }
        return handled;
    }

    private boolean dispatch(ClientSession session, CommandFrame frame, int hopsLeft) {
        Command command = acceptable(session, frame);
        if (command == null) {
            Transaction transaction = Transaction.of(session);
            if (transaction != null) {
                transaction.fail();
            }
            return true;
        }
        if (command == umforward) {
            return dispatchForwarded(session, frame, hopsLeft);
        }
        if (pause.isClosed() && hopsLeft == NOT_FORWARDED && pause.holds(session, command)) {
            return false;
        }
        if (command == reset
                && (!session.features().isEmpty() || session.client().protocol() == Protocol.RESP3)) {
            if (!session.isIdle()) {
                return false;
            }
            session.features().closeAll();
        }
        boolean handled = !session.features().isEmpty() && intercept(session, command, frame, hopsLeft)
                || execute(session, command, frame, hopsLeft);
        if (monitors.isAny() && handled && !session.isHeld() && hopsLeft == NOT_FORWARDED) {
            monitors.show(session.client(), command, frame);
        }
        return handled;
    }

    /** Whether subscriptions or an open transaction of the client take the command. */
    private boolean intercept(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        if (pubSub.intercept(session, command, frame)) {
            return true;
        }
        Transaction transaction = Transaction.of(session);
        if (transaction == null) {
            return false;
        }
        if (hopsLeft != NOT_FORWARDED) {
            transaction.markFromPeer(hopsLeft);
        }
        if (command.policyOf(frame) == Policy.SESSION || command.name().equals("quit")) {
            return false;
        }
        transactions.queue(session, transaction, command, frame);
        return true;
    }

    private boolean execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        switch (command.policyOf(frame)) {
            case FORWARD, SPLIT -> {
                return forward(session, command, frame, hopsLeft);
            }
            case LOCAL -> {
                return command == hello ? sayHello(session, frame, hopsLeft) : answer(session, command, frame);
            }
            case BLOCK -> {
                if (!command.hasKeys()
                        && topology.current(session.client().role()).role() == Role.REPLICA) {
                    forwarder.refuse(session, command, waitAtReplica(command));
                    return true;
                }
                if (command.hasKeys() && Keys.slotOf(command, frame) == Keys.MALFORMED) {
                    // Nothing blocks: the node refuses the arguments, in its own words.
                    return forward(session, command, frame, hopsLeft);
                }
                return blocking.execute(session, command, frame, hopsLeft);
            }
            case SESSION -> {
                return executeForSession(session, command, frame, hopsLeft);
            }
            case GATHER -> {
                return keyspace.execute(session, command, frame, hopsLeft);
            }
            case PUBSUB -> {
                return pubSub.execute(session, command, frame, hopsLeft);
            }
            case TRACK -> {
                return tracking.execute(session, command, frame, hopsLeft);
            }
            case MONITOR -> Monitor.begin(session, loop, monitors);
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

    /** The errors of Redis for {@code WAIT} and {@code WAITAOF} at a replica. */
    private static String waitAtReplica(Command command) {
        return command.name().equals("wait")
                ? "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica "
                        + "is configured to be writable (which is not recommended) writes to replicas are just local "
                        + "and are not propagated."
                : "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are "
                        + "just local and are not propagated.";
    }

    /** {@code MULTI} and its relatives, which are answered at once more often than not. */
    private boolean executeForSession(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        boolean handled = transactions.execute(session, command, frame, hopsLeft);
        Answer answer = session.takeAnswer();
        if (answer == Answer.VALUE || answer == Answer.FAILURE) {
            loop.stats().answered(command.id(), answer == Answer.FAILURE, 0);
        }
        return handled;
    }

    /** The command or sub-command that the frame names; null when the client has been refused it. */
    private @Nullable Command acceptable(ClientSession session, CommandFrame frame) {
        Command command = commands.find(frame);
        if (command == null) {
            if (frame.argumentIs(0, "POST") || frame.argumentIs(0, "HOST:")) {
                LOG.warnf(
                        "Client closed because it speaks HTTP, perhaps a web page that attacks Redis: client=%s",
                        session.client().remoteAddress());
                session.client().closeAfterReply();
                return null;
            }
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
            forwarder.refuse(session, command, "NOAUTH Authentication required.");
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
        boolean inTransaction = Transaction.of(session) != null;
        return guard.refuses(session.client(), command, frame, inTransaction, session.replyBuffer());
    }

    /** A data command, by the slot of its keys; false when it has to be handled again. */
    private boolean forward(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Topology now = topology.current(session.client().role());
        int slot = Keys.slotOf(command, frame);
        Route route = router.route(now, command, slot, session.client().readOnly());
        if (route == Route.SPLIT) {
            return splitting.send(session, now, command, frame, hopsLeft);
        }
        if (route == Route.ANY_NODE) {
            route = keyspace.routeWithoutKeys(session);
            if (slot == Keys.NO_KEY
                    && route instanceof Target.Local local
                    && !keyspace.masters(session.client().role()).isOneNode()) {
                return forwardWithoutKeys(session, now, command, frame, local, hopsLeft);
            }
            if (command.isWritingScript()
                    && route instanceof Target.Local local
                    && now.routes().isHandingOver(local.node())) {
                route = Route.HOLD;
            }
        }
        return sendInOrder(session, now, command, frame, slot, route, hopsLeft);
    }

    /**
     * A script that names no keys. It takes another connection than the client's other commands, so those have to be
     * answered before: one of them may load the script. The session of a peer, which loads scripts for its clients one
     * by one, does not wait.
     */
    private boolean forwardWithoutKeys(
            ClientSession session,
            Topology now,
            Command command,
            CommandFrame frame,
            Target.Local local,
            int hopsLeft) {
        if (hopsLeft == NOT_FORWARDED && !session.isIdle()
                || !forwarder.admits(session, now, Keys.NO_KEY, local, hopsLeft)) {
            return false;
        }
        PendingReply reply = forwarder.expectReply(session, command, frame);
        forwarder.toNodeWithoutKeys(session, frame, local.node(), reply);
        return true;
    }

    private boolean sendInOrder(
            ClientSession session,
            Topology now,
            Command command,
            CommandFrame frame,
            int slot,
            Route route,
            int hopsLeft) {
        if (route instanceof Target.Local local && forwarder.isStaleRead(session, command, slot)) {
            return forwarder.readStale(session, now, command, frame, local.node());
        }
        if (!forwarder.admits(session, now, slot, route, hopsLeft)) {
            return false;
        }
        forwarder.send(session, now, command, frame, slot, route, hopsLeft);
        return true;
    }

    /** {@code UMFORWARD <hopsLeft> <command>}: a command that a peer forwards. */
    private boolean dispatchForwarded(ClientSession session, CommandFrame frame, int hopsLeft) {
        if (!session.client().account().mayControl()) {
            loop.stats().rejected(umforward.id());
            Guard.refusesControl(session.client(), session.replyBuffer());
            return true;
        }
        String refusal = topology.refusal(session.client().installation());
        if (refusal != null) {
            forwarder.refuse(session, umforward, refusal);
            return true;
        }
        if (!session.client().isInternal()) {
            noteInternal(session.client(), umforward);
        }
        int hops = hopsLeft == NOT_FORWARDED ? parseHops(frame.argument(1)) : -1;
        if (hops < 0 || hops > Target.MAX_HOPS_LEFT) {
            forwarder.refuse(session, umforward, "invalid redirection times");
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

    /** Answers {@code HELLO}; false when it has to be handled again. */
    private boolean sayHello(ClientSession session, CommandFrame frame, int hopsLeft) {
        switch (helloCommand.prepare(session, frame, hopsLeft)) {
            case WAIT -> {
                return false;
            }
            case REFUSE -> forwarder.refuse(session, hello, "NOPROTO unsupported protocol version");
            case ANSWER -> {
                Protocol before = session.client().protocol();
                answer(session, hello, frame);
                if (session.client().protocol() != before) {
                    HelloCommand.protocolChanged(session);
                }
            }
        }
        return true;
    }

    /** Answers a command of the proxy's own. */
    private boolean answer(ClientSession session, Command command, CommandFrame frame) {
        Client client = session.client();
        boolean wasAuthenticated = client.authenticated();
        CompletionStage<ByteBuf> later = localCommands.execute(command, frame, client, scratch.clear());
        if (later == null) {
            boolean isError = scratch.isReadable() && scratch.getByte(0) == '-';
            session.replyBuffer().writeBytes(scratch);
            loop.stats().answered(command.id(), isError, 0);
        } else {
            PendingReply reply = session.expectReply(command.id());
            later.whenComplete((bytes, problem) -> loop.proxyLoop().execute(() -> complete(reply, bytes, problem)));
        }
        if (client.authenticated() != wasAuthenticated) {
            session.refreshRequestLimits();
        }
        if (!client.isInternal()) {
            noteInternal(client, command);
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

    @Override
    public void answered(PendingReply reply) {
        long elapsed = loop.proxyLoop().nowNanos() - reply.startNanos();
        if (reply.isRejection()) {
            loop.stats().rejected(reply.commandId());
        } else {
            loop.stats().answered(reply.commandId(), reply.isError(), elapsed);
        }
        SlowLog.Sample sample = reply.sample();
        if (sample != null) {
            slowLog.end(sample, elapsed);
        }
    }
}
