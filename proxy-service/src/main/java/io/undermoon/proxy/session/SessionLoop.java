package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.topology.Topology;
import java.util.ArrayList;
import java.util.List;

/** What the sessions of one event loop share. Owned by the loop. */
final class SessionLoop {
    private final NodeConnections connections;
    private final ProxyLoop proxyLoop;
    private final BlockedClients blocked;
    private final ReplyPool pool = new ReplyPool();
    private final ByteBuf scratch = Unpooled.buffer();
    private final ByteBuf sink = Unpooled.buffer();
    private List<ClientSession> held = new ArrayList<>();
    private long untilSample = 1;

    SessionLoop(NodeConnections connections) {
        this.connections = connections;
        this.proxyLoop = connections.loop();
        this.blocked = new BlockedClients(proxyLoop);
    }

    /** The connections on which the sessions send commands. */
    NodeConnections connections() {
        return connections;
    }

    ProxyLoop proxyLoop() {
        return proxyLoop;
    }

    LoopStats stats() {
        return proxyLoop.stats();
    }

    /** The clients that wait in a command that blocks. */
    BlockedClients blocked() {
        return blocked;
    }

    ReplyPool pool() {
        return pool;
    }

    /** An empty buffer for a reply that is passed on before the next one is written. */
    ByteBuf scratch() {
        return scratch.clear();
    }

    /** A buffer for what nobody is to see. */
    ByteBuf sink() {
        return sink.clear();
    }

    /** A session waits until the routes change. */
    void hold(ClientSession session) {
        held.add(session);
    }

    /** The routes have changed: those who waited for it go on, in the order in which they came. */
    void follow(Topology now) {
        blocked.follow(now);
        if (!held.isEmpty()) {
            List<ClientSession> released = held;
            held = new ArrayList<>();
            released.forEach(ClientSession::release);
        }
    }

    /** Whether the present command is the one of every {@code rate} that is looked at closely. */
    boolean isSample(long rate) {
        if (--untilSample > 0) {
            return false;
        }
        untilSample = rate;
        return true;
    }
}
