package io.undermoon.proxy.control.umctl;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.nodes.NodeAdmin;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.replication.RoleHandover;
import io.undermoon.proxy.replication.StepDown;
import io.undermoon.proxy.topology.ApplyResult;
import io.undermoon.proxy.topology.Readiness;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import io.undermoon.umctl.InstallationCheck;
import io.undermoon.umctl.SetChange;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetMeta;
import io.undermoon.umctl.SetRepl;
import io.undermoon.umctl.UmctlSyntaxException;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code UMCTL}: the control protocol of coordinators and other proxies. Replies are those of the original Undermoon,
 * byte for byte, where it has a reply.
 */
public final class UmctlCommands {
    private static final Logger LOG = Logger.getLogger(UmctlCommands.class);

    private static final int MAX_LOGGED = 200;

    private final TopologyStore topology;
    private final NodeAdmin nodes;
    private final MigrationCommands migrations;
    private final StepDown stepDown;
    private final LeaseCommands leases;
    private final UmctlReports reports;
    private final Runnable shutdown;

    /**
     * @param shutdown starts a graceful stop of the process and returns at once; replies already written are still sent
     */
    public UmctlCommands(
            TopologyStore topology,
            NodeAdmin nodes,
            MigrationCommands migrations,
            StepDown stepDown,
            LeaseCommands leases,
            UmctlReports reports,
            Runnable shutdown) {
        this.topology = topology;
        this.nodes = nodes;
        this.migrations = migrations;
        this.stepDown = stepDown;
        this.leases = leases;
        this.reports = reports;
        this.shutdown = shutdown;
    }

    public void register(HandlerTable table) {
        table.later("umctl", this::dispatch);
    }

    private @Nullable CompletionStage<ByteBuf> dispatch(CommandFrame frame, Client client, ByteBuf out) {
        if (Guard.refusesControl(client, out)) {
            return null;
        }
        String subcommand = frame.argument(1).toUpperCase(Locale.ROOT);
        if (subcommand.equals(InstallationCheck.SUBCOMMAND) && frame.argumentCount() == 3) {
            client.installation(frame.argument(2));
        }
        String refusal = topology.refusal(client.installation());
        if (refusal != null) {
            RespWriter.error(out, refusal);
            return null;
        }
        switch (subcommand) {
            case InstallationCheck.SUBCOMMAND -> installation(frame, out);
            case "ADMIN" -> {
                return nodes.forPeer(frame);
            }
            case "PRECHECK", "PRESWITCH", "FINALSWITCH", "SWITCHED", "ABORTMIGRATION" -> {
                return handshake(frame);
            }
            case "STEPDOWN" -> {
                return stepDown(frame);
            }
            case "LEASE" -> leases.lease(frame, out);
            case "PROMISE" -> leases.promise(frame, out);
            case "INFOMGR" -> migrations.finished(out);
            case "MIGRATIONS" -> migrations.progress(frame, out);
            case "SETCLUSTER" -> setCluster(frame, out);
            case "SETREPL" -> setRepl(frame, out);
            case "SETMETA" -> setMeta(frame, out);
            case "SETCHANGE" -> setChange(frame, out);
            case "GETEPOCH" ->
                RespWriter.integer(out, topology.current().epoch().value());
            case "READY" -> RespWriter.integer(out, Readiness.of(topology.current()) ? 1 : 0);
            case "LISTCLUSTER" -> reports.listCluster(out);
            case "INFOREPL" -> TopologyReport.replication(topology.current()).write(out);
            case "INFO" -> TopologyReport.all(topology.current()).write(out);
            case "STATS" -> reports.counters(out);
            case "NODES" -> reports.nodes(out);
            case "SLOWLOG" -> reports.slowLog(frame, out);
            case "DEBUG" -> reports.debug(frame, out);
            case "SHUTDOWN" -> shutdown(client, out);
            default -> RespWriter.error(out, "Invalid sub command");
        }
        return null;
    }

    /** {@code UMCTL INSTALLATION <id>}, which the client has been noted to belong to. */
    private static void installation(CommandFrame frame, ByteBuf out) {
        if (frame.argumentCount() != 3) {
            throw new ErrorReplyException("Invalid arguments");
        }
        Replies.ok(out);
    }

    private void setCluster(CommandFrame frame, ByteBuf out) {
        SetCluster message;
        try {
            message = SetCluster.parse(frame.arguments(2));
        } catch (UmctlSyntaxException e) {
            throw refused("SETCLUSTER", e, "Failed to parse args: " + e.kind().wireName());
        }
        ApplyResult result = topology.apply(message);
        leases.withoutLeases(result, message.epoch());
        write(result, message, out);
    }

