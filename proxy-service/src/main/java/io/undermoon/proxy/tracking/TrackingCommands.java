package io.undermoon.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLIENT TRACKING}, {@code CACHING}, {@code TRACKINGINFO} and {@code GETREDIR}. Owned by a loop.
 */
public final class TrackingCommands {
    private final TrackingSessions sessions;

    public TrackingCommands(
            SessionLoop loop, TopologyStore topology, Function<Role, Masters> masters, Forwarder forwarder) {
        this.sessions = new TrackingSessions(loop, topology, masters, forwarder);
    }

    /** Carries out one of the four commands; false when it has to wait until all replies are in. */
    public boolean execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Tracking tracking = Tracking.of(session);
        Protocol protocol = session.client().protocol();
        switch (command.simpleName()) {
            case "tracking" -> {
                return track(session, tracking, command, frame, hopsLeft);
            }
            case "caching" -> cacheNext(tracking, frame, session.replyBuffer());
            case "trackinginfo" -> {
                if (tracking == null) {
                    TrackingOptions.writeInfoOff(protocol, session.replyBuffer());
                } else {
                    tracking.writeInfo(protocol, session.replyBuffer());
                }
            }
            case "getredir" ->
                RespWriter.integer(
                        session.replyBuffer(),
                        tracking == null ? -1 : tracking.options().redirect());
            default -> throw new IllegalStateException("command " + command + " is not about tracking");
        }
        return true;
    }

    /** A command was handled, of a session with features. */
    public static void commandTaken(ClientSession session) {
        Tracking tracking = Tracking.of(session);
        if (tracking != null) {
            tracking.commandTaken();
        }
    }

    /** The client speaks another protocol now. */
    public static void protocolChanged(ClientSession session) {
        Tracking tracking = Tracking.of(session);
        if (tracking != null) {
            tracking.protocolChanged();
        }
    }

    private boolean track(
            ClientSession session, @Nullable Tracking present, Command command, CommandFrame frame, int hopsLeft) {
        TrackingRequest request = TrackingRequest.parse(
                frame,
                present == null ? null : present.options(),
                id -> sessions.clients().find(id) != null);
        if (request instanceof TrackingRequest.Refused refused) {
            RespWriter.error(session.replyBuffer(), refused.error());
            return true;
        }
        if (!session.isIdle()) {
            return false;
        }
        if (request instanceof TrackingRequest.Off) {
            session.features().close(FeatureKind.TRACKING);
            RespWriter.simple(session.replyBuffer(), "OK");
        } else if (request instanceof TrackingRequest.On on) {
            Tracking tracking = present;
            if (tracking == null) {
                tracking = new Tracking(session, sessions, hopsLeft != CommandHandler.NOT_FORWARDED, on.merged());
                session.features().begin(tracking);
            }
            tracking.begin(on, command.id());
        }
        return true;
    }

    private static void cacheNext(@Nullable Tracking tracking, CommandFrame frame, ByteBuf out) {
        boolean yes = frame.argumentIs(2, "YES");
        if (tracking == null) {
            RespWriter.error(
                    out,
                    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or "
                            + "OPTOUT mode enabled");
        } else if (!yes && !frame.argumentIs(2, "NO")) {
            CommandErrors.syntax(out);
        } else if (yes && !tracking.options().optIn()) {
            RespWriter.error(out, "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
        } else if (!yes && !tracking.options().optOut()) {
            RespWriter.error(out, "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
        } else {
            tracking.cacheNext();
            RespWriter.simple(out, "OK");
        }
    }
}
