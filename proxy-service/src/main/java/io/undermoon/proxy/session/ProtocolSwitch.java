package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.SharedConnection;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.resp.Protocol;

/**
 * Goes before {@code HELLO}: a client may only speak RESP3 if those who answer its commands do. A node that cannot be reached at
 * the moment refuses nothing. Owned by a loop.
 *
 * <p>Commands in RESP3 go over other connections than those in RESP2; so that they are carried out in order, a switch waits
 * until all replies are in.
 */
final class ProtocolSwitch {
    /** What is to become of the command. */
    enum Outcome {
        ANSWER,
        /** It has to come again. */
        WAIT,
        /** The client has been told that a node does not speak RESP3. */
        REFUSED
    }

    private final SessionLoop loop;
    private final Router router;
    private final boolean activeRedirection;

    ProtocolSwitch(SessionLoop loop, Router router, boolean activeRedirection) {
        this.loop = loop;
        this.router = router;
        this.activeRedirection = activeRedirection;
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
        return toRespTwo ? Outcome.ANSWER : findOut(session, hopsLeft);
    }

    private Outcome findOut(ClientSession session, int hopsLeft) {
        Topology now = router.topology();
        boolean unknown = false;
        for (Endpoint endpoint : now.endpoints()) {
            if (!answersCommands(endpoint, hopsLeft)) {
                continue;
            }
            SharedConnection backend = loop.connections().shared(endpoint, Protocol.RESP3);
            if (backend.isConnecting()) {
                unknown = true;
                session.awaitWritable(backend);
            } else if (backend.isProtocolRefused()) {
                Router.write(session, "-NOPROTO unsupported protocol version\r\n");
                return Outcome.REFUSED;
            }
        }
        return unknown ? Outcome.WAIT : Outcome.ANSWER;
    }

    /** A peer that asks for its client is told about the nodes behind this proxy only: else the two would wait for each other. */
    private boolean answersCommands(Endpoint endpoint, int hopsLeft) {
        return endpoint.kind() == Endpoint.Kind.REDIS
                || activeRedirection && hopsLeft == Router.NOT_FORWARDED && endpoint.hopsLeft() == router.firstHops();
    }
}
