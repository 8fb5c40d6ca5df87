package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.resp.Protocol;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to one event loop: its connections to backends, its end-of-turn flusher, its counters, its clock. Clients of
 * the loop use only these, so no command crosses a thread. Everything but {@link #execute} and {@link #stats} is for the
 * loop itself.
 */
public final class ProxyLoop {
    private final EventLoop eventLoop;
    private final Transport transport;
    private final BackendSettings settings;
    private final LoopStats stats;
    private final LoopFlusher flusher;
    private final PinnedPool pinned;
    private final SharedConnections resp2 = new SharedConnections(this, Protocol.RESP2);
    private final SharedConnections resp3 = new SharedConnections(this, Protocol.RESP3);

    private long nowNanos = System.nanoTime();

    public ProxyLoop(EventLoop eventLoop, Transport transport, BackendSettings settings, LoopStats stats) {
        this.eventLoop = eventLoop;
        this.transport = transport;
        this.settings = settings;
        this.stats = stats;
        this.flusher = new LoopFlusher(eventLoop);
        this.pinned = new PinnedPool(this, settings.maxPinnedConnections());
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }

    public Transport transport() {
        return transport;
    }

    public BackendSettings settings() {
        return settings;
    }

    public LoopStats stats() {
        return stats;
    }

    public LoopFlusher flusher() {
        return flusher;
    }

    public ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    /** Runs a task on the loop; from any thread. */
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** Takes the time once for all that one read of a socket brings. */
    public void beginBurst() {
        nowNanos = System.nanoTime();
    }

    /** When the present burst began, as {@link System#nanoTime}. */
    public long nowNanos() {
        return nowNanos;
    }

    /** The loop's connection to an endpoint in RESP2, made when it is first asked for. */
    public SharedConnection backend(Endpoint endpoint) {
        return resp2.get(endpoint);
    }

    /** The loop's connection to an endpoint in a protocol, made when it is first asked for. */
    public SharedConnection backend(Endpoint endpoint, Protocol protocol) {
        return protocol == Protocol.RESP2 ? resp2.get(endpoint) : resp3.get(endpoint);
    }

    /** A connection for one client alone; null when too many are taken. It comes back by {@link PinnedConnection#release}. */
    public @Nullable PinnedConnection pin(Endpoint endpoint, Protocol protocol) {
        return pinned.take(endpoint, protocol);
    }

    /** The connections to an endpoint that the loop's clients share, as far as there are any. */
    public List<SharedConnection> shared(Endpoint endpoint) {
        return Stream.of(resp2.present(endpoint), resp3.present(endpoint))
                .flatMap(Stream::ofNullable)
                .toList();
    }

    /**
     * What clients have in flight now, on connections of their own, that could still change a key of these slots: tells whether
     * all of it has been answered since.
     */
    public BooleanSupplier settled(Endpoint endpoint, IntPredicate slots) {
        return pinned.settled(endpoint, slots);
    }

    void unpin(PinnedConnection connection) {
        pinned.put(connection);
    }

    /** Lets go of the connections to all other endpoints, once their replies are there. */
    public void retainBackends(Set<Endpoint> wanted) {
        resp2.retain(wanted);
        resp3.retain(wanted);
        pinned.retain(wanted);
    }

    /** Closes all connections at once. */
    public void closeBackends() {
        resp2.close();
        resp3.close();
        pinned.close();
    }
}
