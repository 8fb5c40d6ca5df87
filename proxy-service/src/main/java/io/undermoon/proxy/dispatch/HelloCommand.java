package io.undermoon.proxy.dispatch;

import io.undermoon.proxy.backend.SharedConnection;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.tracking.TrackingCommands;
import io.undermoon.proxy.transaction.Watch;
import io.undermoon.resp.Protocol;

/**
 * Prepares a session for {@code HELLO}: a client may only speak RESP3 if the nodes and peers that answer its commands
 * do. A node that cannot be reached at the moment refuses nothing. Owned by a loop.
 *
 * <p>Commands in RESP3 take other connections than those in RESP2; so that they are executed in order, a change of
 * protocol waits until all replies are in.
 */
final class HelloCommand {
    /** What becomes of the command. */
    enum Outcome {
        ANSWER,
        /** It is handled again when all replies are in. */
        WAIT,
        /** A node does not speak RESP3. */
        REFUSE
    }

    private final SessionLoop loop;
    private final TopologyStore topology;
    private final int firstHops;

    HelloCommand(SessionLoop loop, TopologyStore topology, Forwarder forwarder) {
        this.loop = loop;
        this.topology = topology;
        this.firstHops = forwarder.firstHops();
    }

    Outcome prepare(ClientSession session, CommandFrame frame, int hopsLeft) {
        boolean toRespThree = frame.argumentCount() > 1 && frame.argumentIs(1, "3");
        boolean toRespTwo = frame.argumentCount() > 1 && frame.argumentIs(1, "2");
        Protocol present = session.client().protocol();
        if (!(present == Protocol.RESP2 ? toRespThree : toRespTwo)) {
            return Outcome.ANSWER;
        }
        if (!session.isIdle()) {
            return Outcome.WAIT;
        }
        return toRespTwo ? Outcome.ANSWER : askBackends(session, hopsLeft);
    }

    private Outcome askBackends(ClientSession session, int hopsLeft) {
        Topology now = topology.current();
        boolean isConnecting = false;
        for (Endpoint endpoint : now.endpoints()) {
            if (!answersCommands(endpoint, hopsLeft)) {
                continue;
            }
            SharedConnection backend = loop.connections().shared(endpoint, Protocol.RESP3);
            if (backend.isConnecting()) {
                isConnecting = true;
                session.awaitWritable(backend);
            } else if (backend.isProtocolRefused()) {
                return Outcome.REFUSE;
            }
        }
        return isConnecting ? Outcome.WAIT : Outcome.ANSWER;
    }

    /**
     * A peer that asks for its client is answered for this proxy's nodes only: else the two would wait for each other.
     */
    private boolean answersCommands(Endpoint endpoint, int hopsLeft) {
        return endpoint.kind() == Endpoint.Kind.REDIS
                || loop.settings().activeRedirection()
                        && hopsLeft == CommandHandler.NOT_FORWARDED
                        && endpoint.settled() == null
                        && endpoint.hopsLeft() == firstHops;
    }

    /** The client has changed its protocol: so do its own connections. */
    static void protocolChanged(ClientSession session) {
        TrackingCommands.protocolChanged(session);
        Watch watch = Watch.of(session);
        if (watch != null) {
            watch.connection().switchProtocol(session.client().protocol());
        }
    }
}
