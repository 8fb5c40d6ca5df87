package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.stats.LoopStats;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the sessions of one event loop share. Owned by the loop. */
public final class SessionLoop {
    private final NodeConnections connections;
    private final ProxyLoop proxyLoop;
    private final ClientRegistry clients;
    private final SessionSettings settings;
    private final boolean servesClients;
    private final ReplyPool pool = new ReplyPool();
    private final ByteBuf sink = Unpooled.buffer();
    private Set<ClientSession> held = new LinkedHashSet<>();
    private List<Runnable> waiting = new ArrayList<>();

    /**
     * @param servesClients whether sessions stay whatever their commands are
     */
    SessionLoop(NodeConnections connections, ClientRegistry clients, SessionSettings settings, boolean servesClients) {
        this.servesClients = servesClients;
        this.connections = connections;
        this.proxyLoop = connections.loop();
        this.clients = clients;
        this.settings = settings;
    }

    /** The connections on which the sessions send commands. */
    public NodeConnections connections() {
        return connections;
    }

    public ProxyLoop proxyLoop() {
        return proxyLoop;
    }

    public LoopStats stats() {
        return proxyLoop.stats();
    }

    /** The clients of all loops. */
    public ClientRegistry clients() {
        return clients;
    }

    public SessionSettings settings() {
        return settings;
    }

    /** Whether sessions stay whatever their commands are. */
    boolean servesClients() {
        return servesClients;
    }

    ReplyPool pool() {
        return pool;
    }

    /** A buffer for a reply that is not sent. */
    ByteBuf sink() {
        return sink.clear();
    }

    void hold(ClientSession session) {
        held.add(session);
    }

    void forget(ClientSession session) {
        held.remove(session);
    }

    /** Has something tried again, once, together with the commands of the sessions that are held. */
    public void whenReleased(Runnable action) {
        waiting.add(action);
    }

    /**
     * Has all sessions that are {@linkplain ClientSession#hold held} try their command again, in the order they were
     * held, after what else {@linkplain #whenReleased waits}.
     */
    public void releaseHeld() {
        if (!waiting.isEmpty()) {
            List<Runnable> due = waiting;
            waiting = new ArrayList<>();
            due.forEach(Runnable::run);
        }
        if (!held.isEmpty()) {
            Set<ClientSession> released = held;
            held = new LinkedHashSet<>();
            released.forEach(ClientSession::release);
        }
    }
}
