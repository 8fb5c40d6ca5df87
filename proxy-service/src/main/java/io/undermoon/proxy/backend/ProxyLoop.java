package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.LoopStats;
import java.util.Arrays;
import java.util.Set;
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

    /** By the id of the endpoint. */
    private @Nullable BackendConnection[] backends = new BackendConnection[16];

    private long nowNanos = System.nanoTime();

    public ProxyLoop(EventLoop eventLoop, Transport transport, BackendSettings settings, LoopStats stats) {
        this.eventLoop = eventLoop;
        this.transport = transport;
        this.settings = settings;
        this.stats = stats;
        this.flusher = new LoopFlusher(eventLoop);
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

    /** The loop's connection to an endpoint, made when it is first asked for. */
    public BackendConnection backend(Endpoint endpoint) {
        int id = endpoint.id();
        if (id < backends.length) {
            BackendConnection existing = backends[id];
            if (existing != null && existing.isUsable()) {
                return existing;
            }
        } else {
            backends = Arrays.copyOf(backends, Math.max(id + 1, backends.length * 2));
        }
        BackendConnection made = new BackendConnection(this, endpoint);
        backends[id] = made;
        return made;
    }

    /** Lets go of the connections to all other endpoints, once their replies are there. */
    public void retainBackends(Set<Endpoint> wanted) {
        for (int id = 0; id < backends.length; id++) {
            BackendConnection backend = backends[id];
            if (backend != null && !wanted.contains(backend.endpoint())) {
                backends[id] = null;
                backend.retire();
            }
        }
    }

    /** Closes all connections at once. */
    public void closeBackends() {
        for (BackendConnection backend : backends) {
            if (backend != null) {
                backend.close();
            }
        }
        Arrays.fill(backends, null);
    }
}
