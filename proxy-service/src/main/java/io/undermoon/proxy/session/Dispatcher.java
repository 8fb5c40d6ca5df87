package io.undermoon.proxy.session;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendConnection;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.control.Client;
import io.undermoon.proxy.control.ClientRegistry;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.control.SlowLog;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of each command of a loop's clients: sent to a local Redis node, redirected to or carried out by
 * another proxy, answered here, or refused. Owned by the loop.
 */
final class Dispatcher {
    private static final int NOT_FORWARDED = -1;

    private final SessionLoop loop;
    private final CommandTable commands;
    private final Command forwarded;
    private final TopologyStore topology;
    private final LocalCommands localCommands;
    private final ClientRegistry clients;
    private final SlowLog slowLog;
    private final SessionSettings settings;

    Dispatcher(SessionLoop loop, SessionServices services) {
        this.loop = loop;
        this.commands = services.commands();
        this.forwarded = requireNonNull(commands.find("umforward"), "umforward is not in the command table");
        this.topology = services.topology();
        this.localCommands = services.localCommands();
        this.clients = services.clients();
        this.slowLog = services.slowLog();
        this.settings = services.settings();
    }

    SessionLoop loop() {
        return loop;
    }

    SessionSettings settings() {
        return settings;
    }

    ClientRegistry clients() {
        return clients;
    }

    /** How large the commands of a client may be now. */
    RequestLimits requestLimits(Client client) {
        return client.authenticated() ? settings.requestLimits() : RequestLimits.UNAUTHENTICATED;
    }

    /** Takes the next command of a session. Its reply, or the place for it, is in the session's queue on return. */
    void dispatch(ClientSession session, CommandFrame frame) {
        dispatch(session, frame, NOT_FORWARDED);
    }

    private void dispatch(ClientSession session, CommandFrame frame, int hopsLeft) {
        Command command = commands.find(frame);
        if (command == null) {
            CommandErrors.unknownCommand(frame, session.replyBuffer());
            return;
        }
        if (command.isContainer() && frame.argumentCount() > 1) {
            Command sub = command.findSub(frame);
            if (sub == null) {
                CommandErrors.unknownSubcommand(command, frame, session.replyBuffer());
                return;
            }
            command = sub;
        }
        Client client = session.client();
        client.active(loop.proxyLoop().nowNanos(), command.name());
        if (!client.authenticated() && !command.has(CommandFlag.NO_AUTH)) {
            loop.stats().rejected(command.id());
            write(session, "-NOAUTH Authentication required.\r\n");
        } else if (!command.arityMatches(frame.argumentCount())) {
            loop.stats().rejected(command.id());
            CommandErrors.wrongArity(command, session.replyBuffer());
        } else if (command == forwarded) {
            dispatchForwarded(session, frame, hopsLeft);
        } else {
            dispatch(session, command, frame, hopsLeft);
        }
    }

    private void dispatch(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        switch (command.policyOf(frame)) {
            case FORWARD -> forward(session, command, frame, hopsLeft);
            case LOCAL -> answer(session, command, frame);
            case REFUSE -> {
                loop.stats().rejected(command.id());
                CommandErrors.refused(command, session.replyBuffer());
            }
            case NOT_YET -> {
                loop.stats().rejected(command.id());
                CommandErrors.notYet(command, session.replyBuffer());
            }
        }
    }

    /** A data command: by the slot of its keys to whoever serves the slot. */
    private void forward(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Topology now = topology.current();
        if (now.clusterName() == null) {
            refuseUnassigned(session, command, frame);
            return;
        }
        int slot = Keys.slotOf(command, frame);
        if (slot < 0) {
            loop.stats().rejected(command.id());
            CommandErrors.unroutable(command, slot, session.replyBuffer());
            return;
        }
        RouteTable routes = now.routes();
        Target target = routes.owner(slot);
        if (target instanceof Target.Local local) {
            send(session, command, frame, local.node());
        } else if (target instanceof Target.Remote remote) {
            Endpoint replica = routes.localReplica(slot);
            if (replica != null && session.client().readOnly() && command.has(CommandFlag.READONLY)) {
                send(session, command, frame, replica);
            } else if (settings.activeRedirection()) {
                sendToPeer(session, command, frame, remote, hopsLeft);
            } else {
                redirect(session, slot, remote.movedTail());
            }
        } else {
            loop.stats().rejected(command.id());
            write(session, "-CLUSTERDOWN Hash slot not served\r\n");
        }
    }

    private void send(ClientSession session, Command command, CommandFrame frame, Endpoint node) {
        BackendConnection backend = loop.proxyLoop().backend(node);
        backend.send(frame, expectReply(session, command, frame));
        if (!backend.isWritable()) {
            session.awaitWritable(backend);
        }
    }

    private PendingReply expectReply(ClientSession session, Command command, CommandFrame frame) {
        PendingReply reply = session.expectReply(command.id());
        if (loop.isSample(slowLog.sampleRate())) {
            reply.sample = slowLog.begin(frame, session.client());
        }
        return reply;
    }

    private void redirect(ClientSession session, int slot, byte[] movedTail) {
        loop.stats().add(Counter.MOVED, 1);
        ByteBuf out = session.replyBuffer();
        out.writeCharSequence("-MOVED ", StandardCharsets.US_ASCII);
        out.writeCharSequence(Integer.toString(slot), StandardCharsets.US_ASCII);
        out.writeBytes(movedTail);
    }

    /** Has a peer carry the command out; the number sent along bounds how many more proxies may pass it on. */
    private void sendToPeer(
            ClientSession session, Command command, CommandFrame frame, Target.Remote remote, int hopsLeft) {
        int hops = hopsLeft == NOT_FORWARDED ? settings.maxRedirections() - 2 : hopsLeft - 1;
        if (hops < 0) {
            loop.stats().rejected(command.id());
            write(session, "-ERR_TOO_MANY_REDIRECTIONS\r\n");
            return;
        }
        loop.stats().add(Counter.FORWARDED_TO_PEER, 1);
        BackendConnection peer = loop.proxyLoop().backend(remote.byHopsLeft().get(hops));
        peer.sendForwarded(frame, hops, expectReply(session, command, frame));
        if (!peer.isWritable()) {
            session.awaitWritable(peer);
        }
    }

    /** {@code UMFORWARD <hopsLeft> <command>}: a command that a peer has been asked and passes on to its owner. */
    private void dispatchForwarded(ClientSession session, CommandFrame frame, int hopsLeft) {
        int hops = hopsLeft == NOT_FORWARDED ? parseHops(frame.argument(1)) : -1;
        if (hops < 0 || hops > Target.MAX_HOPS_LEFT) {
            loop.stats().rejected(forwarded.id());
            write(session, "-invalid redirection times\r\n");
            return;
        }
        frame.skip(2);
        dispatch(session, frame, hops);
    }

    private static int parseHops(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void answer(ClientSession session, Command command, CommandFrame frame) {
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

    private void refuseUnassigned(ClientSession session, Command command, CommandFrame frame) {
        int slot = settings.redirectUnassigned().isEmpty() ? -1 : Keys.slotOf(command, frame);
        if (slot >= 0) {
            redirect(session, slot, (" " + settings.redirectUnassigned() + "\r\n").getBytes(StandardCharsets.US_ASCII));
        } else {
            loop.stats().rejected(command.id());
            write(session, "-CLUSTERDOWN this proxy belongs to no cluster (ERR_CLUSTER_NOT_FOUND)\r\n");
        }
    }

    private static void write(ClientSession session, String reply) {
        session.replyBuffer().writeCharSequence(reply, StandardCharsets.US_ASCII);
    }
}