    private void setMeta(CommandFrame frame, ByteBuf out) {
        SetMeta message;
        try {
            message = SetMeta.parse(frame.arguments(2));
        } catch (UmctlSyntaxException e) {
            throw refused("SETMETA", e, "Failed to parse args: " + e.kind().wireName());
        }
        if (message.leases()) {
            // Before the metadata: the proxy serves nothing by it without a lease.
            leases.require();
        }
        ApplyResult result = topology.apply(message);
        if (!message.leases()) {
            leases.withoutLeases(result, message.slots().epoch());
        }
        if (result == ApplyResult.OTHER_INSTALLATION) {
            writeOtherInstallation(message.roles(), out);
        } else {
            write(result, message.slots(), out);
        }
    }

    private void setChange(CommandFrame frame, ByteBuf out) {
        SetChange message;
        try {
            message = SetChange.parse(frame.arguments(2));
        } catch (UmctlSyntaxException e) {
            throw refused("SETCHANGE", e, "Failed to parse args: " + e.kind().wireName());
        }
        if (message.leases()) {
            leases.require();
        }
        ApplyResult result = topology.apply(message);
        if (!message.leases()) {
            leases.withoutLeases(result, message.epoch());
        }
        SetRepl roles = message.roles();
        if (result == ApplyResult.OTHER_INSTALLATION && roles != null) {
            writeOtherInstallation(roles, out);
        } else {
            write(result, out);
        }
    }

    private void write(ApplyResult result, SetCluster message, ByteBuf out) {
        if (result == ApplyResult.APPLIED && message.configIgnored()) {
            RespWriter.simple(out, "WARNING: ignored invalid config");
        } else {
            write(result, out);
        }
    }

    private void setRepl(CommandFrame frame, ByteBuf out) {
        SetRepl message;
        try {
            message = SetRepl.parse(frame.arguments(2));
        } catch (UmctlSyntaxException e) {
            throw refused("SETREPL", e, "Invalid arguments");
        }
        ApplyResult result = topology.apply(message);
        leases.withoutLeases(result, message.epoch());
        if (result == ApplyResult.OTHER_INSTALLATION) {
            writeOtherInstallation(message, out);
        } else {
            write(result, out);
        }
    }

    private void writeOtherInstallation(SetRepl message, ByteBuf out) {
        RespWriter.error(out, requireNonNull(topology.refusal(message)));
    }

    private CompletionStage<ByteBuf> handshake(CommandFrame frame) {
        try {
            return migrations.handshake(frame);
        } catch (UmctlSyntaxException e) {
            throw refused(frame.argument(1), e, "failed to parse migration switch arguments");
        }
    }

    /** {@code UMCTL STEPDOWN <epoch> <node>}, sent by the proxy of a replica that is to become master. */
    private CompletionStage<ByteBuf> stepDown(CommandFrame frame) {
        if (frame.argumentCount() != 4) {
            throw new ErrorReplyException("Invalid arguments");
        }
        Epoch epoch = Integers.parse(frame.argument(2)).stream()
                .filter(number -> number >= 0)
                .mapToObj(Epoch::new)
                .findFirst()
                .orElseThrow(() -> new ErrorReplyException("Invalid epoch"));
        return stepDown.giveUp(new NodeAddress(frame.argument(3)), epoch)
                .handle((position, problem) -> Replies.of(out -> {
                    if (problem == null) {
                        RespWriter.command(out, position.toReply());
                    } else {
                        String reason = NodeException.reason(problem);
                        boolean isMaster = reason.startsWith(StepDown.NEWER);
                        RespWriter.error(out, (isMaster ? "OLD_EPOCH " : RoleHandover.HAS_STOPPED) + reason);
                    }
                }));
    }

    private void write(ApplyResult result, ByteBuf out) {
        switch (result) {
            case UNKNOWN_BASE ->
                RespWriter.error(
                        out,
                        SetChange.UNKNOWN_BASE + " the present metadata is another, its epoch is "
                                + topology.current().epoch());
            case APPLIED -> Replies.ok(out);
            case OLD_EPOCH -> RespWriter.error(out, "OLD_EPOCH");
            case NOT_MY_META, OTHER_INSTALLATION -> RespWriter.error(out, "ERR_NOT_MY_META");
        }
    }

    private void shutdown(Client client, ByteBuf out) {
        LOG.infof("Shutdown requested: proxy=%s client=%s", topology.self(), client.remoteAddress());
        Replies.ok(out);
        shutdown.run();
    }

    /**
     * Logs why a message is refused; the reply has no details. They may contain any argument, so they are truncated and
     * control characters are replaced.
     */
    private ErrorReplyException refused(String subcommand, UmctlSyntaxException problem, String reply) {
        String reason = String.valueOf(problem.getMessage());
        String shown = reason.length() > MAX_LOGGED ? reason.substring(0, MAX_LOGGED) + "..." : reason;
        LOG.warnf(
                "UMCTL message refused: proxy=%s subcommand=%s reason=%s",
                topology.self(), subcommand, shown.replaceAll("\\p{Cntrl}", "?"));
        return new ErrorReplyException(reply);
    }
}
